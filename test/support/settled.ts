import type { OrderEvent } from '../../src/domain/events';
import { bookedLabels, keptLines, netCharged } from './books-balance';
import type { ShownOrder, System } from './system';

/** the price of everything the system tests sell, in cents */
const PRICE = 2999;

export const eventsOf = async (system: System, orderId: string): Promise<OrderEvent[]> =>
  (await system.get<{ events: OrderEvent[] }>(`/orders/${orderId}/events`)).events;

/** charged − refunded is the value of what the customer keeps, at the provider too, but for what was given back by hand. */
export async function expectOrderSettled(system: System, order: ShownOrder): Promise<void> {
  const { orderId } = order;
  const events = await eventsOf(system, orderId);
  const units = keptLines(events).reduce((sum, { quantity }) => sum + quantity, 0);
  const value = Math.round(units * PRICE) / 100;
  const byHand = events.flatMap(({ type, data }) => (type === 'Payment Refunded' && data.reference ? data.amount : []));
  const journal = await system.journal(orderId);
  const taken = netCharged(journal) - byHand.reduce((sum, amount) => sum + amount, 0);
  expect({ orderId, taken }).toEqual({ orderId, taken: expect.closeTo(value, 6) });
  expect({ orderId, kept: order.payment.charged - order.payment.refunded }).toEqual({
    orderId,
    kept: expect.closeTo(value, 6),
  });
  expect({ orderId, labels: bookedLabels(journal) }).toEqual({ orderId, labels: order.shipments.length });
}
