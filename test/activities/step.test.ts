import { ApplicationFailure } from '@temporalio/activity';
import type { EventBatch } from '../../src/domain/events';
import { asStep, attempts, post, postEffect } from '../../src/activities/step';
import { batchOf, runActivity } from '../support/contracts/activities';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { FAILURES, type FailureType, StepError } from '../../src/domain/failures';
import { fold } from '../../src/domain/projection';
import { keys } from '../../src/domain/ids';
import { stockMoves } from '../../src/domain/inventory';
import { uniqueId } from '../support/orders';
import { sampleShipment } from '../support/contracts/events';
import { withFaults } from '../support/faults';

let world: MemoryWorld;
beforeEach(() => {
  world = createMemoryWorld();
});

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('asStep', () => {
  test('lets an answer through', async () => {
    expect(
      await runActivity(
        asStep(async (n: number) => n + 1),
        1,
      ),
    ).toBe(2);
  });

  const types = Object.entries(FAILURES).map(([type, { retryable }]) => [type as FailureType, retryable] as const);
  test.each(types)(
    '%s becomes an ApplicationFailure of that type, retryable: %p, with its attempts',
    async (type, retryable) => {
      const cause = new StepError(type, `order ORD-1: ${type}`);
      const step = asStep(() => Promise.reject(cause));
      const failure = await failureOf(runActivity(step, undefined, { attempt: 3 }));
      expect(failure).toBeInstanceOf(ApplicationFailure);
      expect(failure).toMatchObject({
        type,
        message: `order ORD-1: ${type}`,
        nonRetryable: !retryable,
        details: [{ attempts: 3 }],
        cause,
      });
    },
  );

  test.each([
    ['an error', new TypeError('x is not a function')],
    ['a text', 'broken'],
    ['an ApplicationFailure', ApplicationFailure.nonRetryable('no', 'OTHER')],
  ])('a defect passes as it is: %s', async (_, defect) => {
    const step = asStep(() => Promise.reject(defect));
    expect(await failureOf(runActivity(step, undefined))).toBe(defect);
  });

  test('a step knows how often it was tried', async () => {
    expect(
      await runActivity(
        asStep(async () => attempts()),
        undefined,
        { attempt: 4 },
      ),
    ).toBe(4);
  });
});

