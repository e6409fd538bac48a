import { Client, Connection } from '@temporalio/client';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { ProductStock } from '../../src/gateway/ports';
import { netCharged } from '../support/books-balance';
import { type BusTap, tapBus } from '../support/bus-tap';
import { misfitOf } from '../support/contracts/schemas';
import { eventsOf, expectOrderSettled } from '../support/settled';
import { CHANNELS } from '../../src/domain/order';
import { createCuttableProxy, type CuttableProxy } from '../support/cuttable-proxy';
import { freePort } from '../../scripts/lib/ports';
import { keys, type OrderId } from '../../src/domain/ids';
import { PROVIDER_SCENARIOS, SCENARIOS } from '../../scripts/lib/scenarios';
import { ORDER_STATUSES } from '../../src/domain/states';
import { statusAfter } from '../../src/domain/projection';
import { isAlive, type ShownOrder, System } from '../support/system';
import { runScript } from '../support/run-script';
import { sampleOrder, uniqueId } from '../support/orders';

/** `npm run prove` takes the full size. */
const FULL = Boolean(process.env['WAYBILL_PROVE']);
const ORDERS_PER_KILL = FULL ? 100 : 20;
const BUS_DOWN_MS = FULL ? 60_000 : 3_000;

jest.setTimeout(240_000);

let system: System;
let sqs: SQSClient;
let events: EventBridgeClient;
let tap: BusTap;
let busProxy: CuttableProxy;
const SPLIT = { items: [{ productId: 'PROD-20002', quantity: 600, price: 29.99 }], totalAmount: 17994 };
/** takes its time to fail: sent first, looked at later */
const SLOW = {
  paymentMethod: 'pm_down',
  policy: { paymentWithinS: 30 },
  items: [{ productId: 'PROD-20001', quantity: 1, price: 29.99 }],
  totalAmount: 29.99,
};
const down = sampleOrder(SLOW);
/** the same, sent late enough to be under way at the restart */
const underWay = sampleOrder(SLOW);

beforeAll(async () => {
  const awsPort = await freePort();
  busProxy = await createCuttableProxy({ port: awsPort });
  system = await System.create({
    awsPort,
    env: { ORDER_INTAKE_VISIBILITY_S: '5', AWS_ENDPOINT_URL_EVENTBRIDGE: `http://127.0.0.1:${busProxy.port}` },
  });
  await system.start();
  sqs = new SQSClient({ endpoint: system.aws });
  events = new EventBridgeClient({ endpoint: system.aws });
  tap = await tapBus({ endpoint: system.aws, busName: 'waybill' });
  expect((await system.post(down)).status).toBe(202);
});

afterAll(async () => {
  await system.stop();
  busProxy.close();
  for (const it of [sqs, events, tap]) it?.destroy();
});

const stockOf = (productId: string) => system.get<ProductStock>(`/inventory/${productId}`);
const orderOf = (productId: string, changes: Parameters<typeof sampleOrder>[0] = {}) =>
  sampleOrder({ items: [{ productId, quantity: 1, price: 29.99 }], totalAmount: 29.99, ...changes });

/** Messages seen on the way to another; received ones are invisible to a later call. */
const seen: Message[] = [];

async function receive(queueName: string, wanted: (message: Message) => boolean): Promise<Message> {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }));
  for (let tries = 0; tries < 50; tries++) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
      }),
    );
    seen.push(...Messages);
    const found = seen.find(wanted);
    if (found) return found;
  }
  throw new Error(`no such message in ${queueName}`);
}

interface Letter {
  id: string;
  class: string;
  state: string;
  errorType: string;
  reason: string;
}

/** The dead letter of the intake queue with a reason, once it is a person's. */
async function deadLetterOf(reason: string): Promise<Letter> {
  let letter: Letter | undefined;
  await system.until(
    async () => {
      const { deadLetters } = await system.get<{ deadLetters: Letter[] }>('/dead-letters?queue=order-intake-queue');
      letter = deadLetters.find((one) => one.reason.includes(reason) && one.state === 'PARKED');
      return letter !== undefined;
    },
    () => `no dead letter says ${reason}`,
  );
  return letter!;
}

const publish = (detail: unknown) =>
  events.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: 'waybill',
          Source: 'ecommerce.orders',
          DetailType: 'Order Placed',
          Detail: typeof detail === 'string' ? detail : JSON.stringify(detail),
        },
      ],
    }),
  );

