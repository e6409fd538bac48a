import type { Static } from '@sinclair/typebox';
import type * as schemas from './schemas';
import type { OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { OrderSummary } from './ports';
import type { OrderView, ViewShipment } from '../domain/projection';
import { EVENT_SOURCES, publicData } from '../domain/events';
import { eventIdOf } from '../domain/ids';
import { toDecimal } from '../domain/money';

type OrderResource = Static<typeof schemas.Order>;
type StateResource = OrderResource['states'][number];

/** Where an order is found. */
export function linksOf(orderId: string): { self: string; events: string } {
  const self = `/orders/${orderId}`;
  return { self, events: `${self}/events` };
}

/** An order as `GET /orders/{orderId}` shows it; money in decimals. */
export function presentOrder(view: OrderView): OrderResource {
  const { orderId, lines, totalAmount, charged, refunded, currency = '' } = view;
  const decimal = (amount: number) => toDecimal(amount, currency);
  return {
    ...pick(view, 'orderId', 'status', 'createdAt', 'updatedAt', 'customerId', 'currency'),
    ...pick(view, 'inventoryStatus', 'unavailableItems', 'errors', 'failure'),
    ...(lines && {
      items: lines.map((line) => ({ ...pick(line, 'productId', 'quantity'), price: decimal(line.unitPrice) })),
    }),
    ...(totalAmount !== undefined && { totalAmount: decimal(totalAmount) }),
    states: presentStates(view),
    payment: { charged: decimal(charged), refunded: decimal(refunded), ...pick(view, 'currency') },
    shipments: view.shipments.map(presentShipment),
    links: linksOf(orderId),
  };
}

/** An order that the engine has and the read model does not have yet. */
export function presentReceived(orderId: OrderId): OrderResource {
  const payment = { charged: 0, refunded: 0 };
  return { orderId, status: 'RECEIVED', states: [], payment, shipments: [], links: linksOf(orderId) };
}

/**
 * The states that an order went through, in the order they were entered. The one it is in comes last, entered when the
 * last one was left and without an exit, unless it is told already and only its event is still to come.
 */
function presentStates({ states, currentState, createdAt }: OrderView): StateResource[] {
  const passed = states.toSorted((a, b) => a.ordinal - b.ordinal);
  const shown: StateResource[] = passed.map((state) => pick(state, 'name', 'enteredAt', 'exitedAt', 'attempts'));
  if (currentState === undefined || passed.some(({ name }) => name === currentState)) return shown;
  const enteredAt = passed.at(-1)?.exitedAt ?? createdAt;
  return [...shown, { name: currentState, enteredAt, exitedAt: null, attempts: null }];
}

function presentShipment({ lines, ...shipment }: ViewShipment): OrderResource['shipments'][number] {
  return {
    ...pick(shipment, 'shipmentId', 'warehouseId', 'carrier', 'trackingNumber'),
    items: lines.map((line) => pick(line, 'productId', 'quantity')),
  };
}

/** An order as a page of `GET /orders` shows it. */
export function presentSummary(summary: OrderSummary): Static<typeof schemas.OrderPage>['orders'][number] {
  const { totalAmount, currency, ...rest } = summary;
  return {
    ...rest,
    ...(totalAmount !== undefined &&
      currency !== undefined && { totalAmount: toDecimal(totalAmount, currency), currency }),
    links: linksOf(summary.orderId),
  };
}

/** An event as `GET /orders/{orderId}/events` shows it: what the bus carries, without the bus. */
export function presentEvent(event: OrderEvent): Static<typeof schemas.OrderEvents>['events'][number] {
  const { orderId, sequence, type, at } = event;
  return {
    eventId: eventIdOf(orderId, sequence),
    sequence,
    type,
    source: EVENT_SOURCES[type],
    at,
    data: publicData(event),
  };
}

/** Some members of an object; those it does not have stay away. */
export function pick<T extends object, K extends keyof T>(from: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]])) as Pick<T, K>;
}
