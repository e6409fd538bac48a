import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../../scripts/bootstrap/process-identity.cjs';
import { createServer } from 'node:net';
import { type IncomingMessage, request } from 'node:http';
import { once } from 'node:events';
import { freePort } from '../../scripts/lib/ports';
import { START_VARIABLES } from '../../scripts/lib/settings';
import { readState, type State } from '../../scripts/lib/state';
import { becomes } from '../../scripts/lib/wait';
import { type Outcome, runScript } from '../support/run-script';
import { ROOT, temporaryDirectory } from './support';

jest.setTimeout(120_000);

const home = temporaryDirectory();
const RUNS = 'Waybill runs, after';
let env: NodeJS.ProcessEnv;
let running: Awaited<ReturnType<typeof start>>;

beforeAll(async () => {
  const variables = ['PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'AWS_PORT', 'CONSUMER_HEALTH_PORT'];
  const ports = await Promise.all(variables.map(async (variable) => [variable, `${await freePort()}`]));
  // empty: those of the tests' own servers are not meant
  const none = {
    TEMPORAL_ADDRESS: '',
    TEMPORAL_NAMESPACE: 'orders',
    AWS_ENDPOINT_URL: '',
    WORKFLOW_BUNDLE: '',
    WORKER_HEALTH_PORT: '',
  };
  env = { ...process.env, ...none, ...Object.fromEntries(ports), WAYBILL_HOME: home };
});

afterAll(() => running.child.kill('SIGTERM'));

/** `npm start`, until it runs or has ended */
async function start() {
  const child = spawn(process.execPath, ['scripts/start.cjs'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const settled = await becomes(() => output.includes(RUNS) || child.exitCode !== null, { timeoutMs: 60_000 });
  expect(settled).toBe(true);
  return { child, ended, output: () => output };
}

const processes = (): State['processes'] => readState(join(home, 'state.json'))?.processes ?? [];
const pidOf = (name: string) => processes().find((process) => process.name === name)?.pid ?? 0;
const script = (name: string, other: NodeJS.ProcessEnv = {}, args: string[] = []): Promise<Outcome> =>
  runScript(`scripts/${name}.cjs`, { args, env: { ...env, ...other } });

// a start costs seconds, so each test goes on where the one before ended

test('worker and consumer say that they are well: at a port that was named, or at any where the usual one is taken', async () => {
  const squatter = createServer().listen(START_VARIABLES.WORKER_HEALTH_PORT.usual, '127.0.0.1');
  // somebody else may have it already, which will do
  squatter.on('error', () => undefined);
  running = await start();
  squatter.close();
  const { worker = 0, consumer = 0 } = readState(join(home, 'state.json'))?.healthPorts ?? {};
  expect(consumer).toBe(Number(env['CONSUMER_HEALTH_PORT']));
  expect(running.output()).toContain(
    `Port 3001 is taken: the worker says at http://127.0.0.1:${worker}/readyz that it is well.\n`,
  );
  for (const [name, port] of Object.entries({ worker, consumer })) {
    expect(running.output()).toMatch(new RegExp(`^  ${name} +http://127.0.0.1:${port} +pid`, 'm'));
    expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain('waybill_');
  }
  const { checks } = JSON.parse((await script('waybill', {}, ['doctor', '--json'])).stdout) as { checks: object[] };
  expect(checks).toContainEqual({ name: 'worker', state: 'ok', detail: `ready at http://127.0.0.1:${worker}/readyz` });
  expect(checks).toContainEqual(expect.objectContaining({ name: 'consumer', state: 'ok' }));
});

test('the gateway is talked to under its own names only', async () => {
  const statusFor = async (host: string) => {
    const asked = request(`http://127.0.0.1:${env['PORT']}/orders`, { headers: { host } }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  expect(await statusFor('localhost:3000')).toBe(200);
  expect(await statusFor('attacker.example')).toBe(421);
});

test('one at a time in one directory, and only on ports that are free', async () => {
  expect(processes().map(({ name }) => name)).toEqual(['ministack', 'Temporal', 'worker', 'consumer', 'gateway']);

  const second = await script('start');
  expect(second).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^Waybill runs here.*\n$/) });
  const reset = await script('reset');
  expect(reset).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Waybill runs.*stop it first/) });
  const elsewhere = await script('start', { WAYBILL_HOME: join(home, 'elsewhere') });
  expect(elsewhere).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^(Port .* set \w+ to.*\n){5}$/),
  });
});

test('the servers of a launcher that was killed are stopped by the next start, which goes on', async () => {
  const left = [pidOf('ministack'), pidOf('Temporal')];
  running.child.kill('SIGKILL');
  await running.ended;
  expect(await script('reset')).toMatchObject({ code: 1, stderr: expect.stringContaining(left.join(' ')) });

  running = await start();
  expect(running.output()).toContain(`left ministack (pid ${left[0]}), Temporal (pid ${left[1]})`);
  expect(running.output()).toContain(RUNS);
});

test('SIGTERM stops all in order, and leaves no process', async () => {
  const all = processes();
  running.child.kill('SIGTERM');
  expect(await running.ended).toBe(0);
  const stopped = [...running.output().matchAll(/^stopping (.*) …$/gm)].map(([, name]) => name).slice(-5);
  expect(stopped).toEqual(['gateway', 'consumer', 'worker', 'Temporal', 'ministack']);
  expect(all.filter(isRunning)).toEqual([]);
});

test('a killed emulator stops everything', async () => {
  running = await start();
  const all = processes();
  process.kill(pidOf('ministack'), 'SIGKILL');
  expect(await running.ended).toBe(1);
  expect(running.output()).toContain('ministack was killed by SIGKILL, so everything is stopped');
  expect(all.filter(isRunning)).toEqual([]);
});

test('the start after that sees that the tables are too old, and changes nothing; a reset helps', async () => {
  const { epochs } = readState(join(home, 'state.json')) ?? {};
  const refused = await script('start');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^The last stop was unclean.*npm run reset.*\n$/),
  });
  expect(readState(join(home, 'state.json'))).toEqual({ epochs, processes: [] });

  expect(await script('reset')).toMatchObject({ code: 0, stdout: expect.stringMatching(/Removed .*temporal\.db/) });
  expect(readdirSync(home)).toEqual(['elsewhere']);
});
