import type { OrderView, ViewShipment } from '../domain/projection';
import type { OrderStatus } from '../domain/states';
import type { ShipmentLine } from '../domain/order';
import { hasEnded, parcelOf } from './standing';

export type Action = 'cancel' | 'decision' | 'address' | 'returns' | 'resolution';

/** Where an action is posted to. */
export const actionPath = (orderId: string, action: Action): string => `/orders/${orderId}/${action}`;

/** on its way to the customer, or before: what has shipped comes back as a return */
const CANCELLABLE: ReadonlySet<OrderStatus> = new Set<OrderStatus>([
  'RECEIVED',
  'VALIDATED',
  'RESERVED',
  'PENDING_DECISION',
  'BACKORDERED',
  'PAID',
  'SHIPPED',
]);

/** What can be asked of an order as it stands. The order itself decides: it may have gone on meanwhile. */
export function actionsOf(view: OrderView): Action[] {
  if (hasEnded(view)) return [];
  // nothing else before somebody decided
  if (view.attention) return ['resolution'];
  const isCancelled = view.cancellation !== undefined;
  return [
    ...(CANCELLABLE.has(view.status) && !isCancelled ? (['cancel'] as const) : []),
    ...(view.decision && !isCancelled ? (['decision'] as const) : []),
    ...(isMovable(view) && !isCancelled ? (['address'] as const) : []),
    ...(hasReturnable(view) ? (['returns'] as const) : []),
  ];
}

/** Something of it is not with a carrier yet; before it is validated nobody knows its address. */
function isMovable(view: OrderView): boolean {
  if (view.status === 'RECEIVED') return false;
  if (view.shipments.length === 0 || view.backorder) return CANCELLABLE.has(view.status);
  return view.shipments.some((shipment) => parcelOf(view, shipment).status === 'AWAITING_PICKUP');
}

/** The customer has something that is in no return. */
function hasReturnable(view: OrderView): boolean {
  const isDelivered = (shipment: ViewShipment) => parcelOf(view, shipment).status === 'DELIVERED';
  const delivered = view.shipments.filter(isDelivered).flatMap(({ lines }) => lines);
  const steps = view.returns ?? [];
  const expired = new Set(steps.filter(({ status }) => status === 'EXPIRED').map(({ returnId }) => returnId));
  const returned = steps.filter(({ returnId }) => !expired.has(returnId)).flatMap(({ items = [] }) => items);
  return unitsOf(delivered) > unitsOf(returned);
}

const unitsOf = (lines: readonly ShipmentLine[]) => lines.reduce((sum, { quantity }) => sum + quantity, 0);
