import type { InspectedItem, OrderEvent, RESOLUTIONS } from './events';
import type { Shipment, ShipmentLine } from './order';
import { amountOf, linesOf } from './order';

/** Units that a warehouse keeps reserved. */
export interface Hold {
  productId: string;
  warehouseId: string;
  quantity: number;
}

/** What an order's events say is reserved for it, beside what is set aside while it waits. */
export function holdsOf(events: readonly OrderEvent[]): Hold[] {
  let holds: Hold[] = [];
  // somebody gave it back by hand
  for (const event of events) holds = isReleasedByHand(event) ? [] : sumHolds([...holds, ...movedBy(event)]);
  return holds;
}

const isReleasedByHand = ({ type, data }: OrderEvent): boolean =>
  type === 'Attention Resolved' && data.step === RELEASE && data.action === 'SETTLE';

/** the step that gives stock back, as operators read it */
export const RELEASE = 'ReleaseInventory';

function movedBy({ type, data }: OrderEvent): Hold[] {
  switch (type) {
    case 'Inventory Reserved':
    case 'Inventory Partially Reserved':
    case 'Backorder Filled':
      return linesIn(data.shipments, 1);
    case 'Inventory Released':
      return linesIn(data.shipments, -1);
    case 'Shipment Created':
      return linesIn([data.shipment], -1);
    default:
      return [];
  }
}

/** When, by its events, an order last reserved, gave back or shipped units of a product; ISO 8601. */
export function lastMoves(events: readonly OrderEvent[]): Map<string, string> {
  const moved = new Map<string, string>();
  for (const event of events) for (const { productId } of movedBy(event)) moved.set(productId, event.at);
  return moved;
}

const linesIn = (shipments: readonly Shipment[], sign: 1 | -1): Hold[] =>
  shipments.flatMap(({ warehouseId, lines }) =>
    lines.map(({ productId, quantity }) => ({ productId, warehouseId, quantity: sign * quantity })),
  );

/** One for each product and warehouse, without those that come to nothing. */
export function sumHolds(holds: readonly Hold[]): Hold[] {
  const sums = new Map<string, Hold>();
  for (const { productId, warehouseId, quantity } of holds) {
    const key = JSON.stringify([productId, warehouseId]);
    sums.set(key, { productId, warehouseId, quantity: (sums.get(key)?.quantity ?? 0) + quantity });
  }
  return [...sums.values()].filter(({ quantity }) => quantity !== 0);
}

/** What the customer keeps, by the order's events: what was shipped, without what was lost or came back. */
function keptLines(events: readonly OrderEvent[]): ShipmentLine[] {
  const shipped = new Map<string, ShipmentLine[]>();
  const kept = new Map<string, number>();
  const count = (lines: readonly ShipmentLine[], sign: 1 | -1) => {
    for (const { productId, quantity } of lines) kept.set(productId, (kept.get(productId) ?? 0) + sign * quantity);
  };
  const accepted = (items: readonly InspectedItem[]) => items.filter(({ outcome }) => outcome !== 'REJECT');
  for (const { type, data } of events) {
    if (type === 'Shipment Created') {
      shipped.set(data.shipment.shipmentId, data.shipment.lines);
      count(data.shipment.lines, 1);
    }
    if (type === 'Shipment Lost' || type === 'Shipment Returned') count(shipped.get(data.shipmentId) ?? [], -1);
    if (type === 'Return Inspected') count(accepted(data.items), -1);
  }
  return linesOf(kept);
}

/** What the goods that the customer keeps cost, in minor units; `undefined` of an order that never was a valid one. */
export function valueKept(events: readonly OrderEvent[]): number | undefined {
  const created = events.find(({ type }) => type === 'Order Created');
  return created?.type === 'Order Created' ? amountOf(created.data.order, keptLines(events)) : undefined;
}

/** What the events say of a charge: minor units taken under its key, and given back of them at the company. */
export function accountOf(events: readonly OrderEvent[], chargeKey: string): { taken: number; refunded: number } {
  const account = { taken: 0, refunded: 0 };
  for (const { type, data } of events) {
    if (type === 'Payment Completed' && data.chargeKey === chargeKey) account.taken += data.amount;
    // by hand: the company does not know
    const isCompanys = type === 'Payment Refunded' && data.reference === undefined;
    if (isCompanys && data.chargeKey === chargeKey) account.refunded += data.amount;
  }
  return account;
}

type Resolved = Exclude<(typeof RESOLUTIONS)[number], 'RETRY'>;

/** Whether somebody decided to go on without a step that gives something back, or did it by hand. */
export const wasResolved = (events: readonly OrderEvent[], is: (p: { step: string; key: string }) => boolean) =>
  events.some(({ type, data }) => {
    if (type !== 'Attention Resolved') return false;
    const settled: readonly Resolved[] = ['SKIP', 'SETTLE'];
    return settled.some((action) => action === data.action) && is(data);
  });
