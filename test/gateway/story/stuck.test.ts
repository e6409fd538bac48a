import type { Case, Stuck } from '../../../src/gateway/story/waits';
import type { EventType, NewEvent } from '../../../src/domain/events';
import type { Look } from '../../../src/gateway/progress-desk';
import type { PendingActivity } from '../../../src/gateway/progress-ports';
import { caseOf, described, SAMPLES, second } from './case';
import { isUnexplained, stuckBefore, stuckOf } from '../../../src/gateway/story/stuck';
import { ORDER_STATUSES, type OrderStatus } from '../../../src/domain/states';

const CREATED = ['Order Created'] as const;
const CHECKED = [...CREATED, 'Order Validated'] as const;
const RESERVED = [...CHECKED, 'Inventory Reserved'] as const;
const PAID = [...RESERVED, 'Payment Completed', 'Warehouse Allocated'] as const;
const SHIPPED = [...PAID, 'Shipment Created', 'Customer Notified'] as const;
const DELIVERED = [...SHIPPED, 'Shipment Delivered', 'Order Delivered'] as const;
const ASKED = [...CHECKED, 'Inventory Partially Reserved', 'Decision Requested'] as const;
const WAITS = [...CHECKED, 'Inventory Unavailable', 'Order Backordered'] as const;
const CANCELS = 'Cancellation Requested';

const DAY_S = 86_400;
const { data: asked } = SAMPLES['Order Delayed'];
const delayedBy = (dependency: string): NewEvent => ({ type: 'Order Delayed', data: { ...asked, dependency } });
const noRefund: NewEvent = { type: 'Return Inspected', data: { ...SAMPLES['Return Inspected'].data, amount: 0 } };
const silentAttention: NewEvent = {
  type: 'Attention Needed',
  data: { n: 1, step: 'VoidPayment', key: 'void', error: 'no answer' },
};
const open = (dependency: 'payment' | 'carrier', inS: number) => ({
  dependency,
  state: 'OPEN' as const,
  openUntil: second(inS),
});
const working = (activity: Partial<PendingActivity> & { name: string }): Look =>
  described({ activities: [{ attempt: 1, isRunning: true, since: second(0), ...activity }] });
const fails = (name: string, more: Partial<PendingActivity> = {}) =>
  working({ name, attempt: 4, isRunning: false, lastError: 'it says 503', nextTryAt: second(40), ...more });

type Row = [
  status: OrderStatus,
  what: string,
  given: Case,
  look: Look | undefined,
  stuck: (Omit<Partial<Stuck>, 'sentence'> & { sentence: string }) | undefined,
];

const waits = (types: readonly (EventType | NewEvent)[], p?: Parameters<typeof caseOf>[1]) => caseOf([...types], p);

