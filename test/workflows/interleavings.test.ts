import { setTimeout as delay } from 'node:timers/promises';
import type { OrderSubmission } from '../../src/domain/order';
import { createDrive, type Drive } from '../support/paths/drive';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { expectBalancedBooks } from '../support/books-balance';
import { GOODS, orderOf, PARTLY, SCARCE } from '../support/paths/path';
import { sampleOrder } from '../support/orders';
import { stockArrivedSignal } from '../../src/workflows/messages';
import { workflowIdOf } from '../../src/domain/ids';

let bench: OrderBench;
let world: MemoryWorld;

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(async () => {
  letGo();
  await bench.teardown();
});
beforeEach(() => {
  world = createMemoryWorld();
  bench.use(world);
  world.books.setStock([
    { productId: GOODS, warehouseId: 'ICN', availableQuantity: 10 },
    { productId: SCARCE, warehouseId: 'LAX', availableQuantity: 1 },
  ]);
});

async function placed(changes: Parameters<typeof sampleOrder>[0] = {}): Promise<Drive> {
  const drive = createDrive({ bench, world, order: sampleOrder(changes) });
  await drive.place();
  return drive;
}

const countOf = (d: Drive, wanted: string) => d.events().filter(({ type }) => type === wanted).length;
const journalOf = async (order: OrderSubmission, operation: string) =>
  (await world.journal.entries(order.orderId))
    .filter((entry) => entry.operation === operation)
    .map(({ outcome }) => outcome);

describe('two decisions at once', () => {
  test('that differ: the first one counts, the other is refused', async () => {
    const d = await placed(orderOf(PARTLY));
    await d.until('Decision Requested');
    const [ship, cancel] = await Promise.all([d.decide('SHIP_AVAILABLE'), d.decide('CANCEL')]);
    expect([ship, cancel].map(({ kind }) => kind).toSorted()).toEqual(['done', 'refused']);
    await d.until('Decision Made');
    const choice = ship.kind === 'done' ? 'SHIP_AVAILABLE' : 'CANCEL';
    expect(d.events().find(({ type }) => type === 'Decision Made')!.data).toEqual({ choice, by: 'customer' });
    if (choice === 'SHIP_AVAILABLE') await d.deliver();
    await bench.end(d.order.orderId);
    await expectBalancedBooks(world, d.order.orderId);
  });

  test('that are the same: both are taken, once', async () => {
    const d = await placed(orderOf(PARTLY));
    await d.until('Decision Requested');
    const both = await Promise.all([d.decide('CANCEL'), d.decide('CANCEL')]);
    expect(both.map(({ kind }) => kind)).toEqual(['done', 'done']);
    await bench.end(d.order.orderId);
    expect(countOf(d, 'Decision Made')).toBe(1);
  });
});

test('a back-order that is woken twice, and for nothing, is filled once', async () => {
  const d = await placed(orderOf(PARTLY, { policy: { onShortage: 'WAIT' } }));
  await d.until('Customer Notified');
  const wake = () =>
    bench.patient.workflow.getHandle(workflowIdOf(d.order.orderId)).signal(stockArrivedSignal, { productId: SCARCE });
  await wake();
  await delay(50);
  expect(countOf(d, 'Backorder Filled')).toBe(0);
  await Promise.all([d.arrive(SCARCE, 2), wake(), wake()]);
  await d.until(() => d.has('Customer Notified', 2));
  await wake();
  await d.deliver();
  await bench.end(d.order.orderId);
  expect(countOf(d, 'Backorder Filled')).toBe(1);
  expect(await journalOf(d.order, 'charge')).toEqual(['succeeded', 'succeeded']);
  await expectBalancedBooks(world, d.order.orderId);
});

test('two orders wait for the same unit: the first one gets it, the second one when that is cancelled', async () => {
  const waiting = orderOf([{ productId: SCARCE, quantity: 2, price: 29.99 }], { policy: { onShortage: 'WAIT' } });
  const first = await placed(waiting);
  await first.until('Customer Notified');
  const last = await placed({ ...waiting, policy: { onUnavailable: 'WAIT' } });
  await last.until('Order Backordered');
  expect(world.books.backorders.size).toBe(2);
  await first.cancel();
  await first.arrive(SCARCE, 2);
  await last.until('Customer Notified');
  expect(first.has('Backorder Filled')).toBe(false);
  await last.deliver();
  await first.carrier('RETURNED');
  for (const { order } of [first, last]) await bench.end(order.orderId);
  for (const { order } of [first, last]) await expectBalancedBooks(world, order.orderId);
});

let letGo: () => void;
const lost = new Promise<void>((resolve) => (letGo = resolve));

/** The first time, it has its effect, and nobody hears of it. */
function hangsAfter<T extends object>(port: T, method: keyof T, isIt: (request: never) => boolean): () => number {
  const works = port[method] as (request: never) => Promise<unknown>;
  let calls = 0;
  port[method] = (async (request: never) => {
    const answer = await works.call(port, request);
    if (isIt(request) && ++calls === 1) await lost;
    return answer;
  }) as T[keyof T];
  return () => calls;
}

test('a worker that is lost inside an undo, after it was done: each is done once, and the orders go on', async () => {
  const { payments, carriers } = world.ports;
  const books = { ...world.books };
  world.ports.books = books;
  const { bookLabel } = carriers;
  const cancelled = createDrive({ bench, world, order: sampleOrder() });
  const unpaid = createDrive({ bench, world, order: sampleOrder({ paymentMethod: 'pm_declined' }) });
  const isRelease = ({ ledger }: { ledger?: { key: string } }) => ledger?.key === `release#${unpaid.order.orderId}`;
  const isBooked = ({ orderId }: { orderId: string }) => orderId === cancelled.order.orderId;
  carriers.bookLabel = async (request) => {
    const label = await bookLabel(request);
    if (isBooked(request)) await cancelled.cancel();
    return label;
  };
  const calls = [
    hangsAfter(payments, 'refund', () => true),
    hangsAfter(payments, 'void', () => true),
    hangsAfter(carriers, 'cancelLabel', isBooked as never),
    hangsAfter(books, 'post', isRelease as never),
  ];
  const refunded = await placed({ zipCode: '00000' });
  const voided = await placed({ paymentMethod: 'pm_pending' });
  await voided.until('Payment Pending');
  await voided.cancel();
  await cancelled.place();
  await unpaid.place();
  // a second until the decline is tried again
  await unpaid.soon(() => calls.every((count) => count() > 0));

  // the engine hears nothing for ten seconds, and has it done again

  const all = [refunded, voided, cancelled, unpaid];
  for (const { order } of all) await bench.end(order.orderId);
  for (const { order } of all) await expectBalancedBooks(world, order.orderId);
  expect(await journalOf(refunded.order, 'refund')).toEqual(['succeeded', 'replayed']);
  expect(await journalOf(voided.order, 'void')).toEqual(['succeeded', 'replayed']);
  expect(await journalOf(cancelled.order, 'cancel-label')).toEqual(['succeeded', 'replayed']);
  for (const d of all) expect(countOf(d, 'Inventory Released')).toBe(1);
  letGo();
}, 90_000);