const expectSettled = (order: ShownOrder) => expectOrderSettled(system, order);

/** A queue that gets what customers are told: those of the channels are the consumer's. */
async function tapCustomerNotifications(): Promise<string> {
  const QueueName = 'told-customers-tap';
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const sns = new SNSClient({ endpoint: system.aws });
  const TopicArn = 'arn:aws:sns:us-east-1:000000000000:customer-notifications';
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.['QueueArn'] }));
  sns.destroy();
  return QueueName;
}

test('the sample order goes through every state to SHIPPED: stock moved, charged once, the customer told', async () => {
  const { orderId: _orderId, ...sample } = sampleOrder();
  const tapped = await tapCustomerNotifications();
  const before = await stockOf('PROD-12345');
  const response = await system.post(sample);
  expect(response.status).toBe(202);
  const { orderId, inventoryStatus } = (await response.json()) as { orderId: string; inventoryStatus: string };
  expect(inventoryStatus).toBe('AVAILABLE');
  expect(response.headers.get('location')).toBe(`/orders/${orderId}`);

  const order = await system.ended(orderId);
  expect(order.status).toBe('SHIPPED');
  expect(order.states.map(({ name }) => name)).toEqual([
    'ValidateOrder',
    'CheckInventory',
    'InventoryAvailable?',
    'ProcessPayment',
    'PaymentSuccessful?',
    'StartFulfillment',
    'AllocateWarehouse',
    'GenerateShippingLabel',
    'CommitTransaction',
    'NotifyCustomer',
    'AwaitDelivery',
  ]);
  expect(order.payment).toEqual({ charged: 59.98, refunded: 0, currency: 'USD' });
  const charges = (await system.journal(orderId)).filter(({ operation }) => operation === 'charge');
  expect(charges).toMatchObject([{ outcome: 'succeeded', amount: 59.98, currency: 'USD' }]);
  expect(await stockOf('PROD-12345')).toMatchObject({
    availableQuantity: before.availableQuantity - 2,
    reservedQuantity: 0,
  });

  const key = keys.notify(orderId as OrderId);
  const { Body = '' } = await receive(tapped, (message) => message.Body?.includes(key) ?? false);
  const { Message, MessageAttributes } = JSON.parse(Body) as {
    Message: string;
    MessageAttributes: { customerId: { Value: string } };
  };
  expect(MessageAttributes.customerId.Value).toBe('CUST-567890');
  expect(Message).toContain(order.shipments[0]!.trackingNumber);
  const told = async () =>
    (await system.journal(orderId)).filter((entry) => entry.provider === 'notification' && entry.key === key);
  await system.until(
    async () => (await told()).length >= CHANNELS.length,
    () => `the customer of ${orderId} was not told`,
  );
  expect((await told()).map(({ operation, outcome }) => `${operation} ${outcome}`).toSorted()).toEqual(
    ['email', 'push', 'sms'].map((channel) => `${channel} succeeded`),
  );
  await expectEventsOnBus([orderId]);
});

/** Every event in OrderEvents is on the bus, at least once, and as its schema says. */
async function expectEventsOnBus(orderIds: string[]): Promise<void> {
  const missing = new Set<string>();
  const misfits: string[] = [];
  for (const orderId of orderIds) {
    const stored = await system.get<{ events: { eventId: string }[] }>(`/orders/${orderId}/events`);
    for (const { eventId } of stored.events) missing.add(eventId);
  }
  await system.until(
    async () => {
      for (const event of await tap.take()) {
        missing.delete(event.detail.eventId);
        if (event.detail.origin === 'waybill') misfits.push(...[misfitOf(event) ?? []].flat());
      }
      return missing.size === 0;
    },
    () => `not on the bus: ${[...missing].join(', ')}`,
    60_000,
  );
  expect(misfits).toEqual([]);
}