describe('post', () => {
  const KEY = 'step#1';
  const postStep = asStep((batch: EventBatch) => post(world.ports, batch, { key: KEY, result: { n: 1 } }));

  test('appends the batch at the time it has, and hands the events to the bus', async () => {
    const orderId = uniqueId();
    world.ports.now = () => '2025-07-09T10:30:00.000Z';
    const batch = batchOf(orderId, [
      { type: 'Order Validated', data: {} },
      { type: 'Payment Failed', data: { reason: 'x' } },
    ]);
    const appended = { sequence: 2, at: '2025-07-09T10:30:00.000Z' };
    const result = { n: 1, firstSequence: 1, ...appended, orderStatus: 'PAYMENT_FAILED' };
    expect(await runActivity(postStep, batch)).toEqual({ kind: 'posted', appended, result });
    expect(await world.books.readLedger(KEY)).toEqual(result);
    expect(world.books.events.get(orderId)).toMatchObject(batch.events);
    expect(world.published).toEqual(world.books.events.get(orderId));
  });

  test('closes the step’s own state with its time and its attempts', async () => {
    const orderId = uniqueId();
    world.ports.now = () => '2025-07-09T10:30:05.000Z';
    const state = { name: 'CheckInventory', ordinal: 2, enteredAt: '2025-07-09T10:30:00.000Z' } as const;
    const batch = { ...batchOf(orderId, [{ type: 'Order Validated', data: {} }]), state };
    await runActivity(postStep, batch, { attempt: 2 });
    expect(world.books.views.get(orderId)!.states).toEqual([
      { ...state, exitedAt: '2025-07-09T10:30:05.000Z', attempts: 2 },
    ]);
  });

  test('publishes nothing when nothing was written', async () => {
    world.books.post = async () => ({ kind: 'stock-changed' });
    await runActivity(postStep, batchOf(uniqueId(), [{ type: 'Order Validated', data: {} }]));
    expect(world.published).toEqual([]);
  });

  test('stock that changed is the step’s to say, and nothing is written', async () => {
    const orderId = uniqueId();
    const stock = stockMoves('reserve', [sampleShipment(orderId)]);
    const step = asStep((batch: EventBatch) => post(world.ports, batch, { key: KEY, stock }));
    const batch = batchOf(orderId, [{ type: 'Order Validated', data: {} }]);
    expect(await runActivity(step, batch)).toEqual({ kind: 'stock-changed' });
    expect(await world.books.readLedger(KEY)).toBeUndefined();
  });

  test('an order that is known, though the step does not store it, is another run’s', async () => {
    const order = { orderId: uniqueId(), fingerprint: 'f', requestId: 'r', runId: 'run-2' };
    const stored = { ...order, status: 'VALIDATED' as const, createdAt: '2025-07-09T10:30:00.000Z' };
    world.ports.books = { ...world.books, post: async () => ({ kind: 'order-known', order: stored }) };
    const call = runActivity(postStep, batchOf(order.orderId, [{ type: 'Order Validated', data: {} }]));
    await expect(call).rejects.toMatchObject({ type: 'SEQUENCE_TAKEN', nonRetryable: true });
  });

  test('tried again after its answer was lost, it answers with what was written, and publishes nothing again', async () => {
    const orderId = uniqueId();
    const batch = batchOf(orderId, [{ type: 'Order Validated', data: {} }]);
    let now = '2025-07-09T10:30:00.000Z';
    world.ports.now = () => now;
    const books = world.ports.books;
    world.ports.books = withFaults(books, ({ method, n }) => (method === 'post' && n === 1 ? 'after' : undefined));
    await expect(runActivity(postStep, batch)).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
    now = '2025-07-09T10:30:07.000Z';
    expect(await runActivity(postStep, batch, { attempt: 2 })).toMatchObject({
      kind: 'posted',
      appended: { sequence: 1, at: '2025-07-09T10:30:00.000Z', leftover: { events: [], states: [] } },
      result: { n: 1 },
    });
    const stored = world.books.events.get(orderId)!;
    expect(stored).toMatchObject([{ sequence: 1, at: '2025-07-09T10:30:00.000Z' }]);
    expect(await books.readView(orderId)).toEqual(fold(stored));
    // its mark is still there: the relay publishes it, as it is stored
    expect(world.published).toEqual([]);
  });
});

describe('postEffect', () => {
  const shipOf = (orderId: ReturnType<typeof uniqueId>) => {
    const shipments = [sampleShipment(orderId)];
    return { key: keys.decision(orderId), result: { shipments }, stock: stockMoves('ship', shipments) };
  };
  const step = asStep((orderId: ReturnType<typeof uniqueId>) =>
    postEffect(world.ports, batchOf(orderId, [{ type: 'Order Validated', data: {} }]), shipOf(orderId)),
  );

  test('stock that does not hold the effect is STOCK_INCONSISTENT, tried again until somebody mended it', async () => {
    const orderId = uniqueId();
    const failure = await failureOf(runActivity(step, orderId));
    expect(failure).toMatchObject({ type: 'STOCK_INCONSISTENT', nonRetryable: false });
    expect((failure as Error).message).toContain(orderId);
  });

  test('an effect that is in the ledger counts as done', async () => {
    const orderId = uniqueId();
    world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 2 }]);
    const reserve = stockMoves('reserve', [sampleShipment(orderId)]);
    await world.books.post({ orderId, stock: reserve, events: [] });
    const first = await runActivity(step, orderId);
    const again = await runActivity(step, orderId, { attempt: 2 });
    expect(again).toEqual({ ...first, leftover: { events: [], states: [] }, orderStatus: 'VALIDATED' });
    expect(world.books.events.get(orderId)).toHaveLength(1);
    expect(world.books.inventory.get('PROD-12345')).toEqual({ availableQuantity: 0, reservedQuantity: 0 });
    expect(world.published).toHaveLength(1);
  });
});
