import type { OrderSubmission } from '../../domain/order';

/** An order for the sandbox, without an id: each time it is placed it is another one. */
export type SandboxOrder = Omit<OrderSubmission, 'orderId'>;

/** The sample of the README; it has no orderId, so that it can be placed many times. */
export const SAMPLE_ORDER = {
  customerId: 'CUST-567890',
  items: [{ productId: 'PROD-12345', quantity: 2, price: 29.99 }],
  totalAmount: 59.98,
  currency: 'USD',
  shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
};

/** there is much of it, in every warehouse */
export const PLENTIFUL = 'PROD-12345';

/** nothing of it is there, and nothing comes by itself */
export const SOLD_OUT = 'PROD-SOLD-OUT';

/** The same, one for each scenario that waits for a delivery. */
export const BACKORDER_PRODUCTS = ['PROD-BACKORDER-1', 'PROD-BACKORDER-2'] as const;

/** each is in one warehouse only, and not in the same */
export const FAR_APART = ['PROD-20003', 'PROD-20005'] as const;

export const PRICE = 29.99;

/** An order of so many units of each product. */
export function orderOf(quantities: Record<string, number>): SandboxOrder {
  const items = Object.entries(quantities).map(([productId, quantity]) => ({ productId, quantity, price: PRICE }));
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  return { ...SAMPLE_ORDER, items, totalAmount: Math.round(units * PRICE * 100) / 100 };
}

/** An order of one unit of which there are many. */
export function one(changes: Pick<SandboxOrder, 'paymentMethod' | 'policy'> & { zipCode?: string } = {}): SandboxOrder {
  const { zipCode = SAMPLE_ORDER.shippingAddress.zipCode, ...others } = changes;
  const shippingAddress = { ...SAMPLE_ORDER.shippingAddress, zipCode };
  return { ...orderOf({ [PLENTIFUL]: 1 }), shippingAddress, ...others };
}
