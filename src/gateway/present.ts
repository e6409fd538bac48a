import type { Static } from '@sinclair/typebox';
import type * as schemas from './schemas';
import type { OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { OrderSummary } from './ports';
import type { OrderLine } from '../domain/order';
import type { OrderView } from '../domain/projection';
import { type Action, actionPath, actionsOf } from './actions';
import { EVENT_SOURCES, lineageOf, publicData } from '../domain/events';
import { eventIdOf } from '../domain/ids';
import { presentPayment, presentQuestions, presentReturns, presentShipment, presentStates } from './present-parts';
import { summaryOf } from './standing';
import { toDecimal } from '../domain/money';

type OrderResource = Static<typeof schemas.Order>;

/** Where an order is found. */
export function linksOf(orderId: string): { self: string; events: string } {
  const self = `/orders/${orderId}`;
  return { self, events: `${self}/events` };
}

/** An order as `GET /orders/{orderId}` shows it; money in decimals. */
export function presentOrder(view: OrderView): OrderResource {
  const { lines, totalAmount, startedAfterMs, returns, currency = '' } = view;
  return {
    ...pick(view, 'orderId', 'status', 'createdAt', 'updatedAt', 'closedAt', 'customerId', 'currency'),
    ...pick(view, 'inventoryStatus', 'unavailableItems', 'shippingAddress', 'errors', 'failure'),
    ...pick(view, 'backorder', 'delayed', 'cancellation', 'promise'),
    ...presentQuestions(view),
    summary: summaryOf(view),
    ...(lines && { items: lines.map((line) => presentItem(line, currency)) }),
    ...(totalAmount !== undefined && { totalAmount: toDecimal(totalAmount, currency) }),
    states: presentStates(view),
    payment: presentPayment(view),
    shipments: view.shipments.map((shipment) => presentShipment(view, shipment)),
    ...(returns && { returns: presentReturns(returns) }),
    ...(startedAfterMs !== undefined && { startedAfterSeconds: startedAfterMs / 1000 }),
    links: linksWith(view.orderId, actionsOf(view)),
  };
}

/** An order as it was: nothing can be asked for in the past. */
export function presentPastOrder(view: OrderView): OrderResource {
  return { ...presentOrder(view), asOf: view.sequence, links: linksWith(view.orderId, []) };
}

/** An order that the engine has and the read model does not have yet. */
export function presentReceived(orderId: OrderId): OrderResource {
  const nothingYet = { states: [], payment: { charged: 0, refunded: 0 }, shipments: [] };
  const summary = 'Received, and about to be checked.';
  return { orderId, status: 'RECEIVED', summary, ...nothingYet, links: linksWith(orderId, ['cancel']) };
}

function linksWith(orderId: OrderId, actions: readonly Action[]): OrderResource['links'] {
  const paths = Object.fromEntries(actions.map((action) => [action, actionPath(orderId, action)]));
  return { ...linksOf(orderId), actions: paths };
}

function presentItem({ productId, quantity, unitPrice, unitWeight }: OrderLine, currency: string) {
  const weight = unitWeight === undefined ? {} : { weight: unitWeight };
  return { productId, quantity, price: toDecimal(unitPrice, currency), ...weight };
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
    ...lineageOf(event),
    data: { ...publicData(event) },
  };
}

/** Some members of an object; those it does not have stay away. */
export function pick<T extends object, K extends keyof T>(from: T, ...names: K[]): Pick<T, K> {
  return Object.fromEntries(names.filter((name) => name in from).map((name) => [name, from[name]])) as Pick<T, K>;
}
