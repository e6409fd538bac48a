import type { Finding } from '../../domain/reconciliation';
import type { Hold } from '../../domain/order-books';
import type { OrderEvent } from '../../domain/events';
import type { OrderId } from '../../domain/ids';
import type { OrderView } from '../../domain/projection';
import { fold } from '../../domain/projection';
import { holdsOf, lastMoves, RELEASE } from '../../domain/order-books';
import { isMendable, type ViewDifference } from '../../domain/view-difference';
import { lookAt, type OrderBooks } from '../look';

/** An order as the reconciliation counts it, by its events. */
export interface OrderAccount {
  orderId: OrderId;
  /** the fold of the events; absent where there are none, or not all */
  order?: OrderView;
  events: OrderEvent[];
  difference?: ViewDifference;
  holds: Hold[];
  /** when units of a product last moved, ISO 8601 */
  moves: Map<string, string>;
  /** products of which nothing can be said: events of the order are missing, or somebody is moving its stock by hand */
  unsure: string[];
}

/** @throws StepError SERVICE_UNAVAILABLE */
export async function accountOf(books: OrderBooks, orderId: OrderId): Promise<OrderAccount> {
  const { view, events, difference } = await lookAt(books, orderId);
  const account = { orderId, events, ...(difference && { difference }) };
  if (difference && !isMendable(difference))
    return { ...account, holds: [], moves: new Map(), unsure: productsOf(view, events) };
  const order = fold(events);
  const holds = holdsOf(events);
  const isByHand = order?.attention?.step === RELEASE;
  const unsure = isByHand ? [...new Set(holds.map(({ productId }) => productId))] : [];
  return { ...account, ...(order && { order }), holds, moves: lastMoves(events), unsure };
}

function productsOf(view: OrderView | undefined, events: readonly OrderEvent[]): string[] {
  const created = events.flatMap(({ type, data }) => (type === 'Order Created' ? data.order.lines : []));
  const lines = [...created, ...(view?.lines ?? []), ...(view?.shipments ?? []).flatMap((shipment) => shipment.lines)];
  return [...new Set(lines.map(({ productId }) => productId))];
}

/** What a difference between view and events is called among the findings. */
export function differenceFinding({ orderId, fault, fields, missing }: ViewDifference): Finding {
  const about = { subject: orderId, orderId };
  const differing = fields.map(({ field }) => field).join(', ');
  const facts = { fault, ...(differing !== '' && { fields: differing }) };
  if (isMendable({ fault })) return { kind: 'VIEW_DRIFT', ...about, facts };
  if (fault !== 'EVENTS_MISSING') return { kind: 'VIEW_UNFOUNDED', ...about, facts };
  return { kind: 'EVENTS_MISSING', ...about, facts: { fault, missing: (missing ?? []).join(', ') } };
}
