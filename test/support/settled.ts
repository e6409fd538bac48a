import { bookedLabels, netCharged } from './books-balance';
import type { ShownOrder, System } from './system';

/** the price of everything the system tests sell, in cents */
const PRICE = 2999;

/** charged − refunded is the value of what was shipped, at the provider too. */
export async function expectOrderSettled(system: System, order: ShownOrder): Promise<void> {
  const units = order.shipments.flatMap(({ items }) => items).reduce((sum, { quantity }) => sum + quantity, 0);
  const value = Math.round(units * PRICE) / 100;
  const journal = await system.journal(order.orderId);
  expect(netCharged(journal)).toBeCloseTo(value, 6);
  expect(order.payment.charged - order.payment.refunded).toBeCloseTo(value, 6);
  expect(bookedLabels(journal)).toBe(order.shipments.length);
}
