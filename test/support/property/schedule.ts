import fc from 'fast-check';
import type { CarrierStatus, InspectionOutcome, ResolutionAction } from '../../../src/domain/events';
import type { ShortageChoice, SubmittedPolicy } from '../../../src/domain/order';
import { CARRIER_STATUSES, INSPECTION_OUTCOMES } from '../../../src/domain/events';
import { DEFAULT_POLICY, SHORTAGE_CHOICES } from '../../../src/domain/order';

/** A product of the order, and what the warehouses have of it. */
export interface ScheduledProduct {
  quantity: number;
  /** minor units, of one */
  price: number;
  seoul: number;
  losAngeles: number;
}

/** What somebody does; `nth` counts what there is of a kind then, round and round. */
export type Action =
  | { do: 'decide'; choice: ShortageChoice }
  | { do: 'cancel' }
  | { do: 'cancel at the engine' }
  | { do: 'change address'; zipCode: string }
  | { do: 'request return'; nth: number; quantity: number }
  | { do: 'receive return'; nth: number }
  | { do: 'inspect return'; nth: number; outcomes: InspectionOutcome[] }
  | { do: 'resolve'; action: ResolutionAction }
  | { do: 'settle payment'; outcome: 'succeeded' | 'failed'; times: number }
  | { do: 'repeat payment news'; kind: 'COMPLETED' | 'FAILED' }
  | { do: 'carrier news'; nth: number; status: CarrierStatus; times: number }
  | { do: 'news of an unknown parcel' }
  | { do: 'receive stock'; nth: number; warehouseId: 'ICN' | 'LAX'; quantity: number }
  | { do: 'wake' }
  | { do: 'switch'; company: 'payment' | 'carrier'; available: boolean }
  | { do: 'refunds'; are: 'accepted' | 'refused' };

/** An order and what happens to it. */
export interface Schedule {
  /** of the faults */
  seed: number;
  /** of all calls of ports this part fails before, and the same part after it had its effect */
  faultRate: number;
  currency: 'USD' | 'KRW' | 'KWD';
  products: ScheduledProduct[];
  /** by which the total differs from the items' sum, in the smallest unit that D1 tolerates */
  cents: number;
  paymentMethod: string;
  zipCode: string;
  policy: SubmittedPolicy;
  /** of what the order costs, when it was paid elsewhere */
  paid: number | null;
  /** each after seconds without anything else */
  actions: { afterS: number; action: Action }[];
}

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

/** No time at all: it meets what goes on; a moment: what goes on may come to rest first; or long. */
const afterS = fc.constantFrom(0, 0, 0, 0.02, 0.05, 1, 5, 70, 900, HOUR_S, DAY_S, 4 * DAY_S, 31 * DAY_S);

const nth = fc.nat({ max: 3 });
const zipCode = fc.constantFrom('12345', '12345', '12345', '66666', '77777', '99999', '00000');

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('decide'), choice: fc.constantFrom(...SHORTAGE_CHOICES) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel at the engine') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change address'), zipCode }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('request return'), nth, quantity: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('receive return'), nth }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('inspect return'),
      nth,
      outcomes: fc.array(fc.constantFrom(...INSPECTION_OUTCOMES), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('resolve'), action: fc.constantFrom('RETRY', 'SKIP', 'SETTLE') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle payment'),
      outcome: fc.constantFrom('succeeded', 'succeeded', 'failed'),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('repeat payment news'), kind: fc.constantFrom('COMPLETED', 'FAILED') }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('carrier news'),
      nth,
      status: fc.constantFrom(...CARRIER_STATUSES, 'DELIVERED', 'DELIVERED'),
      times: fc.integer({ min: 1, max: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('news of an unknown parcel') }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('receive stock'),
      nth,
      warehouseId: fc.constantFrom('ICN', 'LAX'),
      quantity: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wake') }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('switch'),
      company: fc.constantFrom('payment', 'carrier'),
      available: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('refunds'), are: fc.constantFrom('accepted', 'refused') }),
  },
);

const product = fc.record({
  quantity: fc.integer({ min: 1, max: 6 }),
  price: fc.integer({ min: 1, max: 99_999 }),
  seoul: fc.constantFrom(0, 0, 1, 2, 4, 9),
  losAngeles: fc.constantFrom(0, 0, 1, 3, 20),
});

const policy = fc.record<SubmittedPolicy>(
  {
    onShortage: fc.constantFrom('ASK', ...SHORTAGE_CHOICES),
    onNoAnswer: fc.constantFrom(...SHORTAGE_CHOICES),
    onUnavailable: fc.constantFrom('END', 'WAIT', 'WAIT'),
    decisionWithinS: fc.constantFrom(60, DAY_S),
    backorderWithinS: fc.constantFrom(HOUR_S, DEFAULT_POLICY.backorderWithinS),
    paymentWithinS: fc.constantFrom(30, DEFAULT_POLICY.paymentWithinS),
    pendingPaymentWithinS: fc.constantFrom(60, DEFAULT_POLICY.pendingPaymentWithinS),
    returnWithinS: fc.constantFrom(HOUR_S, DEFAULT_POLICY.returnWithinS),
    payment: fc.constantFrom('CHARGE', 'AUTHORIZE'),
  },
  { requiredKeys: [] },
);

/** Random orders, and random lives of them. */
export const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  // the back-offs of our own tables take real time
  faultRate: fc.constantFrom(0, 0, 0.03, 0.08),
  currency: fc.constantFrom('USD', 'USD', 'KRW', 'KWD'),
  products: fc.array(product, { minLength: 1, maxLength: 3 }),
  cents: fc.constantFrom(0, 0, -1, 1),
  paymentMethod: fc.constantFrom(
    'pm_ok',
    'pm_ok',
    'pm_ok',
    'pm_pending',
    'pm_pending',
    'pm_declined',
    'pm_declined_once',
    'pm_timeout_charged',
    'pm_timeout_not_charged',
    'pm_late',
    'pm_down',
    'pm_refund_refused',
  ),
  zipCode,
  policy,
  paid: fc.constantFrom(null, null, null, null, null, null, null, null, null, 1, 1.5, 0.5),
  actions: fc.array(fc.record({ afterS, action }), { maxLength: 14 }),
});
