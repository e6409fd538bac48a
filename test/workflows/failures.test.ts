import { WorkflowFailedError } from '@temporalio/client';
import type { ChargeOutcome, PaymentProvider } from '../../src/activities/ports';
import type { OrderSubmission, Shipment } from '../../src/domain/order';
import { type NewEvent, numberEvents } from '../../src/domain/events';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench, replay } from '../support/order-bench';
import { expectBalancedBooks, netCharged } from '../support/books-balance';
import { fingerprintOf } from '../../src/submission';
import { sampleOrder } from '../support/orders';
import { StepError } from '../../src/domain/failures';
import { withFaults } from '../support/faults';
import { keys, type OrderId, workflowIdOf } from '../../src/domain/ids';
import { type StockMove, stockMoves } from '../../src/domain/inventory';

let bench: OrderBench;
let world: MemoryWorld;

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());
beforeEach(() => {
  world = createMemoryWorld();
  bench.use(world);
  world.books.setStock([{ productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 10 }]);
});

const viewOf = (orderId: string) => world.books.views.get(orderId)!;
const attemptsOf = (orderId: string, name: string) =>
  viewOf(orderId).states.find((state) => state.name === name)?.attempts;

describe('ValidateOrder is tried four times: first retry after 2 s, back-off 2.0', () => {
  const failingFirst = (times: number, fault: 'before' | 'after') =>
    withFaults(world.ports.books, ({ method, n }) => (method === 'post' && n <= times ? fault : undefined));

  test('three failures are survived, after 2 + 4 + 8 s', async () => {
    world.ports.books = failingFirst(3, 'before');
    const order = sampleOrder();
    const startedAt = await bench.env.currentTimeMs();
    const { end } = await bench.run(order);
    expect(end.end).toBe('NotifyCustomer');
    expect(attemptsOf(order.orderId, 'ValidateOrder')).toBe(4);
    expect((await bench.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(14_000);
    await expectBalancedBooks(world, order.orderId);
  });

  test('a fourth failure is left over and ends as OrderValidationFailed', async () => {
    world.ports.books = failingFirst(4, 'before');
    const order = sampleOrder();
    const { end } = await bench.run(order);
    expect(end.end).toBe('OrderValidationFailed');
    expect(viewOf(order.orderId)).toMatchObject({
      status: 'VALIDATION_FAILED',
      errors: [{ code: 'validation_unavailable' }],
    });
    expect(attemptsOf(order.orderId, 'ValidateOrder')).toBe(4);
    await expectBalancedBooks(world, order.orderId);
  });

  test('an order that was stored while every answer was lost goes on', async () => {
    world.ports.books = failingFirst(4, 'after');
    const order = sampleOrder();
    const { end } = await bench.run(order);
    expect(end.end).toBe('NotifyCustomer');
    expect(viewOf(order.orderId).charged).toBe(5998);
    await expectBalancedBooks(world, order.orderId);
  });
});

describe('an answer that is lost changes nothing', () => {
  test.each([2, 3, 4, 5])('of posting %i', async (posting) => {
    let calls = 0;
    world.ports.books = withFaults(world.ports.books, ({ method }) =>
      method === 'post' && ++calls === posting ? 'after' : undefined,
    );
    const order = sampleOrder();
    const { end } = await bench.run(order);
    expect(end.end).toBe('NotifyCustomer');
    expect(world.books.events.get(order.orderId)).toHaveLength(9);
    await expectBalancedBooks(world, order.orderId);
  });
});

test('an order waits for its books as long as it takes', async () => {
  world.ports.books = withFaults(world.ports.books, ({ method, n }) =>
    method === 'post' && n > 1 && n < 30 ? 'before' : undefined,
  );
  const order = sampleOrder();
  const { end } = await bench.run(order);
  expect(end.end).toBe('NotifyCustomer');
  await expectBalancedBooks(world, order.orderId);
});

describe('a charge whose outcome stays unknown', () => {
  const silent = (charge: PaymentProvider['charge']): PaymentProvider => ({
    ...world.ports.payments,
    charge,
    lookup: async () => {
      throw new StepError('PROVIDER_UNAVAILABLE', 'no look-ups today');
    },
  });

  test('is voided, and refunded when it had been charged, before the stock goes back', async () => {
    const { charge } = world.ports.payments;
    world.ports.payments = silent(async (request) => {
      await charge(request);
      throw new StepError('OUTCOME_UNKNOWN', 'the answer was lost');
    });
    const order = sampleOrder({ policy: { paymentWithinS: 30 } });
    const { end } = await bench.run(order);
    expect(end.end).toBe('PaymentFailed');
    const types = world.books.events.get(order.orderId)!.map(({ type }) => type);
    expect(types.slice(-4)).toEqual(['Payment Completed', 'Payment Refunded', 'Inventory Released', 'Payment Failed']);
    expect(viewOf(order.orderId)).toMatchObject({ charged: 5998, refunded: 5998, status: 'PAYMENT_FAILED' });
    const entries = await world.journal.entries(order.orderId);
    expect(entries.filter(({ operation, outcome }) => operation === 'charge' && outcome === 'succeeded')).toHaveLength(
      1,
    );
    await expectBalancedBooks(world, order.orderId);
  });

  test('is refused when it arrives after the void', async () => {
    const { charge } = world.ports.payments;
    let late: Parameters<PaymentProvider['charge']>[0] | undefined;
    world.ports.payments = silent(async (request) => {
      late = request;
      throw new StepError('OUTCOME_UNKNOWN', 'still on its way');
    });
    const order = sampleOrder({ policy: { paymentWithinS: 30 } });
    await bench.run(order);
    expect(await charge(late!)).toMatchObject({ kind: 'DECLINED' });
    expect(netCharged(await world.journal.entries(order.orderId))).toBe(0);
    await expectBalancedBooks(world, order.orderId);
  });
});

// the engine ends an attempt that hangs after 10 s, which time skipping does not shorten
const slow = process.env['WAYBILL_PROVE'] ? test : test.skip;

slow(
  'a charge that nobody ever answered for is not given up but tried again',
  async () => {
    const { charge } = world.ports.payments;
    let calls = 0;
    let letGo: (answer: ChargeOutcome) => void = () => undefined;
    const lost = new Promise<ChargeOutcome>((resolve) => (letGo = resolve));
    // as if the worker had been lost each time
    world.ports.payments = { ...world.ports.payments, charge: (request) => (++calls <= 3 ? lost : charge(request)) };
    const order = sampleOrder();
    await bench.run(order);
    letGo({ kind: 'DECLINED', reason: 'too late for anybody to hear' });
    expect(calls).toBe(4);
    expect(viewOf(order.orderId).status).toBe('SHIPPED');
    await expectBalancedBooks(world, order.orderId);
  },
  120_000,
);

test('an undo is tried until it works', async () => {
  world.ports.payments = withFaults(
    world.ports.payments,
    ({ method, n }) => (method === 'refund' && n <= 12 ? (n % 2 ? 'before' : 'after') : undefined),
    'PROVIDER_UNAVAILABLE',
  );
  const order = sampleOrder({ zipCode: '99999' });
  const { end } = await bench.run(order);
  expect(end.end).toBe('RollbackTransaction');
  const refunds = (await world.journal.entries(order.orderId)).filter(({ operation }) => operation === 'refund');
  expect(refunds.map(({ outcome }) => outcome).filter((outcome) => outcome === 'succeeded')).toHaveLength(1);
  await expectBalancedBooks(world, order.orderId);
});

test('a notification that fails never refunds shipped goods', async () => {
  world.ports.messenger = withFaults(world.ports.messenger, ({ method, n }) =>
    method === 'notifyCustomer' && n <= 10 ? 'before' : undefined,
  );
  const order = sampleOrder();
  const { end } = await bench.run(order);
  expect(end.end).toBe('NotifyCustomer');
  expect(viewOf(order.orderId)).toMatchObject({ status: 'SHIPPED', refunded: 0 });
  expect(attemptsOf(order.orderId, 'NotifyCustomer')).toBe(11);
  await expectBalancedBooks(world, order.orderId);
});

describe('a cancel', () => {
  async function cancelDuring(step: 'charge' | 'bookLabel' | 'notifyCustomer') {
    const order = sampleOrder();
    const cancel = async () => {
      await bench.env.client.workflow.getHandle(workflowIdOf(order.orderId)).cancel();
    };
    const { payments, carriers, messenger } = world.ports;
    const before =
      <A, R>(call: (a: A) => Promise<R>) =>
      async (a: A) => {
        await cancel();
        return call(a);
      };
    if (step === 'charge') world.ports.payments = { ...payments, charge: before(payments.charge) };
    if (step === 'bookLabel') world.ports.carriers = { ...carriers, bookLabel: before(carriers.bookLabel) };
    if (step === 'notifyCustomer')
      world.ports.messenger = { ...messenger, notifyCustomer: before(messenger.notifyCustomer) };
    const { end } = await bench.run(order);
    await expectBalancedBooks(world, order.orderId);
    return { end: end.end, view: viewOf(order.orderId), journal: await world.journal.entries(order.orderId) };
  }

  test.each(['charge', 'bookLabel'] as const)(
    'does not stop a running %s, but what it took goes back',
    async (step) => {
      const { end, view, journal } = await cancelDuring(step);
      expect(end).toBe('RollbackTransaction');
      expect(view).toMatchObject({ status: 'CANCELLED', charged: 5998, refunded: 5998 });
      expect(journal[0]).toMatchObject({ operation: 'charge', outcome: 'succeeded' });
    },
  );

  test('past the point of no return changes nothing', async () => {
    const { end, view } = await cancelDuring('notifyCustomer');
    expect(end).toBe('NotifyCustomer');
    expect(view).toMatchObject({ status: 'SHIPPED', refunded: 0 });
  });
});

test('an id that an earlier run used never runs again: the repeat is answered from what is stored', async () => {
  const order = sampleOrder();
  await bench.run(order);
  const [record, view] = [world.books.orders.get(order.orderId)!, viewOf(order.orderId)];

  // the engine forgets a workflow after its retention, the books do not: as if `other` had been this order
  const again = createMemoryWorld();
  const other = sampleOrder();
  again.books.orders.set(other.orderId, { ...record, orderId: other.orderId, fingerprint: fingerprintOf(other) });
  again.books.views.set(other.orderId, { ...view, orderId: other.orderId });
  bench.use(again);
  const { outcome, end } = await bench.run(other);
  expect(end.end).toBeUndefined();
  expect(outcome).toMatchObject({ kind: 'replayed', answer: { status: 'SHIPPED', inventoryStatus: 'AVAILABLE' } });
  expect(again.published).toEqual([]);
  expect(await again.journal.entries(other.orderId)).toEqual([]);
});

test("a number that another run's event has stops the order: whatever it did would be wrong", async () => {
  const order = sampleOrder();
  const { charge } = world.ports.payments;
  world.ports.payments = {
    ...world.ports.payments,
    charge: async (request) => {
      world.books.orders.get(order.orderId)!.runId = 'another run';
      await writeAhead(order.orderId, {
        key: 'a step of another run',
        events: [{ type: 'Payment Failed', data: { reason: 'another run' } }],
      });
      return charge(request);
    },
  };
  const error: unknown = await bench.run(order).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toMatchObject({ type: 'SEQUENCE_TAKEN' });
});

/** What an attempt did whose workflow task was lost: it is in the books, and the workflow does not know. */
async function writeAhead(
  orderId: OrderId,
  step: { key: string; events: NewEvent[]; result?: Record<string, unknown>; stock?: StockMove[] },
): Promise<void> {
  const firstSequence = viewOf(orderId).sequence + 1;
  const at = new Date().toISOString();
  const batch = { orderId, runId: '', firstSequence, events: step.events, states: [] };
  const events = numberEvents(batch, { at, attempt: 1 });
  const result = { ...step.result, firstSequence, sequence: events.at(-1)!.sequence, at };
  const posting = { orderId, ledger: { key: step.key, result }, events, ...(step.stock && { stock: step.stock }) };
  expect(await world.books.post(posting)).toEqual({ kind: 'posted' });
}

describe('a step that was written, but whose workflow task was lost', () => {
  const typesOf = (orderId: OrderId) => world.books.events.get(orderId)!.map(({ type }) => type);

  test('counts, and what it did not know is written by the next one', async () => {
    const order = sampleOrder();
    const { charge } = world.ports.payments;
    world.ports.payments = {
      ...world.ports.payments,
      charge: async (request) => {
        const shipment = viewShipment(order.orderId);
        const events: NewEvent[] = [{ type: 'Warehouse Allocated', data: { shipment } }];
        await writeAhead(order.orderId, { key: keys.allocate(shipment.shipmentId), events });
        return charge(request);
      },
    };
    const { end } = await bench.run(order);
    expect(end.end).toBe('NotifyCustomer');
    expect(typesOf(order.orderId)).toEqual([
      'Order Created',
      'Order Validated',
      'Inventory Reserved',
      'Warehouse Allocated',
      'Payment Completed',
      'Shipping Label Generated',
      'Shipment Created',
      'Packing Instructed',
      'Customer Notified',
    ]);
    await expectBalancedBooks(world, order.orderId);
  });

  test('is not told again when the order takes another way', async () => {
    const order = sampleOrder();
    const { charge } = world.ports.payments;
    world.ports.payments = {
      ...world.ports.payments,
      charge: async (request) => {
        const outcome = await charge(request);
        if (outcome.kind !== 'CHARGED') throw new Error('expected a charge');
        const { key: chargeKey, amount, currency } = request;
        const shipment = viewShipment(order.orderId);
        await writeAhead(order.orderId, {
          key: keys.allocate(shipment.shipmentId),
          events: [
            { type: 'Payment Completed', data: { chargeKey, paymentId: outcome.paymentId, amount, currency } },
            { type: 'Warehouse Allocated', data: { shipment } },
          ],
        });
        await bench.env.client.workflow.getHandle(workflowIdOf(order.orderId)).cancel();
        return outcome;
      },
    };
    const { end } = await bench.run(order);
    expect(end.end).toBe('RollbackTransaction');
    expect(typesOf(order.orderId).slice(3)).toEqual([
      'Payment Completed',
      'Warehouse Allocated',
      'Payment Refunded',
      'Inventory Released',
      'Order Cancelled',
    ]);
    await expectBalancedBooks(world, order.orderId);
  });

  test('when it shipped the order, a cancel comes too late: nothing goes back, nothing ships twice', async () => {
    const order = sampleOrder();
    const { carriers } = world.ports;
    world.ports.carriers = {
      ...carriers,
      bookLabel: async (request) => {
        const booked = await carriers.bookLabel(request);
        await until(() => typesOf(order.orderId).includes('Warehouse Allocated'));
        const { shipment } = request;
        const { carrier, trackingNumber } = booked;
        const label = { shipmentId: shipment.shipmentId, carrier, trackingNumber };
        await writeAhead(order.orderId, {
          key: keys.decision(order.orderId),
          events: [
            { type: 'Shipping Label Generated', data: label },
            { type: 'Shipment Created', data: { ...label, shipment } },
          ],
          result: { shipments: [shipment], labels: [label] },
          stock: stockMoves('ship', [shipment]),
        });
        await bench.env.client.workflow.getHandle(workflowIdOf(order.orderId)).cancel();
        return booked;
      },
    };
    const { end } = await bench.run(order);
    expect(end.end).toBe('NotifyCustomer');
    expect(viewOf(order.orderId)).toMatchObject({ status: 'SHIPPED', charged: 5998, refunded: 0 });
    expect(typesOf(order.orderId).filter((type) => type === 'Shipment Created')).toHaveLength(1);
    expect(world.packing).toHaveLength(1);
    await expectBalancedBooks(world, order.orderId);
  });

  test('when it gave the order back, that stays so', async () => {
    const order = sampleOrder();
    const { carriers } = world.ports;
    world.ports.carriers = {
      ...carriers,
      bookLabel: async (request) => {
        const ledger = { key: keys.decision(order.orderId), result: { givenBack: true } };
        await world.books.post({ orderId: order.orderId, ledger, events: [] });
        return carriers.bookLabel(request);
      },
    };
    const { end } = await bench.run(order);
    expect(end.end).toBe('RollbackTransaction');
    expect(world.packing).toEqual([]);
    await expectBalancedBooks(world, order.orderId);
  });

  function viewShipment(orderId: OrderId): Shipment {
    const reserved = world.books.events.get(orderId)!.find(({ type }) => type === 'Inventory Reserved')!;
    return (reserved.data as { shipments: Shipment[] }).shipments[0]!;
  }

  async function until(reached: () => boolean): Promise<void> {
    while (!reached()) await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

const place = (submission: OrderSubmission, requestId: string) =>
  bench.orders.place({ submission, fingerprint: fingerprintOf(submission), requestId, patienceMs: 10_000 });

test('twenty callers of one order get one answer, one run, one charge', async () => {
  const order = sampleOrder();
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => place(order, `caller ${i}`)));
  await bench.rest(order.orderId);
  expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(1);
  expect(outcomes.filter(({ kind }) => kind === 'replayed')).toHaveLength(19);
  expect(netCharged(await world.journal.entries(order.orderId))).toBe(59.98);
  await replay(bench.env, order);
});

test('another body under a running id is a conflict', async () => {
  const order = sampleOrder();
  expect((await place(order, 'first')).kind).toBe('accepted');
  expect((await place({ ...order, customerId: 'CUST-OTHER' }, 'second')).kind).toBe('conflict');
});
