import type { EventType, OrderEvent } from './events';
import type { OrderId } from './ids';
import type { Shipment, ShipmentLine } from './order';
import type { OrderStatus } from './states';
import { AUDITED_EVENTS } from './audit';
import { MAX_TEXT } from './order';
import { shardOf } from './ids';
import { STATUS_EVENTS, statusAfter } from './projection';

/** How an order stands; it is counted under exactly one of these at a time. */
export const STANDINGS = ['open', 'shipped', 'delivered', 'cancelled', 'failed', 'returned'] as const;
export type Standing = (typeof STANDINGS)[number];

export const STANDING_OF: Record<OrderStatus, Standing> = {
  RECEIVED: 'open',
  VALIDATED: 'open',
  RESERVED: 'open',
  PAID: 'open',
  PENDING_DECISION: 'open',
  BACKORDERED: 'open',
  NEEDS_ATTENTION: 'open',
  SHIPPED: 'shipped',
  DELIVERED: 'delivered',
  CANCELLED: 'cancelled',
  RETURNED: 'returned',
  VALIDATION_FAILED: 'failed',
  INVENTORY_UNAVAILABLE: 'failed',
  PAYMENT_FAILED: 'failed',
  FULFILLMENT_FAILED: 'failed',
};

/** What orders do with the units of a product. */
export const MOVEMENTS = ['reserved', 'released', 'shipped', 'restocked', 'writtenOff'] as const;
export type Movement = (typeof MOVEMENTS)[number];

/** The other events that projections and look-ups are made of; the last event of every order is one, so that none is left behind. */
const COUNTED_EVENTS = [
  'Payment Refunded',
  'Inventory Released',
  'Inventory Restocked',
  'Inventory Written Off',
  'Shipping Label Replaced',
  'Order Closed',
] as const satisfies readonly EventType[];

/** The events after which status, projections or audit trail may have changed. */
export const PROJECTED_EVENTS: readonly EventType[] = [
  ...new Set<EventType>([...STATUS_EVENTS, ...COUNTED_EVENTS, ...AUDITED_EVENTS]),
];

/** How far an order's events were counted, and what of the order the next ones need. */
export interface OrderCursor {
  orderId: OrderId;
  /** of the last event that was counted */
  sequence: number;
  /** of its first event, such as `2025-07-09T10`, in UTC */
  hour: string;
  standing: Standing;
  /** what it is counted under now; absent in cursors written before states were counted, until the next change */
  status?: OrderStatus;
  /** absent where there is none that can be a key */
  customerId?: string;
  /** its time to the first shipment was counted */
  isStarted?: true;
}

/** Where a row of the projections is. */
export interface RowKey {
  id: string;
  entry: string;
}

/** What is to be added to a row, by the names of its members; never 0. */
export interface Addition extends RowKey {
  add: Record<string, number>;
}

/** What a row counts: orders by their standing, or the money of one currency. */
export type RowPart = 'orders' | `money#${string}`;

/** Where each projection has its rows; those that many orders share are spread over shards of the order. */
export const rows = {
  cursor: (orderId: string): RowKey => ({ id: `order#${orderId}`, entry: 'cursor' }),
  customer: (customerId: string, part: RowPart): RowKey => ({ id: `customer#${customerId}`, entry: part }),
  /** @param p.hour such as `2025-07-09T10` */
  hour: (p: { hour: string; shard: number; part: RowPart }): RowKey => ({
    id: `hours#${p.hour.slice(0, 7)}#${p.shard}`,
    entry: `${p.hour}#${p.part}`,
  }),
  /** @param p.day such as `2025-07-09` */
  movements: (p: { productId: string; day: string; shard: number }): RowKey => ({
    id: `movements#${p.shard}#${p.productId}`,
    entry: p.day,
  }),
  /** its `orders`: how many of the shard's orders have the status now */
  state: (p: { status: OrderStatus; shard: number }): RowKey => ({ id: `states#${p.shard}`, entry: p.status }),
} as const;

/** Events that were counted, and what they add. */
export interface Tally {
  cursor: OrderCursor;
  additions: Addition[];
}

/**
 * Counts the next events of an order: as many as change no more rows than there is room for, and at least one.
 *
 * An order is counted under its customer and under the UTC hour of its first event, with everything that becomes of it
 * later: so an hour's rate compares what belongs together. Stock is counted under the UTC day on which it moved.
 *
 * @param before  `undefined` before the first event
 * @param events  not empty; from the one after `before` on, without a gap
 * @param maxRows beside the cursor's own; one event changes 46 at most
 */
export function tallyEvents(
  before: OrderCursor | undefined,
  events: readonly OrderEvent[],
  maxRows = Number.POSITIVE_INFINITY,
): Tally {
  let cursor = before;
  const sums = new Map<string, Addition>();
  for (const event of events) {
    const next = follow(cursor, event);
    const additions = additionsOf(cursor, next, event);
    const touched = new Set([...sums.keys(), ...additions.map(nameOf)]);
    if (cursor !== before && touched.size > maxRows) break;
    for (const addition of additions) addTo(sums, addition);
    cursor = next;
  }
  if (!cursor || cursor === before) throw new Error('there are no events to count');
  return { cursor, additions: [...sums.values()].flatMap(withoutZeros) };
}