const ROWS: Row[] = [
  ['RECEIVED', 'a moment ago', waits(CREATED, { idleS: 3 }), undefined, undefined],
  [
    'RECEIVED',
    'no worker takes its next step',
    waits(CREATED),
    described({ task: { attempt: 1, isTaken: false, since: second(0) }, unattendedQueue: 'orders' }),
    {
      sentence:
        'No worker takes work from the queue orders: start one, or more where those that run are busy; the order goes on by itself.',
      kind: 'trouble',
      since: second(0),
      remedy: 'start-worker',
    },
  ],
  [
    'RECEIVED',
    'workers were there, and none takes it',
    waits(CREATED),
    described({ task: { attempt: 1, isTaken: false, since: second(2) } }),
    {
      sentence:
        'Its next step waits for a worker since 10:30:02 UTC on 9 July 2025; workers are there, and are busy or were just started: start more if it stays so.',
      remedy: 'start-worker',
    },
  ],
  [
    'VALIDATED',
    'our own tables do not answer',
    waits(CHECKED),
    fails('checkInventory', { lastError: 'writing Ledger: throttled', errorType: 'SERVICE_UNAVAILABLE' }),
    {
      sentence:
        'Reserving the stock fails again and again (attempt 4; writing Ledger: throttled): it is tried again at 10:30:40 UTC on 9 July 2025, and the order goes on when it works.',
      kind: 'trouble',
      since: second(1),
      until: second(40),
    },
  ],
  [
    'VALIDATED',
    'workers cannot go on with it',
    waits(CHECKED),
    described({ task: { attempt: 7, isTaken: false, since: second(2) } }),
    {
      sentence:
        'Workers cannot go on with its workflow (7 attempts so far): their log says why; a release that mends it lets the order go on by itself.',
      kind: 'trouble',
    },
  ],
  ['VALIDATED', 'the engine has nothing to show yet', waits(CHECKED), described(), undefined],
  [
    'VALIDATED',
    'the engine has nothing to show for long',
    waits(CHECKED, { idleS: 90 }),
    described(),
    {
      sentence:
        'Nothing has happened since 10:30:01 UTC on 9 July 2025, and the engine shows nothing that is tried: a table or queue of ours may not answer. The log of the workers says which; the order goes on by itself.',
      kind: 'trouble',
    },
  ],
  [
    'RESERVED',
    'the payment company does not answer',
    waits(RESERVED),
    working({ name: 'processPayment', since: second(4) }),
    {
      sentence:
        'Charging the customer has had no answer for 18 seconds (attempt 1): without one it is tried again by itself.',
      kind: 'waiting',
      since: second(4),
    },
  ],
  [
    'RESERVED',
    'it was asked just now',
    waits(RESERVED),
    working({ name: 'processPayment', since: second(20) }),
    undefined,
  ],
  [
    'RESERVED',
    'the payment company is left alone',
    waits([...RESERVED, 'Order Delayed'], { breakers: [open('payment', 60)] }),
    undefined,
    {
      sentence:
        'The payment company is out of order, and is asked again at 10:31:00 UTC on 9 July 2025; the order goes on by itself. If the company works again, reset its breaker.',
      kind: 'trouble',
      since: second(3),
      until: second(60),
      remedy: 'reset-breaker',
      dependency: 'payment',
    },
  ],
  [
    'RESERVED',
    'the payment company was left alone, and its breaker was reset',
    waits([...RESERVED, 'Order Delayed']),
    undefined,
    {
      sentence:
        'The payment company was out of order; it is asked again at 10:30:00 UTC on 10 July 2025, and the order goes on by itself.',
      dependency: 'payment',
    },
  ],
  [
    'RESERVED',
    'the payment company is out of order, and that was longer than it was to be',
    waits([...RESERVED, 'Order Delayed'], { idleS: 2 * DAY_S }),
    described(),
    {
      sentence:
        'The payment company has been out of order since 10:30 UTC on 9 July 2025; it is asked again from time to time, and the order goes on by itself.',
      since: second(3),
    },
  ],
  [
    'RESERVED',
    'an attempt met the breaker',
    waits(RESERVED),
    fails('processPayment', {
      errorType: 'CIRCUIT_OPEN',
      lastError: 'payment is out of order, and is not asked until 2025-07-09T10:30:40.000Z',
    }),
    {
      sentence:
        'The payment company is out of order, and is asked again at 10:30:40 UTC on 9 July 2025; the order goes on by itself. If the company works again, reset its breaker.',
      remedy: 'reset-breaker',
      dependency: 'payment',
      until: second(40),
    },
  ],
  [
    'RESERVED',
    'a pending payment',
    waits([...RESERVED, 'Payment Pending']),
    undefined,
    {
      sentence:
        'The payment company has not decided about 59.98 USD: the order waits until 10:30 UTC on 10 July 2025, and is cancelled then. Its word comes as an event; ask the company, or cancel.',
      kind: 'waiting',
      since: second(3),
      until: '2025-07-10T10:30:00.000Z',
    },
  ],
  [
    'RESERVED',
    'cancelled while it is pending: it is given back, or tried to',
    waits([...RESERVED, 'Payment Pending', CANCELS]),
    fails('voidPayment'),
    {
      sentence:
        'Voiding the charge fails again and again (attempt 4; it says 503): it is tried again at 10:30:40 UTC on 9 July 2025, and the order goes on when it works.',
    },
  ],
  [
    'RESERVED',
    'at risk, and nobody says why',
    waits([...RESERVED, 'Order At Risk']),
    described(),
    {
      sentence:
        'Nothing has shipped, and the promise of 30 minutes is at risk: the last thing that happened was at 10:30:03 UTC on 9 July 2025. Look at the workflow, or cancel.',
      kind: 'trouble',
      since: second(3),
    },
  ],
  [
    'PAID',
    'the carrier fails again, just now',
    waits(PAID),
    fails('generateShippingLabel', { isRunning: true, nextTryAt: undefined } as never),
    {
      sentence:
        'Booking the carrier fails again and again (attempt 4; it says 503): it is tried again just now, and the order goes on when it works.',
    },
  ],
  [
    'PAID',
    'the carrier is left alone',
    waits([...PAID, delayedBy('carrier')], { breakers: [open('carrier', 30)] }),
    undefined,
    {
      sentence:
        'The carrier is out of order, and is asked again at 10:30:30 UTC on 9 July 2025; the order goes on by itself. If the company works again, reset its breaker.',
      remedy: 'reset-breaker',
      dependency: 'carrier',
    },
  ],
  [
    'PAID',
    'a breaker that nobody looks after any more explains nothing',
    waits(PAID, { breakers: [open('carrier', -60)] }),
    { kind: 'unavailable', at: second(9) },
    {
      sentence:
        'The engine does not answer: nobody can say what the order waits for, and it may not go on until the engine is there.',
      kind: 'trouble',
      since: second(4),
    },
  ],
  [
    'PAID',
    'the engine forgot it',
    waits(PAID),
    { kind: 'unknown', at: second(9) },
    {
      sentence:
        'The engine has no workflow of the order, which has not ended: nothing leads it on. The reconciliation opens a case.',
    },
  ],
  [
    'PAID',
    'its workflow ended in error',
    waits(PAID),
    described({ state: 'FAILED' }),
    {
      sentence: 'Its workflow ended in error, and nothing leads the order on: redrive its dead letter.',
      remedy: 'redrive',
    },
  ],
  [
    'PENDING_DECISION',
    'the customer was asked',
    waits(ASKED),
    undefined,
    {
      sentence:
        'The customer has to decide until 10:30 UTC on 10 July 2025, because 1 × PROD-12345 is missing; without an answer: ship what is there and leave the rest out. Decide for the customer, or wait.',
      kind: 'decision',
      since: second(3),
      until: '2025-07-10T10:30:00.000Z',
      remedy: 'decision',
    },
  ],
  [
    'PENDING_DECISION',
    'the time to answer is over, and nothing happens',
    waits(ASKED, { idleS: 2 * DAY_S }),
    described({ unattendedQueue: 'orders' }),
    { sentence: 'No worker takes work', remedy: 'start-worker' },
  ],
  [
    'BACKORDERED',
    'it waits for stock',
    waits(WAITS),
    undefined,
    {
      sentence:
        'Waiting for 1 × PROD-12345 until 10:30 UTC on 10 July 2025: it goes on when the stock comes in and it is its turn. Receive stock, or cancel.',
      kind: 'waiting',
      since: second(3),
      until: '2025-07-10T10:30:00.000Z',
    },
  ],
  [
    'NEEDS_ATTENTION',
    'a refund is refused',
    waits([...PAID, 'Attention Needed']),
    undefined,
    {
      sentence:
        'Somebody has to decide: giving the money back does not work (the refund was refused); 59.98 USD is at stake. Why it has to be done: no carrier goes there. Resolve it: try again, leave it, or say that it was done by hand.',
      kind: 'decision',
      since: second(5),
      remedy: 'resolution',
    },
  ],
  [
    'NEEDS_ATTENTION',
    'an earlier release did not write down why, and it is cancelled',
    waits([...PAID, CANCELS, silentAttention]),
    undefined,
    {
      sentence:
        'Somebody has to decide: voiding the charge does not work (no answer). Why it has to be done: the order is cancelled: ordered twice. Resolve it: try again, leave it, or say that it was done by hand.',
    },
  ],
  [
    'NEEDS_ATTENTION',
    'an earlier release did not write down why',
    waits([...PAID, silentAttention]),
    undefined,
    {
      sentence:
        'Somebody has to decide: voiding the charge does not work (no answer). Resolve it: try again, leave it, or say that it was done by hand.',
    },
  ],
  ['SHIPPED', 'on its way', waits(SHIPPED, { idleS: DAY_S }), undefined, undefined],
  [
    'SHIPPED',
    'the carrier says nothing for long',
    waits(SHIPPED, { idleS: 6 * DAY_S }),
    undefined,
    {
      sentence:
        'Globe Parcel has said nothing of parcel 1 (WB1) since 10:30 UTC on 9 July 2025: ask the carrier what became of it.',
      kind: 'trouble',
    },
  ],
  [
    'SHIPPED',
    'the customer is not told yet',
    waits([...PAID, 'Shipment Created']),
    fails('notifyCustomer'),
    { sentence: 'Telling the customer fails again and again' },
  ],
  [
    'SHIPPED',
    'the refund of a lost parcel does not work yet',
    waits([...SHIPPED, 'Shipment Lost']),
    fails('refundPayment', { lastError: 'the bank refuses refunds of charge#ORD-1#1' }),
    { sentence: 'Giving the money back fails again and again (attempt 4; the bank refuses refunds of charge 1)' },
  ],
  [
    'SHIPPED',
    'an address changed after a carrier was out',
    waits([...SHIPPED, delayedBy('carrier'), 'Address Changed']),
    undefined,
    undefined,
  ],
  ['DELIVERED', 'it may still come back', waits(DELIVERED, { idleS: 20 * DAY_S }), undefined, undefined],
  [
    'DELIVERED',
    'something is to come back',
    waits([...DELIVERED, 'Return Requested']),
    undefined,
    {
      sentence: 'Waiting for 1 return: 2 × PROD-12345 (ORD-1-R1). When the goods arrive, say so, and inspect them.',
      kind: 'waiting',
      since: second(9),
    },
  ],
  [
    'DELIVERED',
    'something came back',
    waits([...DELIVERED, 'Return Requested', 'Return Received']),
    undefined,
    {
      sentence: 'The return ORD-1-R1 is here and has to be inspected: say what became of 2 × PROD-12345.',
      kind: 'decision',
      since: second(10),
    },
  ],
  [
    'DELIVERED',
    'the refund of a return does not work yet',
    waits([...DELIVERED, 'Return Requested', 'Return Received', 'Return Inspected']),
    fails('refundPayment'),
    { sentence: 'Giving the money back fails again and again' },
  ],
  ['DELIVERED', 'nothing of it goes back', waits([...DELIVERED, 'Return Requested', noRefund]), undefined, undefined],
  ['VALIDATION_FAILED', 'over', waits(['Order Validation Failed']), described({ state: 'FAILED' }), undefined],
  [
    'INVENTORY_UNAVAILABLE',
    'over',
    waits([...CHECKED, 'Inventory Unavailable', 'Inventory Shortage Reported']),
    { kind: 'unknown', at: '' },
    undefined,
  ],
  ['PAYMENT_FAILED', 'over', waits([...RESERVED, 'Payment Failed']), { kind: 'unavailable', at: '' }, undefined],
  ['FULFILLMENT_FAILED', 'over', waits([...PAID, 'Order At Risk', 'Order Fulfillment Failed']), fails('x'), undefined],
  ['CANCELLED', 'over', waits([...RESERVED, 'Order Delayed', CANCELS, 'Order Cancelled']), fails('x'), undefined],
  ['RETURNED', 'over', waits([...DELIVERED, 'Return Requested', 'Order Returned']), fails('x'), undefined],
];

