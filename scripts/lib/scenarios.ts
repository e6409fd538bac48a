import type { OrderSubmission } from '../../src/domain/order';
import type { OrderStatus } from '../../src/domain/states';
import { SAMPLE_ORDER } from './sample-order';

/** What the payment company has taken in the end. */
export type Money = 'charged once' | 'nothing' | 'refunded in full';

/** An order that goes its own way, and where that ends: for the README's tables, the demo and the tests. */
export interface Scenario {
  name: string;
  /** what happens on its way */
  happens: string;
  /** the order, but for its id */
  order: Omit<OrderSubmission, 'orderId'>;
  end: OrderStatus;
  money: Money;
  /** how it is placed, when not once over HTTP */
  via?: 'http, three times at once' | 'EventBridge';
}

const PRICE = 29.99;

function one(changes: { paymentMethod?: string; zipCode?: string } = {}): Scenario['order'] {
  const { zipCode = SAMPLE_ORDER.shippingAddress.zipCode, ...others } = changes;
  const shippingAddress = { ...SAMPLE_ORDER.shippingAddress, zipCode };
  return { ...orderOf({ 'PROD-12345': 1 }), shippingAddress, ...others };
}

function orderOf(quantities: Record<string, number>): Scenario['order'] {
  const items = Object.entries(quantities).map(([productId, quantity]) => ({ productId, quantity, price: PRICE }));
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  return { ...SAMPLE_ORDER, items, totalAmount: Math.round(units * PRICE * 100) / 100 };
}

const shipped = { end: 'SHIPPED', money: 'charged once' } as const;
const unpaid = { end: 'PAYMENT_FAILED', money: 'nothing' } as const;
const rolledBack = { end: 'FULFILLMENT_FAILED', money: 'refunded in full' } as const;

const pay = (paymentMethod: string, happens: string) => ({
  name: paymentMethod,
  happens,
  order: one({ paymentMethod }),
});
const zip = (zipCode: string, happens: string) => ({ name: `zip_${zipCode}`, happens, order: one({ zipCode }) });

/** What payment company and carrier do on request. */
export const PROVIDER_SCENARIOS: readonly Scenario[] = [
  { ...pay('pm_ok', 'charged'), ...shipped },
  { ...pay('pm_late', 'charged, the answer takes 1 s of the 2 s there are'), ...shipped },
  { ...pay('pm_declined', 'declined, tried once more after 1 s, declined'), ...unpaid },
  { ...pay('pm_declined_once', 'declined, then charged under a second key'), ...shipped },
  { ...pay('pm_timeout_charged', 'charged, but the answer is lost: it is looked up'), ...shipped },
  { ...pay('pm_timeout_not_charged', 'no answer and nothing charged: repeated under the same key'), ...shipped },
  { ...pay('pm_down', 'every charge is answered with an error; given up within 30 s, the key voided'), ...unpaid },
  { ...pay('pm_unknown', 'declined, tried once more, declined'), ...unpaid },
  { ...zip('00000', 'no carrier serves it'), ...rolledBack },
  { ...zip('99999', 'the carrier refuses the label for good'), ...rolledBack },
  { ...zip('77777', 'the label is booked, but the answer is lost: repeated under the same key'), ...shipped },
];

/** What the order itself brings about. */
const ORDER_SCENARIOS: readonly Scenario[] = [
  {
    name: 'partial',
    happens: 'one product is there, one is sold out: what is there is charged and shipped, as its policy says',
    order: { ...orderOf({ 'PROD-12345': 1, 'PROD-SOLD-OUT': 1 }), policy: { onShortage: 'SHIP_AVAILABLE' } },
    ...shipped,
  },
  {
    name: 'sold_out',
    happens: 'nothing of it is there',
    order: orderOf({ 'PROD-SOLD-OUT': 1 }),
    end: 'INVENTORY_UNAVAILABLE',
    money: 'nothing',
  },
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

/** Every scenario. */
export const SCENARIOS: readonly Scenario[] = [...PROVIDER_SCENARIOS, ...ORDER_SCENARIOS];
