import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeVariables } from '../src/config';
import { freePort } from '../scripts/lib/ports';
import { runScript } from './support/run-script';

/** The processes as they are started on their own. */
const home = mkdtempSync(join(tmpdir(), 'waybill-lifecycle-'));
afterAll(() => rmSync(home, { recursive: true }));

const NAMES = /^(AWS_|TEMPORAL_|WORKFLOW_BUNDLE|.*_(TABLE|URL|ARN|NAME)$)/;
/** what the tests share is in the environment too: an empty variable counts as unset */
const nothing = Object.fromEntries(Object.keys(process.env).flatMap((name) => (NAMES.test(name) ? [[name, '']] : [])));
const resources = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => /_(TABLE|URL|ARN|NAME)$/.test(name) && !name.startsWith('AWS_')),
);

const run = (entry: string, env: NodeJS.ProcessEnv) =>
  runScript(entry, {
    nodeArgs: ['--import', 'tsx'],
    env: {
      ...nothing,
      HOME: home,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      ...env,
    },
  });

test.each([
  ['src/gateway/server.ts', 'gateway'],
  ['src/worker.ts', 'worker'],
  ['src/messaging/consumer.ts', 'consumer'],
] as const)('%s without a configuration says all it misses, and no line of code', async (entry, process) => {
  const required = describeVariables().filter(
    ({ isRequired, usual, readBy }) => isRequired && usual === undefined && readBy.includes(process),
  );
  const missing = required.length;
  expect(missing).toBeGreaterThan(4);
  const { code, stdout, stderr } = await run(entry, {
    TEMPORAL_CONFIG_FILE: '/nonexistent',
    TEMPORAL_API_KEY: 's3cret',
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const [head, ...lines] = stderr.trimEnd().split('\n');
  expect(head).toBe('The configuration is not usable:');
  const told = lines.flatMap((line) => /^ {2}(\w+) is not set; it takes /.exec(line)?.[1] ?? []);
  expect(new Set(told)).toEqual(new Set(required.map(({ name }) => name)));
  expect(lines.slice(missing)).toEqual([
    '  TEMPORAL_CONFIG_FILE is "/nonexistent"; there is no such file',
    expect.stringMatching(/^ {2}AWS has no region/),
    expect.stringMatching(/^ {2}AWS has no credentials/),
  ]);
  expect(stderr).not.toContain('s3cret');
});

test.each(['src/gateway/server.ts', 'src/worker.ts', 'src/messaging/consumer.ts'])(
  '%s says that it has no AWS region and no credentials',
  async (entry) => {
    const { code, stdout, stderr } = await run(entry, resources);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      'The configuration is not usable:',
      expect.stringMatching(/^ {2}AWS has no region .*set AWS_REGION, or AWS_PROFILE/),
      expect.stringMatching(
        /^ {2}AWS has no credentials .*set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE/,
      ),
    ]);
  },
);

test('region and credentials of a profile are enough; then the Temporal server that is not there is named', async () => {
  const file = join(home, 'aws');
  writeFileSync(file, '[profile mine]\nregion = eu-west-1\naws_access_key_id = a\naws_secret_access_key = b\n');
  const address = `127.0.0.1:${await freePort()}`;
  const aws = { AWS_CONFIG_FILE: file, AWS_PROFILE: 'mine' };
  const { code, stdout, stderr } = await run('src/worker.ts', { ...resources, ...aws, TEMPORAL_ADDRESS: address });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toContain(`the Temporal server at ${address} cannot be used`);
});

test('SIGTERM ends a process that is still waiting for its engine', async () => {
  const waiting = createServer();
  const asked = once(waiting, 'connection');
  await once(waiting.listen(0, '127.0.0.1'), 'listening');
  const { port } = waiting.address() as { port: number };
  const aws = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const env = { ...process.env, ...nothing, ...resources, ...aws, TEMPORAL_ADDRESS: `127.0.0.1:${port}` };
  const worker = spawn(process.execPath, ['--import', 'tsx', 'src/worker.ts'], { env, stdio: 'ignore' });
  await asked;
  worker.kill('SIGTERM');
  expect(await once(worker, 'exit')).toEqual([0, null]);
  waiting.close();
});
