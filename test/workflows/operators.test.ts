import type { Operator } from '../../src/domain/operator';
import { auditOf } from '../../src/domain/audit';
import { createDrive, type Drive } from '../support/paths/drive';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { GOODS, orderOf, PARTLY, SCARCE } from '../support/paths/path';
import { sampleOrder, uniqueId } from '../support/orders';

let bench: OrderBench;
let world: MemoryWorld;

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());
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

const kim = { by: 'kim', reason: 'the customer called' };
const lee = { by: 'lee', reason: 'saw it too' };
/** the change as the gateway asks for it: once, or under a key */
const changeOf = (d: Drive, operator: Operator, requestId = 'once') => ({
  orderId: d.order.orderId,
  requestId,
  cause: { causationId: uniqueId('request'), operator },
  patienceMs: 10_000,
});
const named = (d: Drive) => d.events().filter(({ operator }) => operator !== undefined);
const lines = (d: Drive) => d.events().flatMap((event) => auditOf(event) ?? []);

test('two operators decide the same: the first one is named, with the decision and nothing else', async () => {
  const d = await placed(orderOf(PARTLY));
  await d.until('Decision Requested');
  for (const operator of [kim, lee])
    expect(await bench.orders.decide({ ...changeOf(d, operator), choice: 'CANCEL' })).toMatchObject({ kind: 'done' });
  await bench.end(d.order.orderId);
  expect(named(d)).toMatchObject([{ type: 'Decision Made', operator: kim, data: { choice: 'CANCEL' } }]);
  expect(lines(d)).toMatchObject([{ ...kim, action: 'DECIDE', detail: 'cancel the order' }]);
});

test('two operators cancel at once: one line, and why they did is in no other event', async () => {
  const d = await placed(orderOf(PARTLY));
  await d.until('Decision Requested');
  const answers = await Promise.all([kim, lee].map((operator) => bench.orders.cancel(changeOf(d, operator))));
  expect(answers.map(({ kind }) => kind)).toEqual(['done', 'done']);
  // sent again it is answered, and nothing more
  expect(await bench.orders.cancel(changeOf(d, lee)).then(({ kind }) => kind)).toMatch(/done|closed/);
  await bench.end(d.order.orderId);
  const [first, ...others] = named(d);
  expect(others).toEqual([]);
  expect(first).toMatchObject({ type: 'Cancellation Requested', data: {} });
  expect([kim, lee]).toContainEqual(first!.operator);
  const cancelled = d.events().find(({ type }) => type === 'Order Cancelled')!;
  expect(cancelled.causationId).toBe(first!.causationId);
  expect(JSON.stringify(d.events().map(({ data }) => data))).not.toMatch(/called|saw it too/);
});

test('an operator who cancels after the customer did changes nothing, and is not named', async () => {
  const d = await placed(orderOf(PARTLY));
  await d.until('Decision Requested');
  const { orderId } = d.order;
  const customer = { orderId, requestId: 'once', patienceMs: 10_000, reason: 'ordered twice' };
  await Promise.all([bench.orders.cancel(customer), bench.orders.cancel(changeOf(d, kim))]);
  await bench.end(orderId);
  const asked = d.events().filter(({ type }) => type === 'Cancellation Requested');
  expect(asked).toHaveLength(1);
  // whoever was first
  if (asked[0]!.operator) expect(asked[0]).toMatchObject({ data: {}, operator: kim });
  else expect(asked[0]!.data).toEqual({ reason: 'ordered twice' });
  expect(named(d).length).toBe(asked[0]!.operator ? 1 : 0);
});

test('an address before and after it has shipped: each is named, once for each key', async () => {
  const d = await placed(orderOf(PARTLY));
  await d.until('Decision Requested');
  const address = { street: '7 Side St', city: 'Seoul', country: 'KR', zipCode: '54321' };
  const moves = [
    { ...changeOf(d, kim, 'first'), address },
    { ...changeOf(d, lee, 'first'), address },
  ];
  for (const move of moves) expect(await bench.orders.changeAddress(move)).toMatchObject({ kind: 'done' });
  await d.decide('SHIP_AVAILABLE');
  await d.until('Customer Notified');
  const later = { ...changeOf(d, lee, 'second'), address: { ...address, street: '8 Side St' } };
  expect(await bench.orders.changeAddress(later)).toMatchObject({ kind: 'done' });
  expect(named(d).map(({ type, operator }) => [type, operator])).toEqual([
    ['Address Changed', kim],
    ['Address Changed', lee],
  ]);
  expect(d.has('Shipping Label Replaced')).toBe(true);
  await d.deliver();
  await bench.end(d.order.orderId);
  // what came of it has no name
  expect(named(d)).toHaveLength(2);
});

test('who resolves what needs attention is named with the resolution', async () => {
  const d = await placed({ paymentMethod: 'pm_refund_refused', zipCode: '00000' });
  await d.soon('Attention Needed');
  const skip = { action: 'SKIP', ...kim } as const;
  expect(await bench.orders.resolve({ ...changeOf(d, kim, 'key'), ...skip })).toMatchObject({ kind: 'done' });
  const other = { ...changeOf(d, lee, 'other'), ...skip, ...lee };
  expect(await bench.orders.resolve(other)).toMatchObject({ kind: expect.stringMatching(/refused|closed/) as string });
  await bench.end(d.order.orderId);
  expect(named(d)).toMatchObject([{ type: 'Attention Resolved', operator: kim, data: { action: 'SKIP', ...kim } }]);
  expect(lines(d)).toMatchObject([{ ...kim, action: 'RESOLVE', detail: 'go on without RefundPayment' }]);
});

test('a refused change leaves no line, and a name that is none is refused', async () => {
  const d = await placed(orderOf(PARTLY));
  await d.until('Decision Requested');
  for (const operator of [{ by: ' ' }, { by: 'kim', reason: 'x'.repeat(257) }, { by: 'a\u0000' }])
    expect(await bench.orders.cancel(changeOf(d, operator))).toEqual({
      kind: 'refused',
      reason: expect.stringContaining('operator: expected a name') as string,
    });
  expect(await bench.orders.resolve({ ...changeOf(d, kim), action: 'RETRY', by: 'kim' })).toMatchObject({
    kind: 'refused',
  });
  await d.decide('CANCEL');
  await bench.end(d.order.orderId);
  expect(await bench.orders.cancel(changeOf(d, kim, 'late'))).toMatchObject({ kind: 'closed' });
  expect(named(d)).toEqual([]);
  expect(lines(d)).toEqual([]);
});

test("a life that goes on in another run does not hand its canceller's name on", async () => {
  const d = await placed();
  await d.until('Customer Notified');
  expect(await bench.orders.cancel(changeOf(d, kim))).toMatchObject({ kind: 'done' });
  await d.until('Return Requested');
  const returned = d.events().find(({ type }) => type === 'Return Requested')!;
  const [asked] = named(d);
  expect(asked).toMatchObject({ type: 'Cancellation Requested', operator: kim });
  expect(returned.causationId).toBe(asked!.causationId);
  expect(named(d)).toHaveLength(1);
  await d.deliver();
  await bench.end(d.order.orderId);
  expect(named(d)).toHaveLength(1);
});
