import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import pino from 'pino';
import type { JournalEntry } from '../../src/gateway/ports';
import type { Running } from '../../src/lifecycle';
import { createNamespace } from '../../scripts/lib/namespaces';
import { deployToEmulator } from '../../infra/deploy';
import { documentsAt, EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { environmentFromOutputs } from '../../infra/outputs';
import { freePort } from '../../scripts/lib/ports';
import { loadConfig } from '../../src/config';
import { type ManagedProcess, startProcess } from '../../scripts/lib/managed-process';
import { seedInventory } from '../../scripts/lib/seed';
import { start as startGateway } from '../../src/gateway/server';
import { start as startWorker } from '../../src/worker';
import { startMinistack } from '../../scripts/lib/servers';
import { synthesizedTemplate } from '../../scripts/lib/template';
import { uniqueId } from './orders';

const BUS = 'waybill';

/**
 * The whole of Waybill on servers of its own: the emulator is this installation's, the engine that of the test run with
 * a namespace of its own. Worker and gateway run in the process of the test, each consumer in one that can be killed.
 */
export class Installation {
  #consumers: ManagedProcess[] = [];

  private constructor(
    readonly gateway: string,
    readonly endpoint: string,
    /** of every process */
    readonly env: NodeJS.ProcessEnv,
    private readonly home: string,
    private readonly emulator: ManagedProcess,
    private readonly running: Running[],
    private readonly events: EventBridgeClient,
  ) {}

  static async start(settings: NodeJS.ProcessEnv = {}): Promise<Installation> {
    const home = await mkdtemp(join(tmpdir(), 'waybill-installation-'));
    const [port, gatewayPort] = [await freePort(), await freePort()];
    const endpoint = `http://127.0.0.1:${port}`;
    const emulator = await startMinistack({ port, log: join(home, 'ministack.log') });
    const template = await synthesizedTemplate();
    const outputs = await deployToEmulator({ endpoint, region: EMULATOR_REGION, template });
    const namespace = uniqueId('installation').toLowerCase();
    await createNamespace({ address: process.env['TEMPORAL_ADDRESS'] ?? '', namespace });
    const resources = environmentFromOutputs(outputs);
    const env = {
      ...process.env,
      ...resources,
      AWS_ENDPOINT_URL: endpoint,
      TEMPORAL_NAMESPACE: namespace,
      PORT: `${gatewayPort}`,
      LOG_LEVEL: 'warn',
      ...settings,
    };
    // the SDK's clients of worker and gateway read it themselves
    process.env['AWS_ENDPOINT_URL'] = endpoint;
    const documents = documentsAt(endpoint);
    const tables = { inventory: resources.INVENTORY_TABLE, warehouseStock: resources.WAREHOUSE_STOCK_TABLE };
    await seedInventory({ documents, tables });
    documents.destroy();
    const logger = pino({ level: 'silent' });
    const running = [
      await startWorker(loadConfig('worker', env), logger),
      await startGateway(loadConfig('gateway', env), logger),
    ];
    const events = new EventBridgeClient({ endpoint, region: EMULATOR_REGION });
    return new Installation(`http://127.0.0.1:${gatewayPort}`, endpoint, env, home, emulator, running, events);
  }

  /** A consumer in a process of its own, which serves. */
  async startConsumer(settings: NodeJS.ProcessEnv = {}): Promise<ManagedProcess> {
    const consumer = await startProcess({
      name: 'consumer',
      command: process.execPath,
      args: ['--import', 'tsx', 'src/messaging/consumer.ts'],
      env: { ...this.env, ...settings },
      log: join(this.home, 'consumer.log'),
      ipc: true,
    });
    this.#consumers.push(consumer);
    const serves = new Promise<void>((resolve) => consumer.child.on('message', () => resolve()));
    const ended = consumer.exited.then((how) => {
      throw new Error(`the consumer ${how} before it served: ${consumer.log}`);
    });
    await Promise.race([serves, ended]);
    ended.catch(() => undefined);
    return consumer;
  }

  /** Puts events of one kind on the bus, as other systems do. */
  async publish(source: string, detailType: string, details: object[]): Promise<void> {
    const event = { Source: source, DetailType: detailType, EventBusName: BUS };
    for (let at = 0; at < details.length; at += 10) {
      const Entries = details.slice(at, at + 10).map((detail) => ({ ...event, Detail: JSON.stringify(detail) }));
      await this.events.send(new PutEventsCommand({ Entries }));
    }
  }

  async find<T>(path: string): Promise<T | undefined> {
    const response = await fetch(`${this.gateway}${path}`);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async get<T>(path: string): Promise<T> {
    const found = await this.find<T>(path);
    if (found === undefined) throw new Error(`GET ${path}: 404`);
    return found;
  }

  post(path: string, body: object): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    return fetch(`${this.gateway}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async journal(orderId: string): Promise<JournalEntry[]> {
    return (await this.get<{ entries: JournalEntry[] }>(`/sandbox/journal?orderId=${orderId}`)).entries;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#consumers.filter((consumer) => !consumer.hasEnded()).map((consumer) => consumer.stop()));
    await Promise.all(this.running.map((one) => one.stop()));
    this.events.destroy();
    await this.emulator.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}

/** Waits for what comes by itself. */
export async function untilReached(reached: () => Promise<boolean>, what: () => string, timeoutMs: number) {
  const deadline = Date.now() + timeoutMs;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what()}`);
    await sleep(200);
  }
}