const nameOf = ({ id, entry }: RowKey): string => JSON.stringify([id, entry]);

function addTo(sums: Map<string, Addition>, { id, entry, add }: Addition): void {
  const sum = sums.get(nameOf({ id, entry })) ?? { id, entry, add: {} };
  for (const [name, value] of Object.entries(add)) sum.add[name] = (sum.add[name] ?? 0) + value;
  sums.set(nameOf(sum), sum);
}

/** What was counted and taken back within the same events changes nothing. */
function withoutZeros({ add, ...row }: Addition): Addition[] {
  const changes = Object.entries(add).filter(([, value]) => value !== 0);
  return changes.length > 0 ? [{ ...row, add: Object.fromEntries(changes) }] : [];
}

function follow(cursor: OrderCursor | undefined, event: OrderEvent): OrderCursor {
  const { orderId, sequence, at } = event;
  const expected = (cursor?.sequence ?? 0) + 1;
  if (sequence !== expected) throw new Error(`order ${orderId}: expected event ${expected}, got ${sequence}`);
  const first: OrderCursor = { orderId, sequence, hour: at.slice(0, 13), standing: 'open', ...customerOf(event) };
  const same = cursor ?? first;
  const status = statusAfter(event);
  return {
    ...same,
    sequence,
    ...(status !== undefined && { status, standing: STANDING_OF[status] }),
    ...(startedAfterMs(event) !== undefined && { isStarted: true }),
  };
}

/** The key of rows: no order with a longer one, or none, is counted under it. */
function customerOf(event: OrderEvent): Pick<OrderCursor, 'customerId'> {
  const customerId = event.type === 'Order Created' ? event.data.order.customerId : event.customerId;
  return customerId && customerId.length <= MAX_TEXT ? { customerId } : {};
}

const startedAfterMs = (event: OrderEvent): number | undefined =>
  event.type === 'Shipment Created' ? event.data.startedAfterMs : undefined;

function additionsOf(before: OrderCursor | undefined, cursor: OrderCursor, event: OrderEvent): Addition[] {
  const shard = shardOf(cursor.orderId);
  const hour = (part: RowPart) => rows.hour({ hour: cursor.hour, shard, part });
  const ofCustomer = (part: RowPart, add: Record<string, number>): Addition[] =>
    cursor.customerId === undefined ? [] : [{ ...rows.customer(cursor.customerId, part), add }];
  const both = (part: RowPart, add: Record<string, number>): Addition[] => [
    { ...hour(part), add },
    ...ofCustomer(part, add),
  ];
  const startedMs = before?.isStarted ? undefined : startedAfterMs(event);
  const day = event.at.slice(0, 10);
  return [
    ...both('orders', standingChange(before, cursor)),
    ...stateChanges(before, cursor),
    ...(startedMs === undefined ? [] : [{ ...hour('orders'), add: { started: 1, startedAfterMs: startedMs } }]),
    ...moneyOf(event).flatMap(({ currency, add }) => both(`money#${currency}`, add)),
    ...movementsOf(event).map(({ productId, add }) => ({ ...rows.movements({ productId, day, shard }), add })),
  ];
}

function standingChange(before: OrderCursor | undefined, { standing }: OrderCursor): Record<string, number> {
  if (!before) return { placed: 1, [standing]: 1 };
  return before.standing === standing ? {} : { [before.standing]: -1, [standing]: 1 };
}

/** Of an order that was not counted under a status yet there is nothing to take back. */
function stateChanges(before: OrderCursor | undefined, { orderId, status }: OrderCursor): Addition[] {
  if (before?.status === status) return [];
  const count = (of: OrderStatus | undefined, orders: number): Addition[] =>
    of === undefined ? [] : [{ ...rows.state({ status: of, shard: shardOf(orderId) }), add: { orders } }];
  return [...count(before?.status, -1), ...count(status, 1)];
}

function moneyOf({ type, data }: OrderEvent): { currency: string; add: Record<string, number> }[] {
  switch (type) {
    case 'Payment Completed':
      return [{ currency: data.currency, add: { charged: data.amount } }];
    case 'Payment Refunded':
      return [{ currency: data.currency, add: { refunded: data.amount } }];
    default:
      return [];
  }
}

function movementsOf({ type, data }: OrderEvent): { productId: string; add: Record<string, number> }[] {
  switch (type) {
    case 'Inventory Reserved':
    case 'Inventory Partially Reserved':
    case 'Backorder Filled':
      return moved('reserved', linesOf(data.shipments));
    case 'Inventory Released':
      return moved('released', linesOf(data.shipments));
    case 'Shipment Created':
      return moved('shipped', data.shipment.lines);
    case 'Inventory Restocked':
      return moved('restocked', linesOf(data.shipments));
    case 'Inventory Written Off':
      return moved('writtenOff', data.items);
    default:
      return [];
  }
}

const linesOf = (shipments: readonly Shipment[]): ShipmentLine[] => shipments.flatMap(({ lines }) => lines);

const moved = (movement: Movement, lines: readonly ShipmentLine[]) =>
  lines.map(({ productId, quantity }) => ({ productId, add: { [movement]: quantity } }));
