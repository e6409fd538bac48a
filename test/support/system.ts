import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '../../src/gateway/ports';
import type { OrderSubmission } from '../../src/domain/order';
import { createNamespace } from '../../scripts/lib/namespaces';
import { freePort } from '../../scripts/lib/ports';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { readState } from '../../scripts/lib/state';

/** An order as the gateway shows it. */
export interface ShownOrder {
  orderId: string;
  status: string;
  states: { name: string; enteredAt: string; exitedAt: string | null; attempts: number | null }[];
  payment: { charged: number; refunded: number; currency: string };
  shipments: { carrier: string; trackingNumber: string; items: { productId: string; quantity: number }[] }[];
}

/** Ways to stop moving; SHIPPED is followed by the notification. */
const ENDS = new Set([
  'SHIPPED',
  'DELIVERED',
  'CANCELLED',
  'RETURNED',
  'PAYMENT_FAILED',
  'FULFILLMENT_FAILED',
  'INVENTORY_UNAVAILABLE',
  'VALIDATION_FAILED',
]);

/** What `npm start` runs, on ports and a directory of its own. */
export class System {
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(
    readonly home: string,
    readonly gateway: string,
    readonly aws: string,
    /** a namespace of its own, on a server of its own or on one that others use too */
    readonly engine: { address: string; namespace: string; isOwn: boolean },
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param p.engine the address of an existing Temporal server; none: the one of the tests' run, or one of its own */
  static async create(p: { awsPort?: number; engine?: string; env?: NodeJS.ProcessEnv } = {}): Promise<System> {
    const existing = p.engine ?? process.env['WAYBILL_TEST_ENGINE'];
    const home = await mkdtemp(join(tmpdir(), 'waybill-system-'));
    const [port, temporal, ui] = [await freePort(), await freePort(), await freePort()];
    const aws = p.awsPort ?? (await freePort());
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      WAYBILL_HOME: home,
      PORT: `${port}`,
      TEMPORAL_PORT: `${temporal}`,
      TEMPORAL_UI_PORT: `${ui}`,
      AWS_PORT: `${aws}`,
      // several start at the same moment: none is to be where another one is
      WORKER_HEALTH_PORT: '0',
      CONSUMER_HEALTH_PORT: '0',
    };
    // those of the tests' own servers
    for (const name of ['AWS_ENDPOINT_URL', 'TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE', 'WORKFLOW_BUNDLE'])
      delete env[name];
    const engine = existing
      ? { address: existing, namespace: `system-${randomUUID()}`, isOwn: false }
      : { address: `127.0.0.1:${temporal}`, namespace: 'default', isOwn: true };
    if (!engine.isOwn) {
      await createNamespace(engine);
      Object.assign(env, { TEMPORAL_ADDRESS: engine.address, TEMPORAL_NAMESPACE: engine.namespace });
    }
    return new System(home, `http://127.0.0.1:${port}`, `http://127.0.0.1:${aws}`, engine, { ...env, ...p.env });
  }

  get output(): string {
    return this.#output;
  }

  /** Starts it as a user does, and waits until it says that it runs. */
  async start(): Promise<void> {
    this.#output = '';
    const child = spawn('node', ['scripts/start.cjs'], {
      cwd: PROJECT_ROOT,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (this.#output += text.toString()));
    await this.until(
      () => this.#output.includes('Place the sample order'),
      () => {
        if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${this.#output}`);
        return this.#output;
      },
    );
  }

  /** Sends a signal to the launcher and waits for its end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    const exited = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
    child.kill(signal);
    return exited;
  }

  /** The processes by name, as the launcher knows them. */
  pids(): Record<string, number> {
    const { processes = [] } = readState(join(this.home, 'state.json')) ?? {};
    return Object.fromEntries(processes.map(({ name, pid }) => [name.toLowerCase(), pid]));
  }

  post(body: object, headers: Record<string, string> = {}, path = '/orders'): Promise<Response> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    };
    return fetch(`${this.gateway}${path}`, init);
  }

  /** Over HTTP, again until it is taken, as a shop does. */
  placeUntilTaken(order: OrderSubmission): Promise<void> {
    return this.until(
      async () => [200, 202].includes((await this.post(order).catch(() => undefined))?.status ?? 0),
      () => `order ${order.orderId} was not taken`,
    );
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.gateway}${path}`);
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async journal(orderId: string): Promise<JournalEntry[]> {
    return (await this.get<{ entries: JournalEntry[] }>(`/sandbox/journal?orderId=${orderId}`)).entries;
  }

  /** Waits until the order has come to a status. */
  async comesTo(orderId: string, status: string): Promise<void> {
    let order: ShownOrder | undefined;
    await this.until(
      async () => {
        order = await this.get<ShownOrder>(`/orders/${orderId}`).catch(() => undefined);
        return order?.status === status;
      },
      () => `order ${orderId} did not come to ${status}: ${JSON.stringify(order)}`,
    );
  }

  /** Waits until the order has ended, the customer told where there is something to tell. */
  async ended(orderId: string, timeoutMs = 90_000): Promise<ShownOrder> {
    let order: ShownOrder | undefined;
    await this.until(
      async () => {
        order = await this.get<ShownOrder>(`/orders/${orderId}`).catch(() => undefined);
        return (
          order !== undefined &&
          ENDS.has(order.status) &&
          order.states.every(({ name, exitedAt }) => exitedAt !== null || name === 'AwaitDelivery')
        );
      },
      () => `order ${orderId} did not end: ${JSON.stringify(order)}`,
      timeoutMs,
    );
    return order!;
  }

  async until(reached: () => boolean | Promise<boolean>, what: () => string, timeoutMs = 90_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await reached())) {
      if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what()}`);
      what();
      await sleep(100);
    }
  }
}

/** True while a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
