import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PROJECT_ROOT } from '../scripts/lib/paths';
import { freePort } from '../scripts/lib/ports';
import { becomes } from '../scripts/lib/wait';
import { type Checks, type HealthServer, serveHealth } from '../src/health';
import { createCuttableProxy, type CuttableProxy } from './support/cuttable-proxy';

jest.setTimeout(90_000);

const get = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;

/** as a container's health check runs it: its exit code, and what it said */
function check(port: number, path?: string): Promise<{ code: number; output: string }> {
  const args = ['--import', 'tsx', 'scripts/healthcheck.ts', ...(path ? [path] : [])];
  const options = { cwd: PROJECT_ROOT, env: { ...process.env, HEALTH_PORT: `${port}` } };
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout }),
    );
  });
}

describe('the answers', () => {
  let server: HealthServer;
  let port: number;
  const checks: Checks = {};
  let isDraining = false;

  beforeAll(async () => {
    port = await freePort();
    server = await serveHealth({ port, checks, isDraining: () => isDraining });
  });
  afterAll(() => server.close());

  const fine = async () => undefined;

  test.each([
    ['all is there', fine, 'ok'],
    ['one hangs', () => new Promise<never>(() => {}), 'down'],
    ['one fails', async () => Promise.reject(new Error('the engine is gone')), 'down'],
  ])('when %s: alive, ready or not, and what is down by its name', async (_, engine, expected) => {
    Object.assign(checks, { engine, tables: fine });
    expect(await get(port, '/livez')).toBe(200);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(ready.status).toBe(expected === 'ok' ? 200 : 503);
    expect(await ready.json()).toEqual({ status: expected, checks: { engine: expected, tables: 'ok' } });
  });

  test('while it drains: alive, and not ready', async () => {
    Object.assign(checks, { engine: fine });
    isDraining = true;
    expect([await get(port, '/livez'), await get(port, '/readyz')]).toEqual([200, 503]);
  });

  test('a process that counts nothing has no metrics', async () => {
    expect(await get(port, '/metrics')).toBe(404);
  });

  test('know no other question', async () => {
    expect(await get(port, '/')).toBe(404);
  });

  test('a port that is taken fails the start', async () => {
    await expect(serveHealth({ port, checks: {} })).rejects.toThrow(/EADDRINUSE/);
  });
});

test('a process that is not there is not well', async () => {
  const nobody = await freePort();
  expect(await check(nobody)).toMatchObject({ code: 1, output: expect.stringContaining('ECONNREFUSED') });
});

describe('a worker', () => {
  let proxy: CuttableProxy;
  let worker: ChildProcess;
  let port: number;

  beforeAll(async () => {
    const [, enginePort] = (process.env['TEMPORAL_ADDRESS'] ?? '').split(':');
    proxy = await createCuttableProxy({ port: Number(enginePort) });
    port = await freePort();
    worker = spawn(process.execPath, ['--import', 'tsx', 'src/worker.ts'], {
      cwd: PROJECT_ROOT,
      env: {
        ...process.env,
        HEALTH_PORT: `${port}`,
        TEMPORAL_ADDRESS: `127.0.0.1:${proxy.port}`,
        TASK_QUEUE: 'health', // none of the other tests' work
      },
      stdio: 'ignore',
    });
  });
  afterAll(() => {
    worker.kill('SIGKILL');
    proxy.close();
  });

  const isReady = async () => (await check(port, '/readyz')).code === 0;

  test('is ready when it takes tasks', async () => {
    expect(await becomes(isReady, { timeoutMs: 30_000 })).toBe(true);
    expect(await check(port)).toEqual({ code: 0, output: `http://127.0.0.1:${port}/livez: 200 {"status":"ok"}\n` });
  });

  test('tells its metrics: the breakers of what it speaks to, closed', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    require('fs').writeFileSync('/tmp/metrics.txt', text);
    // of the SDK as well
    expect(text).toMatch(/^temporal_request_total\{.*operation="DescribeNamespace".*\} \d+$/m);
    const lines = text.split('\n').filter((line) => line.startsWith('waybill_breaker_state'));
    expect(lines.toSorted()).toEqual([
      'waybill_breaker_state{dependency="carrier"} 0',
      'waybill_breaker_state{dependency="payment"} 0',
      'waybill_breaker_state{dependency="supplier"} 0',
    ]);
  });

  test('that hangs is not well, and well again when it goes on', async () => {
    worker.kill('SIGSTOP');
    expect(await check(port)).toMatchObject({ code: 1, output: expect.stringContaining('timeout') });
    worker.kill('SIGCONT');
    expect(await becomes(isReady, { timeoutMs: 30_000 })).toBe(true);
  });

  test('that does not reach the engine lives, and is not ready', async () => {
    proxy.cut();
    expect(await check(port, '/readyz')).toMatchObject({
      code: 1,
      output: expect.stringContaining('503 {"status":"down","checks":{"engine":"down","tables":"ok","bus":"ok"}}'),
    });
    expect(await get(port, '/livez')).toBe(200);
    proxy.mend();
    expect(await becomes(isReady, { timeoutMs: 30_000 })).toBe(true);
  });

  test('still drains on SIGTERM', async () => {
    const exited = once(worker, 'exit');
    worker.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});
