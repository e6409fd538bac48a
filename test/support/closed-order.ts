import type { Books } from '../../src/activities/ports';
import type { NewEvent } from '../../src/domain/events';
import type { Order } from '../../src/domain/order';
import { numberEvents } from '../../src/domain/events';
import { sampleValidOrder } from './contracts/events';

const AT = '2025-07-09T10:30:00.000Z';

/** Stores an order whose payment failed for good, as its workflow leaves it behind, with what came in between. */
export async function storeClosedOrder(books: Books, between: NewEvent[] = []): Promise<Order> {
  const order: Order = { ...sampleValidOrder(), channels: ['SMS'] };
  const { orderId, customerId, channels } = order;
  const events: NewEvent[] = [
    { type: 'Order Created', data: { order } },
    { type: 'Order Validated', data: {} },
    ...between,
    { type: 'Payment Failed', data: { reason: 'no answer in time' } },
    { type: 'Order Closed', data: {} },
  ];
  const batch = { orderId, runId: 'run-1', customerId, ...(channels && { channels }), firstSequence: 1, events };
  await books.post({
    orderId,
    order: { orderId, fingerprint: 'f', requestId: 'r', runId: 'run-1', status: 'VALIDATED', createdAt: AT, order },
    events: numberEvents({ ...batch, states: [] }, { at: AT, attempt: 1 }),
  });
  return order;
}
