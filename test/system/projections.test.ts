import { isDeepStrictEqual } from 'node:util';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { ShownOrder } from '../support/system';
import { documentsAt, EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { EMULATOR_CREDENTIALS } from '../../infra/deploy';
import { sampleOrder, uniqueId } from '../support/orders';
import { System } from '../support/system';

jest.setTimeout(180_000);

/** products of the sandbox that nobody else orders here */
const [PLENTY, SCARCE] = ['PROD-20003', 'PROD-SCARCE'];

let system: System;
beforeAll(async () => {
  // a message that a killed consumer held comes back within seconds
  const visibility = {
    ORDER_STATUS_VISIBILITY_S: '5',
    ANALYTICS_VISIBILITY_S: '5',
    SHIPPING_VISIBILITY_S: '5',
    PARTIAL_INVENTORY_VISIBILITY_S: '5',
  };
  system = await System.create({ env: visibility });
  await system.start();
});
afterAll(() => system.stop());

const ordered = (customerId: string, changes: Partial<Parameters<typeof sampleOrder>[0]> = {}) =>
  sampleOrder({
    customerId,
    items: [{ productId: PLENTY, quantity: 2, price: 29.99 }],
    ...changes,
  });

/** Asks until the answer is the expected one; otherwise shows the last. */
async function comesTo(path: string, expected: object): Promise<void> {
  const deadline = Date.now() + 40_000;
  for (;;) {
    const answer = await system.get(path);
    if (isDeepStrictEqual(answer, expected) || Date.now() > deadline) return expect(answer).toEqual(expected);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('the command CreateOrder, the event Order Created, and the view: one order through all three', async () => {
  const order = ordered(uniqueId('CUST'));
  const { orderId } = order;
  // the command
  expect((await system.post(order)).status).toBe(202);
  await system.ended(orderId);
  // the event, with everything that the command said
  const { events } = await system.get<{ events: { type: string; sequence: number; data: object }[] }>(
    `/orders/${orderId}/events`,
  );
  expect(events[0]).toMatchObject({ type: 'Order Created', sequence: 1, data: { orderId, totalAmount: 59.98 } });
  // the view: as it is, and as it was when there was nothing but that event
  expect(await system.get(`/orders/${orderId}`)).toMatchObject({ orderId, status: 'SHIPPED', totalAmount: 59.98 });
  expect(await system.get(`/orders/${orderId}?asOf=1`)).toMatchObject({ orderId, status: 'RECEIVED', asOf: 1 });
  // found by all that it tells, each with what it was taken for
  const { trackingNumber } = events.find(({ type }) => type === 'Shipment Created')!.data as { trackingNumber: string };
  const texts = { orderId, trackingNumber, customerId: order.customerId, productId: PLENTY };
  for (const [matched, q] of Object.entries(texts)) {
    const found = async () =>
      system.get<{ matched?: string; orders: { orderId: string; status: string }[] }>(
        `/orders?q=${encodeURIComponent(String(q))}&status=SHIPPED`,
      );
    await system.until(
      async () => (await found()).orders.some((one) => one.orderId === orderId),
      () => `${orderId} is not found as ${matched} ${q}`,
    );
    expect(await found()).toMatchObject({ matched });
  }
  const { orders } = await system.get<{ orders: { orderId: string }[] }>('/orders');
  expect(orders.map((one) => one.orderId)).toContain(orderId);
  const last = events.at(-1)!.sequence;
  expect((await fetch(`${system.gateway}/orders/${orderId}?asOf=${last + 100}`)).status).toBe(422);
});

test('status, reports and parcels follow the orders, each once, through a consumer that is killed', async () => {
  const customerId = uniqueId('CUST');
  const day = new Date().toISOString().slice(0, 10);
  const before = await system.get<{ total: Record<string, number> }>(`/reports/movements/${PLENTY}`);
  const good = Array.from({ length: 12 }, () => ordered(customerId));
  const refused = ordered(customerId, { totalAmount: 1 });
  expect((await system.post(refused)).status).toBe(422);
  const orders = [
    ...good,
    ordered(customerId, { paymentMethod: 'pm_declined' }),
    ordered(customerId, { zipCode: '99999' }),
  ];
  for (const [i, order] of orders.entries()) {
    await system.placeUntilTaken(order);
    if (i === 7) process.kill(system.pids()['consumer']!, 'SIGKILL');
  }
  const ends: ShownOrder[] = await Promise.all([refused, ...orders].map(({ orderId }) => system.ended(orderId)));
  const shipped = ends.filter(({ status }) => status === 'SHIPPED');
  expect(shipped).toHaveLength(12);

  const money = { currency: 'USD', charged: 779.74, refunded: 59.98, net: 719.76 };
  const counts = { placed: 15, open: 0, shipped: 12, delivered: 0, cancelled: 0, failed: 3, returned: 0 };
  await comesTo(`/reports/customers/${customerId}`, { customerId, orders: counts, revenue: [money] });
  const { total, days } = await system.get<{ total: Record<string, number>; days: object[] }>(
    `/reports/movements/${PLENTY}?from=${day}`,
  );
  expect(days.length).toBeGreaterThan(0);
  const moved = (name: string) => total[name]! - before.total[name]!;
  expect(['reserved', 'released', 'shipped'].map(moved)).toEqual([28, 4, 24]);

  // what each parcel's warehouse was told: once
  await system.until(
    async () => (await packed(shipped)).every((outcomes) => outcomes.includes('succeeded')),
    () => 'not every parcel is packed',
  );
  for (const outcomes of await packed(shipped))
    expect(outcomes.filter((outcome) => outcome === 'succeeded')).toHaveLength(1);

  const documents = documentsAt(system.aws);
  for (const { orderId, status } of ends) {
    let stored: Record<string, unknown> | undefined;
    await system.until(
      async () => {
        const command = new GetCommand({ TableName: 'Orders', Key: { orderId }, ConsistentRead: true });
        stored = (await documents.send(command)).Item;
        return stored?.['status'] === status;
      },
      () => `${orderId}: expected ${status}, got ${JSON.stringify(stored?.['status'])}`,
    );
    // who asks again is still answered from it
    expect(stored).toMatchObject({ fingerprint: expect.any(String) as string, runId: expect.any(String) as string });
  }
  documents.destroy();
  expect((await system.post(orders[0]!)).status).toBe(200);
  expect((await system.post(refused)).status).toBe(422);
});

const packed = (orders: ShownOrder[]) =>
  Promise.all(
    orders.map(async ({ orderId }) =>
      (await system.journal(orderId)).filter(({ operation }) => operation === 'pack').map(({ outcome }) => outcome),
    ),
  );

test('what is missing of an order is taken from its queue, and reordered once', async () => {
  const order = ordered(uniqueId('CUST'), {
    items: [{ productId: SCARCE, quantity: 1000, price: 1 }],
    totalAmount: 1000,
    policy: { onShortage: 'SHIP_AVAILABLE' },
  });
  expect((await system.post(order)).status).toBe(202);
  await system.ended(order.orderId);
  const sqs = new SQSClient({ endpoint: system.aws, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS });
  const inQueue = async (name: string) => {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
    return names.reduce((sum, attribute) => sum + Number(Attributes[attribute]), 0);
  };
  const reorders = async () => (await system.journal(SCARCE)).filter(({ operation }) => operation === 'reorder');
  await system.until(
    async () => (await inQueue('partial-inventory-queue')) === 0 && (await reorders()).length > 0,
    () => 'nothing was reordered, or the message stays',
  );
  // of the low stock there was an alert too
  expect(await reorders()).toHaveLength(1);
  for (const name of ['partial-inventory', 'shipping', 'order-status', 'analytics'])
    expect([name, await inQueue(`${name}-dlq`)]).toEqual([name, 0]);
  sqs.destroy();
});
