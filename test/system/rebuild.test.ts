import { BatchWriteCommand, type DynamoDBDocumentClient, GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { documentsAt } from '../../scripts/lib/aws-access';
import { fold } from '../../src/domain/projection';
import { numbered, sampleValidOrder } from '../support/contracts/events';
import { runScript } from '../support/run-script';
import { System } from '../support/system';
import { uniqueId } from '../support/orders';

jest.setTimeout(300_000);

/** of more than one page */
const ORDERS = 600;
/** rows that DynamoDB takes at a time */
const BATCH = 25;

let system: System;
let db: DynamoDBDocumentClient;

beforeAll(async () => {
  system = await System.create({ env: { RECONCILE_EVERY_S: '0' } });
  await system.start();
  db = documentsAt(system.aws);
});
afterAll(async () => {
  await system.stop();
  db?.destroy();
});

/** Orders that have ended, and whose views were lost. */
async function writeEvents(): Promise<Map<OrderId, OrderEvent[]>> {
  const orders = new Map<OrderId, OrderEvent[]>();
  for (let i = 0; i < ORDERS; i++) {
    const order = sampleValidOrder({ orderId: uniqueId() });
    const created = { type: 'Order Created' as const, data: { order } };
    const cancelled = { type: 'Order Cancelled' as const, data: { reason: 'by the test' } };
    orders.set(order.orderId, numbered(order.orderId, [created, cancelled]));
  }
  const rows = [...orders.values()].flat();
  for (let at = 0; at < rows.length; at += BATCH) {
    const OrderEvents = rows.slice(at, at + BATCH).map((Item) => ({ PutRequest: { Item } }));
    await db.send(new BatchWriteCommand({ RequestItems: { OrderEvents } }));
  }
  return orders;
}

async function countViews(): Promise<number> {
  const scan = new ScanCommand({ TableName: 'OrderStatusView', Select: 'COUNT', ConsistentRead: true });
  return (await db.send(scan)).Count ?? 0;
}

interface Rebuild {
  state: string;
  orders: number;
  differences: number;
  mended: number;
}

test('a rebuild whose worker is killed in the middle of a page mends everything, and tells of it as if nothing had been', async () => {
  const orders = await writeEvents();
  expect((await system.post({ by: 'test' }, {}, '/maintenance/rebuild-view')).status).toBe(202);
  let views = 0;
  await system.until(
    async () => (views = await countViews()) > 0,
    () => 'nothing is mended',
  );
  process.kill(system.pids()['worker']!, 'SIGKILL');
  views = await countViews();
  // in the middle: not at the end of a page, and not at the end
  expect(views).toBeLessThan(200);

  let run: Rebuild | undefined;
  await system.until(
    async () => (run = await system.get<Rebuild>('/maintenance/rebuild-view')).state === 'DONE',
    () => JSON.stringify(run),
    180_000,
  );
  expect(run).toMatchObject({ orders: ORDERS, differences: ORDERS, mended: ORDERS });
  for (const [orderId, events] of orders) {
    const get = new GetCommand({ TableName: 'OrderStatusView', Key: { orderId }, ConsistentRead: true });
    expect((await db.send(get)).Item).toMatchObject(JSON.parse(JSON.stringify(fold(events))) as object);
  }

  const again = await runScript('scripts/waybill.cjs', {
    args: ['rebuild-view', '--json'],
    env: { WAYBILL_URL: system.gateway },
  });
  expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { orders: ORDERS, differences: 0, mended: 0 }]);
});