test.each(ROWS)('%s: %s', (status, _what, given, look, expected) => {
  expect(given.view.status).toBe(status);
  const stuck = stuckOf(given, look);
  if (expected === undefined) return expect(stuck).toBeUndefined();
  const { sentence, ...rest } = expected;
  expect(stuck).toMatchObject(rest);
  expect(stuck?.sentence.slice(0, sentence.length)).toBe(sentence);
  if (sentence.endsWith('.')) expect(stuck?.sentence).toBe(sentence);
});

test('there is a case of every status', () => {
  expect(new Set(ROWS.map(([status]) => status))).toEqual(new Set(ORDER_STATUSES));
});

test.each(ROWS)(
  '%s: %s: the engine is asked only of an open order whose events do not say',
  (_status, what, given, look) => {
    const isOver = what === 'over';
    const isSilent = given.now - Date.parse(given.view.updatedAt) > 5000;
    expect(isUnexplained(given)).toBe(look !== undefined && !isOver && isSilent);
  },
);

describe('an order without any event', () => {
  const START = Date.parse(second(0));
  test.each<[string, Look, number, string | undefined]>([
    ['just started', described({ unattendedQueue: 'orders' }), 2, undefined],
    ['nobody takes it', described({ unattendedQueue: 'orders' }), 9, 'start-worker'],
    ['goes on', described(), 9, undefined],
    ['ended in error', described({ state: 'FAILED' }), 9, 'redrive'],
  ])('%s', (_what, look, s, remedy) => {
    expect(stuckBefore(look, START + s * 1000)?.remedy).toBe(remedy);
  });
});