describe('the table of scenarios', () => {
  // pm_down has a test of its own: it takes its time
  const table = PROVIDER_SCENARIOS.filter(({ name }) => name !== 'pm_down').map(({ order, end, money }) => ({
    order,
    status: end,
    net: money === 'charged once' ? 29.99 : 0,
    charges: money === 'nothing' ? 0 : 1,
  }));

  test('holds for every row: end, money and stock', async () => {
    const before = await stockOf('PROD-12345');
    const ends = await Promise.all(
      table.map(async (row) => {
        const order = { orderId: uniqueId(), ...row.order };
        expect((await system.post(order)).status).toBe(202);
        return system.ended(order.orderId);
      }),
    );
    for (const [i, { status, net, charges }] of table.entries()) {
      const journal = await system.journal(ends[i]!.orderId);
      const succeeded = journal.filter(({ operation, outcome }) => operation === 'charge' && outcome === 'succeeded');
      expect({ ...table[i], status: ends[i]!.status, net: netCharged(journal), charges: succeeded.length }).toEqual({
        ...table[i],
        status,
        net,
        charges,
      });
      await expectSettled(ends[i]!);
    }
    const sold = ends.filter(({ status }) => status === 'SHIPPED').length;
    expect(await stockOf('PROD-12345')).toMatchObject({
      availableQuantity: before.availableQuantity - sold,
      reservedQuantity: 0,
    });
    await expectEventsOnBus(ends.map(({ orderId }) => orderId));
  });
});

/** as the demo named them */
let demoOrders: string[] = [];

test('the demo finds every scenario as expected, and the books closed', async () => {
  const demo = await runDemo(['--url', system.gateway]);
  demoOrders = [...new Set(demo.stdout.match(/demo-\w{6}-\d\d/g))];
  expect(demo).toMatchObject({ code: 0, stderr: '' });
  for (const { name, end } of SCENARIOS) expect(demo.stdout).toMatch(new RegExp(`^✓ ${name} +${end} `, 'm'));
  expect(demo.stdout).toContain(`${SCENARIOS.length} of ${SCENARIOS.length} ended as expected.`);
  expect(demo.stdout).toMatch(/✓ charged [\d.]+ − refunded [\d.]+ = ([\d.]+); what customers keep is worth\s\1$/m);
  expect(demo.stdout).toMatch(/✓ \d+ messages on their channels, none twice$/m);
  expect(demo.stdout).toContain('✓ PROD-12345: 0 reserved');
  expect(demo.stdout).not.toContain('\x1b');
});

test('its orders came through every status, and each one is settled and on the bus', async () => {
  const statuses = new Set<string>();
  expect(demoOrders).toHaveLength(SCENARIOS.length);
  for (const orderId of demoOrders) {
    await expectSettled(await system.ended(orderId));
    for (const event of await eventsOf(system, orderId)) statuses.add(statusAfter(event) ?? event.type);
  }
  expect([...statuses]).toEqual(expect.arrayContaining([...ORDER_STATUSES]));
  await expectEventsOnBus(demoOrders);
});

test('the demo of one scenario tells what happens in plain words', async () => {
  const { code, stdout } = await runDemo(['--url', system.gateway, '--scenario', 'pm_declined_once']);
  expect(code).toBe(0);
  const told = [
    'card declined; once more in 1 s',
    'card charged 29.99 USD, under a second key',
    'The customer is told',
  ];
  expect(stdout).toMatch(new RegExp(told.join('[^]*')));
});

const runDemo = (args: string[]) =>
  runScript('scripts/demo.cjs', { args, env: { AWS_ENDPOINT_URL: system.aws, NO_COLOR: '' } });

