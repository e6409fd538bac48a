import type { OrderCursor } from '../domain/projections';
import type { OrderEvent } from '../domain/events';
import type { QueueMetrics } from './measure';
import { STANDING_OF } from '../domain/projections';
import { statusAfter } from '../domain/projection';
import { toDecimal } from '../domain/money';

/**
 * How old an event may be, in milliseconds: projections that are made anew count all there ever was, and what was paid or
 * late then is no news. The reports have it.
 */
const NEWS_MS = 86_400_000;

/**
 * Counts events that the projections have just counted, in the same order and so once: only who dies between the two
 * leaves some uncounted.
 *
 * @param p.before where the order stood; `undefined` before its first event
 */
export function measureEvents(
  metrics: QueueMetrics,
  p: { before: OrderCursor | undefined; events: readonly OrderEvent[] },
): void {
  const since = Date.now() - NEWS_MS;
  let standing = p.before?.standing ?? 'open';
  let isStarted = p.before?.isStarted ?? false;
  for (const event of p.events) {
    const record: QueueMetrics['record'] = Date.parse(event.at) < since ? () => undefined : metrics.record;
    if (event.sequence === 1) record('waybill_orders_placed_total', {});
    for (const { name: state, enteredAt, exitedAt } of event.states) {
      record('waybill_order_states_total', { state });
      record('waybill_order_state_seconds', { state }, secondsBetween(enteredAt, exitedAt));
    }
    const status = statusAfter(event);
    const outcome = status === undefined ? standing : STANDING_OF[status];
    if (outcome !== standing && outcome !== 'open') record('waybill_order_outcomes_total', { outcome });
    standing = outcome;
    if (event.type === 'Shipment Created' && event.data.startedAfterMs !== undefined && !isStarted) {
      record('waybill_order_start_seconds', {}, event.data.startedAfterMs / 1000);
      isStarted = true;
    }
    measureMoney({ record }, event);
  }
}

function measureMoney({ record }: QueueMetrics, { type, data }: OrderEvent): void {
  switch (type) {
    case 'Payment Completed':
      record('waybill_payments_total', { outcome: 'completed' });
      return record('waybill_charged_total', { currency: data.currency }, toDecimal(data.amount, data.currency));
    case 'Payment Refunded':
      record('waybill_payments_total', { outcome: 'refunded' });
      return record('waybill_refunded_total', { currency: data.currency }, toDecimal(data.amount, data.currency));
    case 'Payment Failed':
      return record('waybill_payments_total', { outcome: 'failed' });
    case 'Payment Pending':
      return record('waybill_payments_total', { outcome: 'pending' });
    case 'Order At Risk':
      return record('waybill_promises_total', { outcome: 'at_risk' });
    case 'Promise Breached':
      return record('waybill_promises_total', { outcome: 'breached' });
    default:
      return undefined;
  }
}

const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;
