import type { NewEvent } from '../../src/domain/events';
import type { RunState } from '../../src/domain/reconciliation';
import {
  chargeFinding,
  findingsOf,
  paymentFinding,
  paymentsIn,
  snapshotFindings,
  stockFindings,
} from '../../src/domain/reconciliation';
import { differenceOf } from '../../src/domain/view-difference';
import { fold } from '../../src/domain/projection';
import { keys } from '../../src/domain/ids';
import { numberEvents } from '../../src/domain/events';
import { sampleValidOrder } from '../support/contracts/events';

const AT = '2026-01-01T00:00:00.000Z';
const LATER = '2026-01-01T02:00:00.000Z';
const order = sampleValidOrder();
const { orderId } = order;
const shipments = [
  { shipmentId: `${orderId}-S1`, warehouseId: 'ICN', lines: [{ productId: 'PROD-12345', quantity: 2 }] },
];
const created: NewEvent = { type: 'Order Created', data: { order } };
const reserved: NewEvent = { type: 'Inventory Reserved', data: { shipments } };

const eventsOf = (...events: NewEvent[]) =>
  numberEvents(
    { orderId, runId: 'run', firstSequence: 1, events: [created, ...events], states: [] },
    { at: AT, attempt: 1 },
  );
const kindsOf = (events: NewEvent[], { run = 'RUNNING', now = LATER }: { run?: RunState; now?: string } = {}) => {
  const all = eventsOf(...events);
  return findingsOf({ order: fold(all)!, events: all, run, now, stuckAfterS: 3600 }).map(({ kind }) => kind);
};

describe('an order that has not ended', () => {
  test('and has no event for long does not go on, and before that it does', () => {
    expect(kindsOf([reserved])).toEqual(['NO_PROGRESS']);
    expect(kindsOf([reserved], { now: '2026-01-01T00:59:00.000Z' })).toEqual([]);
  });

  test.each(['ENDED', 'UNKNOWN'] as const)('and whose workflow is %s has none', (run) => {
    expect(kindsOf([reserved], { run })).toEqual(['WORKFLOW_GONE']);
  });

  test.each<NewEvent>([
    { type: 'Order Backordered', data: { items: [], until: '2026-01-01T01:30:00.000Z' } },
    { type: 'Order Delayed', data: { dependency: 'payment', until: AT } },
    { type: 'Attention Needed', data: { n: 1, step: 'RefundPayment', key: 'k', error: 'no' } },
    { type: 'Customer Notified', data: { notificationKey: 'k' } },
  ])('and waits by $type may wait', (event) => {
    expect(kindsOf([event])).toEqual([]);
  });
});

describe('an order that has ended', () => {
  const cancelled: NewEvent = { type: 'Order Cancelled', data: { reason: 'no' } };
  const resolved = (action: 'SKIP' | 'SETTLE' | 'RETRY'): NewEvent => ({
    type: 'Attention Resolved',
    data: { n: 1, step: 'ReleaseInventory', key: 'k', action, by: 'night shift', status: 'RESERVED' },
  });

  test('and holds stock is found, unless somebody decided so', () => {
    expect(kindsOf([reserved, cancelled])).toEqual(['STOCK_OF_ENDED_ORDER']);
    expect(kindsOf([reserved, { type: 'Inventory Released', data: { shipments } }, cancelled])).toEqual([]);
    expect(kindsOf([reserved, resolved('SKIP'), cancelled])).toEqual([]);
    expect(kindsOf([reserved, resolved('RETRY'), cancelled])).toEqual(['STOCK_OF_ENDED_ORDER']);
  });
});

test('a charge is held against the events of its order', () => {
  const chargeKey = keys.charge(orderId, 1);
  const charge = { chargeKey, orderId, taken: 5998, refunded: 0, currency: 'USD', at: AT };
  const completed: NewEvent = {
    type: 'Payment Completed',
    data: { chargeKey, amount: 5998, currency: 'USD', paymentId: 'p' },
  };
  const byHand: NewEvent = {
    type: 'Payment Refunded',
    data: { chargeKey, amount: 5998, currency: 'USD', reference: 'bank transfer 17' },
  };
  expect(chargeFinding(charge, [])).toMatchObject({ kind: 'CHARGE_WITHOUT_ORDER', amount: 5998 });
  expect(chargeFinding(charge, eventsOf())).toMatchObject({ kind: 'CHARGE_NOT_ACCOUNTED', amount: 5998 });
  expect(chargeFinding(charge, eventsOf(completed))).toBeUndefined();
  // the company does not know of it
  expect(chargeFinding(charge, eventsOf(completed, byHand))).toBeUndefined();
  expect(chargeFinding({ ...charge, refunded: 5998 }, eventsOf(completed))).toMatchObject({ amount: 5998 });
});

