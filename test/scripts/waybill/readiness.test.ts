import type { AddressInfo } from 'node:net';
import { createServer, type RequestListener, type Server } from 'node:http';
import { processRecord } from '../../../scripts/bootstrap/process-identity.cjs';
import { once } from 'node:events';
import { readinessChecks } from '../../../scripts/waybill/readiness';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** What the doctor finds of a worker that answers so. */
async function findingOf(answer: RequestListener) {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [check] = readinessChecks({ WORKER_HEALTH_PORT: `${port}` });
  return check!.look();
}

test('a worker that is ready is well', async () => {
  expect(await findingOf((_, response) => void response.end('{}'))).toMatchObject({ state: 'ok' });
});

test('what a worker lacks is said', async () => {
  const finding = await findingOf((_, response) => void response.writeHead(503).end('{"status":"down"}'));
  expect(finding).toMatchObject({ state: 'failed', detail: expect.stringContaining('{"status":"down"}') });
});

test('a worker that runs and answers nothing is not well', async () => {
  expect(await findingOf(() => undefined)).toMatchObject({
    state: 'failed',
    detail: expect.stringContaining('nothing answers'),
  });
}, 20_000);

test('worker and consumer of `npm start` are asked where it put them, while they run', () => {
  const process = (name: string) => ({ name, ...processRecord(globalThis.process.pid) });
  const state = { epochs: [], processes: [process('worker')], healthPorts: { worker: 4001, consumer: 4002 } };
  const asked = (env: NodeJS.ProcessEnv) => readinessChecks(env, state).map(({ name }) => name);
  expect(asked({})).toEqual(['worker']);
  expect(asked({ WORKER_HEALTH_PORT: '0', CONSUMER_HEALTH_PORT: '4002' })).toEqual(['consumer']);
  expect(readinessChecks({}, { ...state, processes: [{ name: 'worker', pid: 2 ** 22 + 1 }] })).toEqual([]);
});

test('nobody is asked where no port is', () => {
  expect(readinessChecks({})).toEqual([]);
  expect(readinessChecks({ WORKER_HEALTH_PORT: '0' })).toEqual([]);
});
