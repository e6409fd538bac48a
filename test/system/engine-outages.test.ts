import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { Progress } from '../../scripts/bootstrap/progress.cjs';
import { findGo } from '../../scripts/lib/postgres-engine/find-go';
import { findPostgres } from '../../scripts/lib/postgres-engine/find-postgres';
import { type PostgresEngine, startPostgresEngine } from '../../scripts/lib/postgres-engine/postgres-engine';
import { pinnedVersions } from '../../scripts/lib/postgres-engine/temporal-build';
import type { ManagedProcess } from '../../scripts/lib/managed-process';
import { exposedAt } from '../../scripts/lib/ports';
import { createTakedown } from '../../scripts/lib/takedown';
import type { ProductStock } from '../../src/gateway/ports';
import { expectOrderSettled } from '../support/settled';
import { sampleOrder } from '../support/orders';
import { System } from '../support/system';

/** `npm run prove` takes the full size. */
const FULL = Boolean(process.env['WAYBILL_PROVE']);
const ORDERS = FULL ? 100 : 20;
/** shorter than a payment may take: after that, giving it up would be right too */
const DOWN_MS = FULL ? 10_000 : 5_000;
const BUILD_MS = 20 * 60_000;

jest.setTimeout(300_000);

const silent: Progress = { stage: (_title, work) => work(), line: () => undefined, stop: () => undefined };
const skipped = reasonToSkip();
const whereItCan = skipped ? describe.skip : describe;

whereItCan(`the engine on PostgreSQL${skipped}`, () => {
  const takedown = createTakedown({ report: () => undefined });
  let home: string;
  let engine: PostgresEngine;
  let server: ManagedProcess;
  let database: ManagedProcess;
  let system: System;
  let connection: Connection;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'waybill-outages-'));
    engine = await startPostgresEngine({ home, progress: silent, takedown, ownGroup: false });
    [server, database] = [engine.server, engine.database!];
    system = await System.create({ engine: engine.address });
    await system.start();
    connection = await Connection.connect({ address: engine.address });
  }, BUILD_MS);

  afterAll(async () => {
    await connection?.close();
    await system?.stop();
    await takedown.close();
    for (const directory of [home, system?.home]) if (directory) rmSync(directory, { recursive: true, force: true });
  });

  /** as a machine that loses its power: nothing is told to anybody, nothing is written down */
  async function crash(process: ManagedProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    process.child.kill(signal);
    await process.exited;
  }
  const restartServer = async () => void (server = await engine.restartServer());
  const restartDatabase = async () => void (database = await engine.restartDatabase());

  const outages = [
    { what: 'kill -9 of the Temporal server', down: () => crash(server), up: restartServer },
    // SIGQUIT is PostgreSQL's own word for a crash: the next start recovers from its log
    { what: 'a crash of PostgreSQL under the server', down: () => crash(database, 'SIGQUIT'), up: restartDatabase },
    {
      what: 'a crash of both',
      down: () => Promise.all([crash(server), crash(database, 'SIGQUIT')]),
      up: async () => {
        await restartDatabase();
        await restartServer();
      },
    },
  ];

  test('is PostgreSQL, of the pinned version, on loopback only', async () => {
    const info = await connection.workflowService.getClusterInfo({});
    expect([info.persistenceStore, info.visibilityStore]).toEqual(['postgres12', 'postgres12']);
    expect(info.serverVersion).toBe(pinnedVersions().temporal);
    expect(await exposedAt(Number(engine.address.split(':')[1]))).toBeUndefined();
  });

  test.each(outages)(`$what in the middle of ${ORDERS} orders loses and doubles nothing`, async ({ down, up }) => {
    const product = { items: [{ productId: 'PROD-12345', quantity: 1, price: 29.99 }], totalAmount: 29.99 };
    const before = await system.get<ProductStock>('/inventory/PROD-12345');
    // those that take their time are under way for certain
    const slow = sampleOrder({ ...product, paymentMethod: 'pm_down', policy: { paymentWithinS: 30 } });
    const orders = Array.from({ length: ORDERS }, (_, i) =>
      sampleOrder({ ...product, paymentMethod: i % 2 ? 'pm_late' : 'pm_ok' }),
    );
    const early = orders.slice(0, ORDERS / 2);
    await Promise.all([slow, ...early].map((order) => system.placeUntilTaken(order)));
    expect(await system.get(`/orders/${slow.orderId}`)).toMatchObject({ status: 'RESERVED' });
    await down();
    const late = orders.slice(ORDERS / 2).map((order) => system.placeUntilTaken(order));
    await sleep(DOWN_MS);
    await up();
    await Promise.all(late);

    const ends = await Promise.all(orders.map(({ orderId }) => system.ended(orderId)));
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['SHIPPED']));
    const refused = await system.ended(slow.orderId);
    expect(refused.status).toBe('PAYMENT_FAILED');
    for (const order of [...ends, refused]) await expectOrderSettled(system, order);
    expect(await system.get('/inventory/PROD-12345')).toMatchObject({
      availableQuantity: before.availableQuantity - ORDERS,
      reservedQuantity: 0,
    });
    await expectRunOnce([slow, ...orders]);
    expect([server, database].map((process) => process.hasEnded())).toEqual([false, false]);
  });

  /** the engine knows exactly one run of each, and it has completed */
  async function expectRunOnce(orders: { orderId: string }[]): Promise<void> {
    const { workflow } = new Client({ connection, namespace: system.engine.namespace });
    const runs = new Map<string, string[]>();
    await system.until(
      async () => {
        runs.clear();
        for await (const { workflowId, status } of workflow.list())
          runs.set(workflowId, [...(runs.get(workflowId) ?? []), status.name]);
        return orders.every(({ orderId }) => runs.get(`order-${orderId}`)?.[0] === 'COMPLETED');
      },
      () => `not completed: ${JSON.stringify([...runs].filter(([, [status]]) => status !== 'COMPLETED'))}`,
    );
    expect([...runs.values()].filter(({ length }) => length !== 1)).toEqual([]);
  }
});

/** '' when it can run */
function reasonToSkip(): string {
  if (!process.env['WAYBILL_TEST_ENGINE'] && !FULL) return ' (skipped: runs with `npm run prove:postgres`)';
  try {
    findPostgres();
    findGo({ needs: pinnedVersions().go });
    return '';
  } catch (error) {
    return ` (skipped: ${(error as Error).message})`;
  }
}