test('of 50 orders for the last three units exactly three ship', async () => {
  const orders = Array.from({ length: 50 }, () => orderOf('PROD-SCARCE'));
  const answers = await Promise.all(orders.map((order) => system.post(order)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  const ends = await Promise.all(orders.map(({ orderId }) => system.ended(orderId)));
  const count = (wanted: string) => ends.filter(({ status }) => status === wanted).length;
  expect([count('SHIPPED'), count('INVENTORY_UNAVAILABLE')]).toEqual([3, 47]);
  const stock = await stockOf('PROD-SCARCE');
  expect(stock).toMatchObject({ availableQuantity: 0, reservedQuantity: 0 });
  for (const warehouse of stock.warehouses)
    expect(warehouse).toMatchObject({ availableQuantity: 0, reservedQuantity: 0 });
});

test('the same order sent 20 times at once: one 202, nineteen 200, one charge; once more after its end: 200', async () => {
  const order = sampleOrder();
  const answers = await Promise.all(Array.from({ length: 20 }, () => system.post(order)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  const replayed = answers.filter(({ status }) => status === 200);
  expect(replayed).toHaveLength(19);
  for (const { headers } of replayed) expect(headers.get('idempotent-replayed')).toBe('true');
  await system.ended(order.orderId);
  const again = await system.post(order);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect((await system.post({ ...order, customerId: 'SOMEBODY-ELSE' })).status).toBe(409);
  expect((await system.journal(order.orderId)).filter(({ operation }) => operation === 'charge')).toHaveLength(1);
  expect((await system.get<{ events: unknown[] }>(`/orders/${order.orderId}/events`)).events).toHaveLength(9);
});

describe('Order Placed on the bus', () => {
  test('becomes an order, once, whatever is delivered twice', async () => {
    const order = sampleOrder();
    await Promise.all([publish(order), publish(order), publish(order)]);
    const { status } = await system.ended(order.orderId);
    expect(status).toBe('SHIPPED');
    await publish(order);
    const after = sampleOrder();
    await publish(after);
    await system.ended(after.orderId);
    expect((await system.journal(order.orderId)).filter(({ operation }) => operation === 'charge')).toHaveLength(1);
    expect((await system.post(order)).status).toBe(200);
  });

  test('that can never become an order goes to the dead letters with the reason, and stops nothing', async () => {
    const marker = uniqueId('marker');
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'order-intake-queue' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `not JSON ${marker}` }));
    await publish({ customerId: marker, items: 'none' });
    const good = sampleOrder();
    await publish(good);
    expect((await system.ended(good.orderId)).status).toBe('SHIPPED');
    for (const reason of ['expected an EventBridge event as JSON', 'detail/items']) {
      const letter = await deadLetterOf(reason);
      expect(letter).toMatchObject({ class: 'PERMANENT', state: 'PARKED', errorType: 'InvalidOrderData' });
      expect((await system.get<{ body: string }>(`/dead-letters/${letter.id}`)).body).toContain(marker);
    }
  });
});

test('Order Placed posted to /events ends SHIPPED; posted again, and sent by every other way in, it is charged once', async () => {
  const order = sampleOrder();
  const event = { id: uniqueId('event'), source: 'ecommerce.orders', 'detail-type': 'Order Placed', detail: order };
  const [first, again] = [await system.post(event, {}, '/events'), await system.post(event, {}, '/events')];
  expect([first.status, again.status]).toEqual([202, 200]);
  const results = [{ index: 0, eventId: event.id, orderId: order.orderId }];
  expect(await first.json()).toMatchObject({ results: [{ ...results[0], status: 'ACCEPTED' }] });
  expect(await again.json()).toMatchObject({ results: [{ ...results[0], status: 'DUPLICATE' }] });

  const ended = await system.ended(order.orderId);
  expect(ended.status).toBe('SHIPPED');
  const after = sampleOrder();
  for (const published of [order, after]) await publish(published);
  await system.ended(after.orderId);
  expect((await system.post(order)).status).toBe(200);
  expect((await system.post([event, event], {}, '/events')).status).toBe(200);
  await expectSettled(ended);
  expect((await system.journal(order.orderId)).filter(({ operation }) => operation === 'charge')).toHaveLength(1);
});

describe.each(['worker', 'consumer', 'gateway'] as const)('kill -9 of the %s', (name) => {
  test(`in the middle of ${ORDERS_PER_KILL} orders: it is named and restarted, and all end right`, async () => {
    const before = await stockOf('PROD-12345');
    const orders = Array.from({ length: ORDERS_PER_KILL }, () => orderOf('PROD-12345'));
    const kill = ORDERS_PER_KILL / 2;
    await Promise.all(
      orders.map(async (order, i) => {
        if (i === kill) process.kill(system.pids()[name]!, 'SIGKILL');
        // half of them over the bus
        await (i % 2 ? publish(order) : system.placeUntilTaken(order));
      }),
    );
    const ends = await Promise.all(orders.map(({ orderId }) => system.ended(orderId)));
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['SHIPPED']));
    for (const order of ends) await expectSettled(order);
    expect(await stockOf('PROD-12345')).toMatchObject({
      availableQuantity: before.availableQuantity - ORDERS_PER_KILL,
      reservedQuantity: 0,
    });
    expect(system.output).toMatch(new RegExp(`${name}.*SIGKILL`, 'i'));
    await expectEventsOnBus(orders.map(({ orderId }) => orderId));
  });
});

