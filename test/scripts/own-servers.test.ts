import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { EMULATOR_CREDENTIALS } from '../../infra/deploy';
import { isRunning } from '../../scripts/bootstrap/process-identity.cjs';
import { EMULATOR_REGION } from '../../scripts/lib/aws-access';
import type { ManagedProcess } from '../../scripts/lib/managed-process';
import { tools } from '../../scripts/lib/paths';
import { freePort } from '../../scripts/lib/ports';
import { startMinistack } from '../../scripts/lib/servers';
import { readState } from '../../scripts/lib/state';
import { becomes } from '../../scripts/lib/wait';
import { issue, makeAuthority } from '../support/certificates';
import { sampleOrder } from '../support/orders';
import { createTlsProxy } from '../support/tls-proxy';
import { runScript } from '../support/run-script';
import { ROOT, temporaryDirectory } from './support';

/** `npm start` of a checkout without `.tools`, on a machine without Python: what it needs, the user has elsewhere. */
jest.setTimeout(120_000);

const home = temporaryDirectory();
const checkout = join(home, 'checkout');
const path = join(home, 'bin');
let emulator: ManagedProcess;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const sources = ['src', 'web', 'scripts', 'infra', 'tools'];
  const parts = [...sources, 'package.json', 'package-lock.json', 'cdk.json', '.waybill/cache'];
  for (const part of parts) cpSync(join(ROOT, part), join(checkout, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
  mkdirSync(path);
  symlinkSync(tools.temporal, join(path, 'temporal'));
  const port = await freePort();
  emulator = await startMinistack({ port, log: join(home, 'logs', 'ministack.log') });
  const ports = ['PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'].map(async (name) => [name, `${await freePort()}`]);
  const others = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|AWS_|WORKFLOW_BUNDLE)/.test(name));
  env = {
    ...Object.fromEntries(others),
    ...Object.fromEntries(await Promise.all(ports)),
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    WORKER_HEALTH_PORT: '0',
    CONSUMER_HEALTH_PORT: '0',
    WAYBILL_PYTHON: '/nonexistent',
    PATH: dirname(process.execPath),
  };
});
afterAll(() => emulator.stop());

/** `npm start` until it runs or has ended; stopped at the end in any case */
async function withStart(more: NodeJS.ProcessEnv, use: (output: string) => Promise<void>): Promise<void> {
  const options = { cwd: checkout, env: { ...env, ...more } };
  const child = spawn(process.execPath, ['scripts/start.cjs'], { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  try {
    await becomes(() => output.includes('Waybill runs, after') || child.exitCode !== null, { timeoutMs: 90_000 });
    expect(output).toContain('Waybill runs, after');
    await use(output);
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toBe(0);
}

const processes = () => readState(join(checkout, '.waybill', 'state.json'))?.processes ?? [];
const place = () =>
  fetch(`http://127.0.0.1:${env['PORT']}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sampleOrder()),
  });

test('without a Temporal server from anywhere the ways out are said, and nothing was started or changed', async () => {
  // so that no machine can download it
  const offline = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '' };
  const { code, stderr } = await runScript('scripts/start.cjs', {
    cwd: checkout,
    env: { TEMPORAL_ADDRESS: '', TEMPORAL_CONFIG_FILE: '', ...env, ...offline },
  });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^There is no Temporal server here.*Install Python.*TEMPORAL_ADDRESS\.\n$/),
  });
  expect(processes()).toEqual([]);
  const { AWS_ENDPOINT_URL: endpoint = '' } = env;
  const aws = new CloudFormationClient({ endpoint, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS });
  expect((await aws.send(new ListStacksCommand({}))).StackSummaries ?? []).toEqual([]);
  aws.destroy();
});

test('`temporal` on the PATH serves, with the namespace that was asked for', async () => {
  const mine = { PATH: `${path}:${env['PATH']}`, TEMPORAL_NAMESPACE: 'shop' };
  await withStart(mine, async (output) => {
    expect(output).toContain(`Temporal server: ${join(path, 'temporal')}, from the PATH`);
    expect(processes().map(({ name }) => name)).toEqual(['Temporal', 'worker', 'consumer', 'gateway']);
    expect((await place()).status).toBe(202);
  });
  expect(processes().filter(isRunning)).toEqual([]);
  expect(existsSync(join(checkout, '.tools'))).toBe(false);
});

describe('with a Temporal server that wants TLS', () => {
  let mine: NodeJS.ProcessEnv;
  let proxy: Awaited<ReturnType<typeof createTlsProxy>>;

  beforeAll(async () => {
    const authority = await makeAuthority();
    const { private: key, cert } = await issue(authority, 'engine.test');
    proxy = await createTlsProxy({ target: process.env['TEMPORAL_ADDRESS']!, tls: { key, cert } });
    const ca = join(home, 'ca.pem');
    writeFileSync(ca, authority.cert);
    mine = {
      TEMPORAL_ADDRESS: proxy.address,
      TEMPORAL_API_KEY: 'a key',
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca,
      TEMPORAL_TLS_SERVER_NAME: 'engine.test',
    };
  });
  afterAll(() => proxy.close());

  test('all that was said of it reaches launcher and processes', async () => {
    await withStart(mine, async () => {
      expect(processes().map(({ name }) => name)).toEqual(['worker', 'consumer', 'gateway']);
      expect((await place()).status).toBe(202);
    });
    const paths = proxy.calls.map(({ ':path': call = '' }) => call.split('/').at(-1));
    const expected = ['DescribeNamespace', 'ExecuteMultiOperation', 'RespondWorkflowTaskCompleted'];
    expect(paths).toEqual(expect.arrayContaining(expected));
    expect(new Set(proxy.calls.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer a key']));
  });

  test.each([
    ['a namespace that it does not have', { TEMPORAL_NAMESPACE: 'nowhere' }, /cannot be used: .*nowhere/],
    ['a certificate for another name', { TEMPORAL_TLS_SERVER_NAME: 'other.test' }, /cannot be used: .*certificate/],
    ['TLS said wrongly', { TEMPORAL_TLS: 'on' }, /cannot be reached like this:\n {2}TEMPORAL_TLS is "on"/],
  ])('%s is said before anything starts', async (_what, wrong, message) => {
    const { code, stderr } = await runScript('scripts/start.cjs', {
      cwd: checkout,
      env: { ...env, ...mine, TEMPORAL_CONFIG_FILE: '', TEMPORAL_NAMESPACE: '', ...wrong },
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(message) });
    expect(processes().filter(isRunning)).toEqual([]);
  });
});