test('stock is held against its orders: a warehouse that is wrong is told once, and so is a total', () => {
  const row = { productId: 'P', warehouseId: 'ICN', availableQuantity: 8, reservedQuantity: 2 };
  const total = { productId: 'P', availableQuantity: 8, reservedQuantity: 2 };
  const holds = [{ productId: 'P', warehouseId: 'ICN', quantity: 2 }];
  const found = (changes: object, totals: object) =>
    stockFindings({ warehouses: [{ ...row, ...changes }], totals: [{ ...total, ...totals }], backorders: [] }, holds);
  expect(found({}, {})).toEqual([]);
  expect(found({ reservedQuantity: 5 }, {})).toMatchObject([{ kind: 'STOCK_RESERVED', subject: 'P/ICN' }]);
  expect(found({}, { reservedQuantity: 3 })).toMatchObject([{ kind: 'STOCK_TOTAL', subject: 'P' }]);
  expect(found({}, { availableQuantity: 9 })).toMatchObject([{ kind: 'STOCK_TOTAL', subject: 'P' }]);
});

test('a difference tells no value that is of a person', () => {
  const events = eventsOf(reserved);
  const view = { ...fold(events)!, customerId: 'somebody else', status: 'PAID' as const };
  expect(differenceOf({ orderId, view: fold(events), events })).toBeUndefined();
  expect(differenceOf({ orderId, view, events })).toEqual({
    orderId,
    fault: 'VIEW_DIFFERS',
    fields: [{ field: 'customerId' }, { field: 'status', before: 'PAID', after: 'RESERVED' }],
  });
});

describe('a payment that an order tells of', () => {
  const chargeKey = keys.charge(orderId, 1);
  const money = { chargeKey, amount: 5998, currency: 'USD' };
  const paid: NewEvent = { type: 'Payment Completed', data: { ...money, paymentId: 'PAY-1' } };

  test('is asked for once, however often it is told, and is at stake as far as it was not given back', () => {
    const events = eventsOf(reserved, paid, { type: 'Payment Refunded', data: { ...money, amount: 998 } });
    const [payment, ...others] = paymentsIn(events);
    expect([payment, others]).toEqual([{ chargeKey, orderId, currency: 'USD', at: AT }, []]);
    expect(paymentFinding(payment!, events)).toEqual({
      kind: 'PAYMENT_UNKNOWN',
      subject: chargeKey,
      orderId,
      facts: { accountedTaken: 5998, accountedRefunded: 998, currency: 'USD' },
      amount: 5000,
      currency: 'USD',
    });
    expect(paymentsIn(eventsOf(reserved))).toEqual([]);
  });
});

describe('a snapshot', () => {
  const events = eventsOf(reserved, { type: 'Order Cancelled', data: { reason: 'no' } });
  const at = (sequence: number) => fold(events.slice(0, sequence))!;
  const found = (sequence: number, view = at(sequence), all = events) =>
    snapshotFindings({ orderId, snapshots: [{ sequence, view }], events: all });

  test('that is what its events say is none of a finding, whatever came after it', () => {
    for (const sequence of [1, 2, 3]) expect(found(sequence)).toEqual([]);
  });

  test('that is not is told of with the fields that differ', () => {
    expect(found(2, { ...at(2), charged: 1, status: 'PAID' })).toEqual([
      {
        kind: 'SNAPSHOT_DIFFERS',
        subject: `${orderId}/2`,
        orderId,
        facts: { sequence: 2, fields: 'charged, status' },
      },
    ]);
    expect(found(2, at(1))).toMatchObject([{ kind: 'SNAPSHOT_DIFFERS' }]);
  });

  test('that tells of more events than there are may be their only trace', () => {
    expect(found(3, at(3), events.slice(0, 2))).toMatchObject([
      { kind: 'SNAPSHOT_UNFOUNDED', facts: { sequence: 3, events: 2 } },
    ]);
    expect(found(3, at(3), [])).toMatchObject([{ kind: 'SNAPSHOT_UNFOUNDED', facts: { events: 0 } }]);
  });

  test('is not judged where events before it are missing', () => {
    expect(found(3, { ...at(3), charged: 1 }, [events[0]!, events[2]!])).toEqual([]);
  });
});