test('a worker that is killed while orders are split, refused and cancelled loses and doubles nothing', async () => {
  const { address, namespace } = system.engine;
  const connection = await Connection.connect({ address });
  const { workflow } = new Client({ connection, namespace });
  const before = await stockOf('PROD-20002');
  // 301 units are more than one warehouse has: two parcels each
  const orders = Array.from({ length: FULL ? 40 : 6 }, (_, i) =>
    orderOf('PROD-20002', { zipCode: i % 6 === 5 ? '99999' : '12345', ...(i === 0 ? SPLIT : {}) }),
  );
  await Promise.all(orders.map((order) => system.placeUntilTaken(order)));
  for (let kills = 0; kills < (FULL ? 4 : 1); kills++) {
    const { worker } = system.pids();
    process.kill(worker!, 'SIGKILL');
    const cancelled = orders.filter((_, i) => i % 4 === kills);
    await Promise.all(
      cancelled.map(({ orderId }) =>
        workflow
          .getHandle(`order-${orderId}`)
          .cancel()
          .catch(() => undefined),
      ),
    );
    await system.until(
      () => system.pids()['worker'] !== worker,
      () => 'the worker was not started again',
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  const ends = await Promise.all(orders.map(({ orderId }) => system.ended(orderId)));
  for (const order of ends) {
    expect(['SHIPPED', 'FULFILLMENT_FAILED', 'CANCELLED']).toContain(order.status);
    await expectSettled(order);
  }
  const shipped = ends.flatMap(({ shipments }) => shipments.flatMap(({ items }) => items));
  const units = shipped.reduce((sum, { quantity }) => sum + quantity, 0);
  expect(await stockOf('PROD-20002')).toMatchObject({
    availableQuantity: before.availableQuantity - units,
    reservedQuantity: 0,
  });
  await connection.close();
});

test('pm_down ends as PAYMENT_FAILED: the charge given up by a void, the stock released', async () => {
  const order = await system.ended(down.orderId);
  expect(order.status).toBe('PAYMENT_FAILED');
  const journal = await system.journal(down.orderId);
  const payment = journal.filter(({ provider }) => provider === 'payment');
  expect(payment.at(-1)).toMatchObject({ operation: 'void', outcome: 'succeeded' });
  await expectSettled(order);
});

test('orders end the same while EventBridge cannot be reached, and every event is on the bus afterwards', async () => {
  if (BUS_DOWN_MS < 10_000) await system.post(underWay);
  busProxy.cut();
  const orders = Array.from({ length: 10 }, (_, i) => orderOf('PROD-12345', i % 3 ? {} : { zipCode: '99999' }));
  await Promise.all(orders.map((order) => system.post(order)));
  const ends = await Promise.all(orders.map(({ orderId }) => system.ended(orderId)));
  for (const [i, order] of ends.entries()) {
    expect(order.status).toBe(i % 3 ? 'SHIPPED' : 'FULFILLMENT_FAILED');
    await expectSettled(order);
  }
  await new Promise((resolve) => setTimeout(resolve, BUS_DOWN_MS));
  expect((await tap.take()).filter(({ detail }) => orders.some(({ orderId }) => orderId === detail.orderId))).toEqual(
    [],
  );
  busProxy.mend();
  await expectEventsOnBus(orders.map(({ orderId }) => orderId));
});

test('SIGTERM drains and leaves no process; the next start finds the orders, and those under way go on', async () => {
  const done = sampleOrder();
  await system.post(done);
  await system.ended(done.orderId);
  // at full size the order sent before the bus went down has ended by now
  if (BUS_DOWN_MS >= 10_000) await system.post(underWay);
  expect((await system.get<ShownOrder>(`/orders/${underWay.orderId}`)).status).toBe('RESERVED');

  const processes = system.pids();
  const engine = system.engine.isOwn ? ['temporal'] : [];
  expect(Object.keys(processes)).toEqual(
    expect.arrayContaining(['ministack', ...engine, 'worker', 'consumer', 'gateway']),
  );
  const pids = Object.values(processes);
  expect(await system.stop('SIGTERM')).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);

  await system.start();
  expect((await system.get<ShownOrder>(`/orders/${done.orderId}`)).status).toBe('SHIPPED');
  const order = await system.ended(underWay.orderId);
  expect(order.status).toBe('PAYMENT_FAILED');
  await expectSettled(order);
  const response = await system.post(done);
  expect(response.status).toBe(200);
});
