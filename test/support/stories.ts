import fc from 'fast-check';
import type { EventType, OrderEvent } from '../../src/domain/events';
import { EVENT_TYPES, eventOfEachType, numbered, sampleValidOrder } from './contracts/events';
import type { OrderId } from '../../src/domain/ids';

/** What happens to an order, one thing after the other, and how long each takes. */
export interface Story {
  currency: 'USD' | 'KRW';
  customer: number;
  product: number;
  /** with the units of each */
  steps: { type: EventType; minutes: number; quantity: number }[];
}

const step = fc.record({
  type: fc.constantFrom(...EVENT_TYPES.filter((type) => type !== 'Order Created')),
  minutes: fc.integer({ min: 0, max: 3000 }),
  quantity: fc.integer({ min: 1, max: 9 }),
});

/** Any events in any order after the first: the projections make no story of their own. */
export const anyStory: fc.Arbitrary<Story> = fc.record({
  currency: fc.constantFrom('USD' as const, 'KRW' as const),
  customer: fc.nat({ max: 1 }),
  product: fc.nat({ max: 1 }),
  steps: fc.array(step, { maxLength: 25 }),
});

/** The events of a story, as they are stored. @param p.begins ISO 8601 */
export function eventsOfStory(story: Story, p: { orderId: OrderId; prefix: string; begins: string }): OrderEvent[] {
  const { orderId, prefix } = p;
  const customerId = `${prefix}-C${story.customer}`;
  const items = [{ productId: `${prefix}-P${story.product}`, quantity: 2, price: 30 }];
  const order = sampleValidOrder({ orderId, customerId, currency: story.currency, items, totalAmount: 60 });
  const every = eventOfEachType(order);
  let time = Date.parse(p.begins);
  const steps = [{ type: 'Order Created' as const, minutes: 0, quantity: 2 }, ...story.steps];
  return steps.map(({ type, minutes, quantity }, i) => {
    time += minutes * 60_000;
    const at = new Date(time).toISOString();
    const [event] = numbered(orderId, [every[type]], { firstSequence: i + 1, at, customerId });
    return withUnits(event!, { productId: items[0]!.productId, quantity });
  });
}

/** The sample shipment with other units of another product. */
const withUnits = (event: OrderEvent, line: { productId: string; quantity: number }): OrderEvent =>
  JSON.parse(JSON.stringify(event), (name, value: unknown) => {
    if (name === 'lines' && event.type !== 'Order Created') return [line];
    return name === 'items' && event.type === 'Inventory Written Off' ? [line] : value;
  }) as OrderEvent;
