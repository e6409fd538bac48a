import type { EventType } from '../../src/domain/events';
import type { OrderStatus } from '../../src/domain/states';
import type { Call, Scenario } from '../lib/scenario';
import type { ShownEvent } from './shop';

type Seen = Pick<ShownEvent, 'sequence' | 'type'>;

/** The event that an order usually ends with. */
const LAST_EVENT: Partial<Record<OrderStatus, EventType>> = {
  SHIPPED: 'Customer Notified',
  DELIVERED: 'Order Delivered',
  CANCELLED: 'Order Cancelled',
  RETURNED: 'Order Returned',
  PAYMENT_FAILED: 'Payment Failed',
  FULFILLMENT_FAILED: 'Order Fulfillment Failed',
  INVENTORY_UNAVAILABLE: 'Inventory Shortage Reported',
  VALIDATION_FAILED: 'Order Validation Failed',
};

export type Progress = ReturnType<typeof createProgress>;

/** How far a scenario is: each of its steps, and its end, waits for an event after the one that the step before had. */
export function createProgress({ steps = [], until, end }: Scenario) {
  let done = 0;
  let seen = 0;
  const last = until ?? LAST_EVENT[end];
  const find = (events: readonly Seen[], type: EventType | undefined) =>
    events.find((event) => event.sequence > seen && event.type === type)?.sequence;

  return {
    /** The step whose time has come, once; undefined when there is none. */
    next(events: readonly Seen[]): { call: Call; n: number } | undefined {
      const step = steps[done];
      if (!step) return undefined;
      const found = step.after === 'at once' ? seen : find(events, step.after);
      if (found === undefined) return undefined;
      seen = found;
      done++;
      const { after: _, ...call } = step;
      return { call, n: done };
    },
    isOver: (events: readonly Seen[]): boolean => done === steps.length && find(events, last) !== undefined,
    /** what is waited for */
    awaited: () => steps[done]?.after ?? last,
  };
}
