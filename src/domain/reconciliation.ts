import type { Backorder } from './backorders';
import type { Hold } from './order-books';
import type { OrderEvent } from './events';
import type { OrderId } from './ids';
import type { OrderView } from './projection';
import type { StateName } from './states';
import type { WarehouseStock } from './inventory';
import { accountOf, holdsOf, RELEASE, sumHolds, valueKept, wasResolved } from './order-books';
import { fieldsThatDiffer } from './view-difference';
import { fold } from './projection';
import { keys } from './ids';

/** What does not add up; each kind is looked for by one rule of this file. */
export const FINDING_KINDS = [
  /** a view that was not what its events say: mended */
  'VIEW_DRIFT',
  /** a view without events, or ahead of them */
  'VIEW_UNFOUNDED',
  /** events of an order are gone */
  'EVENTS_MISSING',
  /** an order that has not ended, and has no workflow that leads it on */
  'WORKFLOW_GONE',
  /** an order that waits for nothing, and does not go on */
  'NO_PROGRESS',
  /** goods that the customer keeps are worth more than was kept of the money */
  'SHIPPED_UNPAID',
  /** money at the payment company for an order that there is not */
  'CHARGE_WITHOUT_ORDER',
  /** money at the payment company that the order's events do not know, or know otherwise */
  'CHARGE_NOT_ACCOUNTED',
  /** a payment in an order's events that the payment company does not know */
  'PAYMENT_UNKNOWN',
  /** a snapshot of an order that is not what its events say: removed */
  'SNAPSHOT_DIFFERS',
  /** a snapshot that tells of more events than there are */
  'SNAPSHOT_UNFOUNDED',
  /** units reserved for an order that has ended */
  'STOCK_OF_ENDED_ORDER',
  /** units set aside for an order that does not wait for them */
  'STOCK_SET_ASIDE',
  /** a warehouse has more or less reserved than its orders say */
  'STOCK_RESERVED',
  /** a product's totals are not those of its warehouses */
  'STOCK_TOTAL',
  /** the counters of a class of dead letters are not as many as there are: mended */
  'LETTERS_MISCOUNTED',
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** What is set right at once: of the others somebody is told. */
export const MENDED_KINDS: ReadonlySet<FindingKind> = new Set(['VIEW_DRIFT', 'SNAPSHOT_DIFFERS', 'LETTERS_MISCOUNTED']);
export const isMended = ({ kind }: Pick<Finding, 'kind'>): boolean => MENDED_KINDS.has(kind);

/** Something that does not add up. */
export interface Finding {
  kind: FindingKind;
  /** what it is about, once for each kind: an order, a charge, a product, a product at a warehouse, a snapshot, a class of dead letters */
  subject: string;
  orderId?: OrderId;
  productId?: string;
  /** what was expected and what there was; the same as long as nothing changes */
  facts: Record<string, string | number>;
  /** money at stake, minor units */
  amount?: number;
  currency?: string;
}

/** The id of a finding's case: the same each time it is found. */
export const caseIdOf = ({ kind, subject }: Pick<Finding, 'kind' | 'subject'>): string => `${kind}#${subject}`;

/** Whether the engine leads an order on; `undefined` when it was not asked, because the order moved just now. */
export type RunState = 'RUNNING' | 'ENDED' | 'UNKNOWN';

/** States in which an order waits for the world, with no time limit: a carrier, goods on their way back, a person. */
const PATIENT: ReadonlySet<StateName> = new Set(['AwaitDelivery', 'HandleReturn', 'NeedsAttention']);

/**
 * What does not add up within an order, by its events; its view is compared elsewhere.
 *
 * @param p.order       the fold of the events
 * @param p.now         ISO 8601
 * @param p.stuckAfterS seconds without an event
 */
export function findingsOf(p: {
  order: OrderView;
  events: readonly OrderEvent[];
  run: RunState | undefined;
  now: string;
  stuckAfterS: number;
}): Finding[] {
  return [progressOf(p), heldAfterEnd(p), unpaid(p)].filter((finding) => finding !== undefined);
}

type Facts = Parameters<typeof findingsOf>[0];

export const isOver = ({ currentState }: Pick<OrderView, 'currentState'>): boolean => currentState === undefined;

function progressOf({ order, run, now, stuckAfterS }: Facts): Finding | undefined {
  if (isOver(order) || run === undefined) return undefined;
  const { orderId, sequence, status, updatedAt } = order;
  const about = { subject: orderId, orderId, facts: { status, sequence, lastEventAt: updatedAt } };
  const money = stakeOf(order);
  if (run !== 'RUNNING') return { kind: 'WORKFLOW_GONE', ...about, ...money };
  const isLate = Date.parse(now) > waitsUntil(order) + stuckAfterS * 1000;
  return isLate ? { kind: 'NO_PROGRESS', ...about, ...money } : undefined;
}

/** Milliseconds since 1970: until when it is no wonder that nothing happens. */
function waitsUntil({ currentState, attention, delayed, decision, backorder, pendingPayment, updatedAt }: OrderView) {
  if (attention || delayed || (currentState && PATIENT.has(currentState))) return Number.POSITIVE_INFINITY;
  const limits = [decision, backorder, pendingPayment].flatMap((wait) => (wait ? Date.parse(wait.until) : []));
  return Math.max(Date.parse(updatedAt), ...limits);
}

function stakeOf({ charged, refunded, currency }: OrderView): Pick<Finding, 'amount' | 'currency'> {
  return charged > refunded && currency !== undefined ? { amount: charged - refunded, currency } : {};
}

function heldAfterEnd({ order, events }: Facts): Finding | undefined {
  const { orderId } = order;
  const holds = isOver(order) ? holdsOf(events) : [];
  if (holds.length === 0 || wasResolved(events, ({ step }) => step === RELEASE)) return undefined;
  const units = holds.reduce((sum, { quantity }) => sum + quantity, 0);
  const where = holds.map(({ productId, warehouseId, quantity }) => `${quantity} ${productId} in ${warehouseId}`);
  const facts = { status: order.status, units, where: where.join(', ') };
  return { kind: 'STOCK_OF_ENDED_ORDER', subject: orderId, orderId, facts };
}

function unpaid({ order, events }: Facts): Finding | undefined {
  const { orderId, charged, refunded, currency = '' } = order;
  const worth = valueKept(events) ?? 0;
  const paid = charged - refunded;
  if (worth <= paid) return undefined;
  const facts = { worth, charged, refunded, currency };
  return { kind: 'SHIPPED_UNPAID', subject: orderId, orderId, facts, amount: worth - paid, currency };
}

/** Money that a payment company took, as its statement has it; minor units. */
export interface StatedCharge {
  chargeKey: string;
  orderId: OrderId;
  taken: number;
  /** of what was taken */
  refunded: number;
  currency: string;
  /** of its last movement, ISO 8601 */
  at: string;
}

/** What is wrong with a charge, by the events of its order. */
export function chargeFinding(
  { chargeKey, orderId, taken, refunded, currency }: StatedCharge,
  events: readonly OrderEvent[],
): Finding | undefined {
  const about = { subject: chargeKey, orderId, currency };
  const stated = { taken, refunded, currency };
  if (events.length === 0) return { kind: 'CHARGE_WITHOUT_ORDER', ...about, facts: stated, amount: taken - refunded };
  const account = accountOf(events, chargeKey);
  if (account.taken === taken && account.refunded === refunded) return undefined;
  // somebody knows of it, and decided
  if (wasResolved(events, ({ key }) => key === keys.void(chargeKey))) return undefined;
  const facts = { ...stated, accountedTaken: account.taken, accountedRefunded: account.refunded };
  const amount = Math.abs(taken - refunded - (account.taken - account.refunded));
  return { kind: 'CHARGE_NOT_ACCOUNTED', ...about, facts, amount };
}

/** Money that came in, as an order's events tell of it. */
export interface ToldPayment {
  chargeKey: string;
  orderId: OrderId;
  currency: string;
  /** of the last event that tells of it, ISO 8601 */
  at: string;
}

/** The payments that an order's events tell of, each once. */
export function paymentsIn(events: readonly OrderEvent[]): ToldPayment[] {
  const told = new Map<string, ToldPayment>();
  for (const { type, data, orderId, at } of events)
    if (type === 'Payment Completed')
      told.set(data.chargeKey, { chargeKey: data.chargeKey, orderId, currency: data.currency, at });
  return [...told.values()];
}

/** What a payment is that nobody took. */
export function paymentFinding({ chargeKey, orderId, currency }: ToldPayment, events: readonly OrderEvent[]): Finding {
  const { taken, refunded } = accountOf(events, chargeKey);
  const facts = { accountedTaken: taken, accountedRefunded: refunded, currency };
  return { kind: 'PAYMENT_UNKNOWN', subject: chargeKey, orderId, facts, amount: taken - refunded, currency };
}

/**
 * Snapshots of an order that are not what its events say. Of events that are missing from the middle another finding tells,
 * and what was made of them is not judged.
 *
 * @param p.events all there are, read after the snapshots
 */
export function snapshotFindings(p: {
  orderId: OrderId;
  snapshots: readonly { sequence: number; view: OrderView }[];
  events: readonly OrderEvent[];
}): Finding[] {
  const { orderId, events } = p;
  const last = events.at(-1)?.sequence ?? 0;
  return p.snapshots.flatMap(({ sequence, view }): Finding[] => {
    const about = { subject: `${orderId}/${sequence}`, orderId };
    if (sequence > last) return [{ kind: 'SNAPSHOT_UNFOUNDED', ...about, facts: { sequence, events: last } }];
    const before = events.filter((event) => event.sequence <= sequence);
    const expected = before.length === sequence ? fold(before) : undefined;
    const fields = expected ? fieldsThatDiffer(view, expected).map(({ field }) => field) : [];
    if (fields.length === 0) return [];
    return [{ kind: 'SNAPSHOT_DIFFERS', ...about, facts: { sequence, fields: fields.join(', ') } }];
  });
}

/** The stock as it is stored. */
export interface StockBooks {
  totals: Omit<WarehouseStock, 'warehouseId'>[];
  warehouses: WarehouseStock[];
  backorders: Backorder[];
}

/**
 * Where the stock is not what orders, and what is set aside, say.
 *
 * @param holds of all orders
 */
export function stockFindings({ totals, warehouses, backorders }: StockBooks, holds: readonly Hold[]): Finding[] {
  const setAside = backorders.flatMap(({ productId, allocated }) => allocated.map((one) => ({ productId, ...one })));
  const expected = sumHolds([...holds, ...setAside]);
  return [...reservedFindings(warehouses, expected), ...totalFindings({ totals, warehouses }, expected)];
}

function reservedFindings(warehouses: readonly WarehouseStock[], expected: readonly Hold[]): Finding[] {
  const found = warehouses.map(({ productId, warehouseId, reservedQuantity: quantity }) => ({
    productId,
    warehouseId,
    quantity,
  }));
  const units = new Map(found.map((hold) => [placeOf(hold), hold.quantity]));
  const less = expected.map((hold) => ({ ...hold, quantity: -hold.quantity }));
  return sumHolds([...found, ...less]).map(({ productId, warehouseId, quantity: excess }) => {
    const reserved = units.get(placeOf({ productId, warehouseId })) ?? 0;
    const facts = { reserved, expected: reserved - excess };
    return { kind: 'STOCK_RESERVED', subject: `${productId}/${warehouseId}`, productId, facts };
  });
}

const placeOf = ({ productId, warehouseId }: Pick<Hold, 'productId' | 'warehouseId'>): string =>
  JSON.stringify([productId, warehouseId]);

/** A warehouse that is wrong is told of by itself: the total is held against what the orders say. */
function totalFindings({ totals, warehouses }: Omit<StockBooks, 'backorders'>, expected: readonly Hold[]): Finding[] {
  const sumOf = <T extends { productId: string }>(rows: readonly T[], quantity: (row: T) => number) => {
    const sums = new Map<string, number>();
    for (const row of rows) sums.set(row.productId, (sums.get(row.productId) ?? 0) + quantity(row));
    return sums;
  };
  const available = sumOf(warehouses, ({ availableQuantity }) => availableQuantity);
  const reserved = sumOf(expected, ({ quantity }) => quantity);
  return totals.flatMap(({ productId, availableQuantity, reservedQuantity }) => {
    const facts = {
      available: availableQuantity,
      availableInWarehouses: available.get(productId) ?? 0,
      reserved: reservedQuantity,
      reservedByOrders: reserved.get(productId) ?? 0,
    };
    const fits = facts.available === facts.availableInWarehouses && facts.reserved === facts.reservedByOrders;
    return fits ? [] : [{ kind: 'STOCK_TOTAL' as const, subject: productId, productId, facts }];
  });
}

/** Units set aside for an order that does not wait for them. */
export function setAsideFinding(
  { orderId, productId, allocated }: Backorder,
  { order, events }: { order: OrderView | undefined; events: readonly OrderEvent[] },
): Finding | undefined {
  if (order?.backorder || wasResolved(events, ({ step }) => step === 'CloseBackorder')) return undefined;
  const units = allocated.reduce((sum, { quantity }) => sum + quantity, 0);
  const facts = { units, status: order?.status ?? 'no such order' };
  return { kind: 'STOCK_SET_ASIDE', subject: `${orderId}/${productId}`, orderId, productId, facts };
}
