import { LIFE_SCENARIOS } from './life-scenarios';
import { one, PRICE } from '../../src/gateway/sandbox/orders';
import { type Scenario, shipped } from './scenario';

export type { Scenario } from './scenario';

const unpaid = { end: 'PAYMENT_FAILED', money: 'nothing' } as const;
const rolledBack = { end: 'FULFILLMENT_FAILED', money: 'refunded in full' } as const;

const pay = (paymentMethod: string, happens: string) => ({
  name: paymentMethod,
  happens,
  order: one({ paymentMethod }),
});
const zip = (zipCode: string, happens: string) => ({ name: `zip_${zipCode}`, happens, order: one({ zipCode }) });

/** What payment company and carrier do on request, without anybody's doing. */
export const PROVIDER_SCENARIOS: readonly Scenario[] = [
  { ...pay('pm_ok', 'charged'), ...shipped },
  { ...pay('pm_late', 'charged, the answer takes 1 s of the 2 s there are'), ...shipped },
  { ...pay('pm_declined', 'declined, tried once more after 1 s, declined'), ...unpaid },
  { ...pay('pm_declined_once', 'declined, then charged under a second key'), ...shipped },
  { ...pay('pm_timeout_charged', 'charged, but the answer is lost: it is looked up'), ...shipped },
  { ...pay('pm_timeout_not_charged', 'no answer and nothing charged: repeated under the same key'), ...shipped },
  {
    name: 'pm_down',
    happens: 'every charge is answered with an error; given up when its time is over, the key voided',
    // as long as an order is to wait: 15 minutes where nobody says
    order: one({ paymentMethod: 'pm_down', policy: { paymentWithinS: 20 } }),
    ...unpaid,
  },
  { ...pay('pm_unknown', 'declined, tried once more, declined'), ...unpaid },
  { ...zip('00000', 'no carrier serves it'), ...rolledBack },
  { ...zip('66666', 'the carrier that fits best refuses it, the next one takes it'), ...shipped },
  { ...zip('99999', 'every carrier refuses the label for good'), ...rolledBack },
  { ...zip('77777', 'the label is booked, but the answer is lost: repeated under the same key'), ...shipped },
];

/** How orders come in. */
const WAYS_IN: readonly Scenario[] = [
  {
    name: 'invalid',
    happens: 'a quantity of 0 and a negative price: refused, and every error is told',
    order: { ...one(), items: [{ productId: 'PROD-12345', quantity: 0, price: -PRICE }] },
    end: 'VALIDATION_FAILED',
    money: 'nothing',
  },
  {
    name: 'duplicate',
    happens: 'sent three times at once: placed once',
    order: one(),
    via: 'http, three times at once',
    ...shipped,
  },
  { name: 'bus', happens: 'placed as an event on EventBridge', order: one(), via: 'EventBridge', ...shipped },
];

/** Every scenario; those that need the system for themselves come last. */
export const SCENARIOS: readonly Scenario[] = [...PROVIDER_SCENARIOS, ...WAYS_IN, ...LIFE_SCENARIOS];
