import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GenerateResult } from 'selfsigned';
import { DefaultLogger, type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { connectEngine } from '../src/worker';
import { connectOrderClient } from '../src/client';
import { createActivities } from '../src/activities';
import { createMemoryWorld } from './support/memory/ports';
import { createTlsProxy, type TlsProxy } from './support/tls-proxy';
import { type EngineAccess, readEngineAccess } from '../src/config/engine-access';
import { issue, makeAuthority } from './support/certificates';
import { fingerprintOf } from '../src/submission';
import { sampleOrder, uniqueId } from './support/orders';

/** The real server, with a TLS server before it, as a cloud has; everything said through Temporal's own variables. */
const home = mkdtempSync(join(tmpdir(), 'waybill-tls-'));
const target = process.env['TEMPORAL_ADDRESS']!;
const closers: (() => Promise<void>)[] = [];
let authority: GenerateResult;
let stranger: GenerateResult;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  [authority, stranger] = [await makeAuthority(), await makeAuthority()];
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => rmSync(home, { recursive: true }));

async function tlsServer(p: { mutual?: boolean } = {}): Promise<TlsProxy> {
  const { private: key, cert } = await issue(authority, 'engine.test');
  const mutual = p.mutual ? { requestCert: true, rejectUnauthorized: true, ca: authority.cert } : {};
  const proxy = await createTlsProxy({ target, tls: { key, cert, ...mutual } });
  closers.push(proxy.close);
  return proxy;
}

function file(name: string, text: string): string {
  writeFileSync(join(home, name), text);
  return join(home, name);
}

function accessOf(env: NodeJS.ProcessEnv): EngineAccess {
  const access = readEngineAccess({ HOME: home, TEMPORAL_TLS_SERVER_NAME: 'engine.test', ...env });
  if ('problems' in access) throw new Error(access.problems.join());
  return access;
}

async function connectWorker(engine: EngineAccess): Promise<NativeConnection> {
  const connection = await connectEngine(engine);
  closers.push(() => connection.close());
  return connection;
}

function connectClient(engine: EngineAccess, taskQueue: string) {
  const orders = connectOrderClient({ engine, taskQueue });
  closers.push(() => orders.close());
  return orders;
}

/** an order through the gateway's client and the worker, both by that way */
async function expectOrderServed(engine: EngineAccess): Promise<void> {
  const world = createMemoryWorld();
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 100 }]);
  const taskQueue = uniqueId('queue');
  const worker = await Worker.create({
    connection: await connectWorker(engine),
    namespace: engine.namespace,
    taskQueue,
    activities: createActivities(world.ports),
    workflowBundle: { codePath: process.env['WORKFLOW_BUNDLE']! },
  });
  const orders = connectClient(engine, taskQueue);
  const submission = sampleOrder();
  await worker.runUntil(async () => {
    await orders.ping();
    const request = { fingerprint: fingerprintOf(submission), requestId: uniqueId('req'), patienceMs: 20_000 };
    expect(await orders.place({ submission, ...request })).toMatchObject({ kind: 'accepted' });
  });
}

/** the messages of an error and its causes */
const told = (error: unknown): string =>
  error instanceof Error ? `${error.message}\n${error.cause ? told(error.cause) : ''}` : String(error);
const refusal = (promise: Promise<unknown>) => promise.then(() => 'not refused', told);

test('TLS with a CA of your own, worker and client', async () => {
  const { address, calls } = await tlsServer();
  await expectOrderServed(
    accessOf({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: file('ca.pem', authority.cert) }),
  );
  expect(calls.map(({ ':path': path }) => path)).toEqual(
    expect.arrayContaining([
      '/temporal.api.workflowservice.v1.WorkflowService/RespondWorkflowTaskCompleted',
      '/temporal.api.workflowservice.v1.WorkflowService/ExecuteMultiOperation',
    ]),
  );
});

test('a server that another CA vouches for is refused by worker and client, and why is said', async () => {
  const { address, calls } = await tlsServer();
  const engine = accessOf({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS_SERVER_CA_CERT_DATA: stranger.cert });
  const worker = await refusal(connectWorker(engine));
  expect(worker).toContain(`the Temporal server at ${address} cannot be used`);
  expect(worker).toMatch(/certificate/i);
  expect(await refusal(connectClient(engine, 'any').ping())).toMatch(/certificate/i);
  expect(calls).toEqual([]);
});

test('without TLS a server that wants it is not reached', async () => {
  const { address, calls } = await tlsServer();
  const engine = accessOf({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS: 'false' });
  expect(await refusal(connectWorker(engine))).toContain('cannot be used');
  expect(calls).toEqual([]);
});

test('mTLS: the client certificate is what lets in', async () => {
  const { address, calls } = await tlsServer({ mutual: true });
  const { private: key, cert } = await issue(authority, 'worker.test');
  const server = { TEMPORAL_ADDRESS: address, TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.cert };
  await expectOrderServed(
    accessOf({
      ...server,
      TEMPORAL_TLS_CLIENT_CERT_PATH: file('worker.pem', cert),
      TEMPORAL_TLS_CLIENT_KEY_PATH: file('worker.key', key),
    }),
  );
  const before = calls.length;
  expect(await refusal(connectWorker(accessOf(server)))).toContain('cannot be used');
  await expect(connectClient(accessOf(server), 'any').ping()).rejects.toThrow('the engine cannot be reached');
  expect(calls).toHaveLength(before);
});

test('a key of somebody else is told before anything is tried', async () => {
  const [ours, theirs] = [await issue(authority, 'ours'), await issue(authority, 'theirs')];
  const env = { TEMPORAL_TLS_CLIENT_CERT_DATA: ours.cert, TEMPORAL_TLS_CLIENT_KEY_DATA: theirs.private };
  expect(() => accessOf(env)).toThrow('certificate and private key do not belong together');
});

test('the API key and metadata of a profile go with every call of worker and client', async () => {
  const { address, calls } = await tlsServer();
  const profile = [
    '[profile.prod]',
    `address = "${address}"`,
    'api_key = "a key"',
    '[profile.prod.grpc_meta]',
    'tenant = "shop"',
  ];
  const TEMPORAL_CONFIG_FILE = file('temporal.toml', profile.join('\n'));
  await expectOrderServed(
    accessOf({ TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE: 'prod', TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.cert }),
  );
  expect(calls.length).toBeGreaterThan(3);
  expect(new Set(calls.map(({ authorization, tenant }) => `${authorization}, ${String(tenant)}`))).toEqual(
    new Set(['Bearer a key, shop']),
  );
});
