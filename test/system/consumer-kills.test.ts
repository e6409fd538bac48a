import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter, DeadLetterState } from '../../src/domain/dead-letters';
import type { OrderEvent } from '../../src/domain/events';
import type { ProductStock } from '../../src/gateway/ports';
import type { RedriveProgress } from '../../src/workflows/dead-letter-messages';
import type { ShownOrder } from '../support/system';
import { EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { Installation, untilReached } from '../support/installation';
import { sampleOrder, uniqueId } from '../support/orders';

/** `npm run prove` takes the full size: 50 kills over 1 000 events. */
const FULL = Boolean(process.env['WAYBILL_PROVE']);
const KILLS = FULL ? 50 : 5;
const ORDERS_PER_KILL = 5;
/** what a carrier tells of each parcel */
const NEWS = ['PICKED_UP', 'IN_TRANSIT', 'DELIVERED'];
/** SIGKILL comes at a time of nobody's choice: while it connects, receives, handles, deletes */
const LONGEST_LIFE_MS = 1500;

jest.setTimeout(FULL ? 1_800_000 : 400_000);

// short, so that a dead consumer's messages come again soon; a living one extends it while it works
const VISIBILITY = {
  ORDER_INTAKE_VISIBILITY_S: '3',
  INVENTORY_CHECK_VISIBILITY_S: '3',
  PARTIAL_INVENTORY_VISIBILITY_S: '3',
  TRACKING_UPDATE_VISIBILITY_S: '3',
  PAYMENT_PROCESSING_VISIBILITY_S: '3',
  SHIPPING_VISIBILITY_S: '3',
  ORDER_STATUS_VISIBILITY_S: '3',
  ANALYTICS_VISIBILITY_S: '3',
  REORDER_VISIBILITY_S: '3',
  WEBHOOK_EVENTS_VISIBILITY_S: '3',
  NOTIFICATION_VISIBILITY_S: '3',
  DEAD_LETTER_VISIBILITY_S: '3',
};

let installation: Installation;
let sqs: SQSClient;

beforeAll(async () => {
  installation = await Installation.start({ ...VISIBILITY, RELAY_GRACE_MS: '1000', RELAY_INTERVAL_MS: '500' });
  sqs = new SQSClient({ endpoint: installation.endpoint, region: EMULATOR_REGION });
});
afterAll(async () => {
  sqs?.destroy();
  await installation?.stop();
});

test(`${KILLS} kills of the consumer over ${KILLS * ORDERS_PER_KILL * (1 + NEWS.length)} events: none lost, none with a second effect`, async () => {
  const before = await installation.get<ProductStock>('/inventory/PROD-12345');
  const placed = [await placePoison()];
  const told = new Set<string>();
  for (let kills = 0; kills < KILLS; kills++) {
    const consumer = await installation.startConsumer();
    const orders = Array.from({ length: ORDERS_PER_KILL }, () => sampleOrder({ orderId: uniqueId('KILL') }));
    await installation.publish('ecommerce.orders', 'Order Placed', orders);
    placed.push(...orders.map(({ orderId }) => orderId));
    await tellOfShipped(placed, told);
    await sleep(Math.random() * LONGEST_LIFE_MS);
    consumer.kill();
    await consumer.exited;
  }

  // what the dead ones left behind, and what they had received so often that its queue gave it up
  await installation.startConsumer();
  await untilRead();
  const dead = await redriveAll();
  expect(dead).toContainEqual(expect.objectContaining({ class: 'POISON', queue: 'order-intake-queue' }));
  const kinds = new Map<string, number>();
  for (const { class: kind, queue } of dead)
    kinds.set(`${kind} of ${queue}`, (kinds.get(`${kind} of ${queue}`) ?? 0) + 1);
  const shown = [...kinds].map(([kind, n]) => `${n} ${kind}`).join(', ');
  process.stdout.write(`consumer kills: ${KILLS}; dead letters, all redriven: ${dead.length} (${shown})\n`);
  await untilReached(
    async () => {
      await tellOfShipped(placed, told);
      return told.size === placed.length;
    },
    () => `shipped: ${told.size} of ${placed.length}`,
    180_000,
  );
  let open = placed;
  await untilReached(
    async () => {
      const orders = await Promise.all(open.map((orderId) => orderOf(orderId)));
      open = open.filter((_, i) => orders[i]?.status !== 'DELIVERED');
      return open.length === 0;
    },
    () => `not delivered: ${open.join(', ')}`,
    180_000,
  );

  expect((await lettersIn(OPEN)).map(({ id }) => id)).toEqual([]);
  // everybody's, and nobody's twice: of those that died too
  expect(new Set((await lettersIn(['RESOLVED'])).map(({ id }) => id))).toEqual(new Set(dead.map(({ id }) => id)));
  await expectToldOnce(placed);
  for (const orderId of placed) await expectOneOfEach(orderId);
  expect(await installation.get<ProductStock>('/inventory/PROD-12345')).toMatchObject({
    availableQuantity: before.availableQuantity - 2 * placed.length,
    reservedQuantity: 0,
  });
});

/** Places an order that five consumers received, of which none lived to handle it. */
async function placePoison(): Promise<string> {
  const order = sampleOrder({ orderId: uniqueId('KILL') });
  await installation.publish('ecommerce.orders', 'Order Placed', [order]);
  const QueueUrl = installation.env['ORDER_INTAKE_QUEUE_URL'];
  for (let receives = 0; receives < 5;) {
    const command = new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0, WaitTimeSeconds: 5 });
    receives += (await sqs.send(command)).Messages?.length ?? 0;
  }
  return order.orderId;
}

