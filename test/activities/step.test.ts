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
  const postStep = asStep((batch: EventBatch) => post(world.ports, batch));

  test('appends the batch at the time it has, and hands the events to the bus', async () => {
    const orderId = uniqueId();
    world.ports.now = () => '2025-07-09T10:30:00.000Z';
    const batch = batchOf(orderId, [
      { type: 'Order Validated', data: {} },
      { type: 'Payment Failed', data: { reason: 'x' } },
    ]);
    expect(await runActivity(postStep, batch)).toEqual({
      outcome: { kind: 'posted', events: world.books.events.get(orderId) },
      appended: { sequence: 2, at: '2025-07-09T10:30:00.000Z' },
    });
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

  test('tried again after its answer was lost, it hands on the events as they are stored, or none', async () => {
    const orderId = uniqueId();
    const batch = batchOf(orderId, [{ type: 'Order Validated', data: {} }]);
    let now = '2025-07-09T10:30:00.000Z';
    world.ports.now = () => now;
    const books = world.ports.books;
    world.ports.books = withFaults(books, ({ n }) => (n === 1 ? 'after' : undefined));
    await expect(runActivity(postStep, batch)).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
    now = '2025-07-09T10:30:07.000Z';
    await runActivity(postStep, batch, { attempt: 2 });
    const stored = world.books.events.get(orderId)!;
    expect(await books.readView(orderId)).toEqual(fold(stored));
    // whoever takes the mark off writes the event it was given: another time would change history
    expect([[], stored]).toContainEqual(world.published);
  });
});

describe('postEffect', () => {
  const shipOf = (orderId: ReturnType<typeof uniqueId>) => {
    const shipments = [sampleShipment(orderId)];
    return { ledger: { key: keys.ship(orderId), result: { shipments } }, stock: stockMoves('ship', shipments) };
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
    expect(again.sequence).toBe(first.sequence);
    expect(world.books.inventory.get('PROD-12345')).toEqual({ availableQuantity: 0, reservedQuantity: 0 });
    expect(world.published).toHaveLength(1);
  });
});