const QUEUE_URL = /_(QUEUE|DLQ)_URL$/;
/** nobody reads it but people */
const SANDBOX = 'REPLAY_SANDBOX_QUEUE_URL';

/** Waits until nothing is left in any queue, nor in its dead letters. */
async function untilRead(): Promise<void> {
  const urls = Object.entries(installation.env).filter(([name]) => QUEUE_URL.test(name) && name !== SANDBOX);
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  let full: string[] = [];
  const isFull = async (QueueUrl: string | undefined) => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...names] }));
    return names.some((name) => Attributes[name] !== '0');
  };
  await untilReached(
    async () => {
      const found = await Promise.all(urls.map(async ([name, url]) => ({ name, isFull: await isFull(url) })));
      full = found.filter((queue) => queue.isFull).map(({ name }) => name);
      return full.length === 0;
    },
    () => `not empty: ${full.join(', ')}`,
    180_000,
  );
}

type Letter = Pick<DeadLetter, 'id' | 'class' | 'queue' | 'state'>;

const OPEN = ['WAITING', 'REDRIVEN', 'PARKED'] as const;

async function lettersIn(states: readonly DeadLetterState[]): Promise<Letter[]> {
  const found: Letter[] = [];
  for (const state of states) {
    for (let cursor: string | undefined; ;) {
      const query = new URLSearchParams({ state, limit: '100', ...(cursor !== undefined && { cursor }) });
      const page = await installation.get<{ deadLetters: Letter[]; cursor?: string }>(
        `/dead-letters?${query.toString()}`,
      );
      found.push(...page.deadLetters);
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
  }
  return found;
}

/** Redrives all that is in the workbench at once, and waits until each of them was handled. */
async function redriveAll(): Promise<Letter[]> {
  const all = await lettersIn([...OPEN, 'RESOLVED', 'DISCARDED']);
  const asked = await installation.post('/dead-letters/redrive', { since: '2000-01-01', by: 'the test' });
  expect(asked.status).toBe(202);
  const { batchId } = (await asked.json()) as { batchId: string };
  let progress: RedriveProgress | undefined;
  let open: Letter[] = [];
  await untilReached(
    async () => {
      progress = await installation.get<RedriveProgress>(`/dead-letters/batches/${batchId}`);
      open = await lettersIn(OPEN);
      return progress.state === 'DONE' && open.length === 0;
    },
    () => JSON.stringify({ progress, open }),
    300_000,
  );
  expect(progress).toMatchObject({ refused: 0 });
  return all;
}

const orderOf = (orderId: string) => installation.find<ShownOrder>(`/orders/${orderId}`);

/** The carrier tells of what it has by now. */
async function tellOfShipped(orderIds: string[], told: Set<string>): Promise<void> {
  const waiting = orderIds.filter((orderId) => !told.has(orderId));
  const orders = await Promise.all(waiting.map((orderId) => orderOf(orderId)));
  const shipped = orders.filter((order) => order !== undefined && order.shipments.length > 0) as ShownOrder[];
  const updates = shipped.flatMap(({ orderId, shipments: [shipment] }) =>
    NEWS.map((status) => {
      const { trackingNumber } = shipment!;
      return { orderId, trackingNumber, status, updateId: `${orderId} ${status}` };
    }),
  );
  await installation.publish('carrier.updates', 'Carrier Update', updates);
  for (const { orderId } of shipped) told.add(orderId);
}

/** One charge, one label, one order at the warehouse, and every step of the parcel once, in a gapless store. */
async function expectOneOfEach(orderId: string): Promise<void> {
  const journal = await installation.journal(orderId);
  const succeeded = journal
    .filter(({ provider, outcome }) => provider !== 'notification' && outcome === 'succeeded')
    .map(({ operation }) => operation);
  expect({ orderId, charges: succeeded.filter((operation) => operation === 'charge') }).toEqual({
    orderId,
    charges: ['charge'],
  });
  expect({ orderId, packed: succeeded.filter((operation) => operation === 'pack') }).toEqual({
    orderId,
    packed: ['pack'],
  });
  expect({ orderId, doubled: succeeded.filter((operation, i) => succeeded.indexOf(operation) !== i) }).toEqual({
    orderId,
    doubled: [],
  });
  const { events } = await installation.get<{ events: OrderEvent[] }>(`/orders/${orderId}/events`);
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  const tracked = events.flatMap((event) =>
    event.type === 'Shipment Tracked' || event.type === 'Shipment Delivered' ? [event.data.status] : [],
  );
  expect({ orderId, tracked: tracked.toSorted() }).toEqual({ orderId, tracked: NEWS.toSorted() });
}

/** Every notification came on each of its channels, and none twice. */
async function expectToldOnce(orderIds: string[]): Promise<void> {
  const deliveriesOf = async (orderId: string) =>
    (await installation.journal(orderId))
      .filter(({ provider, outcome }) => provider === 'notification' && outcome === 'succeeded')
      .map(({ operation, key }) => `${operation} ${key}`);
  for (const orderId of orderIds) {
    let deliveries: string[] = [];
    // accepted, shipped and delivered, on three channels each
    await untilReached(
      async () => (deliveries = await deliveriesOf(orderId)).length >= 9,
      () => `${orderId} was told only ${deliveries.join(', ')}`,
      60_000,
    );
    expect(deliveries.toSorted()).toEqual([...new Set(deliveries)].toSorted());
    expect(deliveries).toHaveLength(9);
  }
}
