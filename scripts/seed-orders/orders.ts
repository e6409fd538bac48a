import type { EventData, EventType, NewEvent, OrderEvent } from '../../src/domain/events';
import type { Lookup } from '../../src/domain/lookups';
import type { Order, OrderSubmission } from '../../src/domain/order';
import type { OrderId } from '../../src/domain/ids';
import type { OrderView } from '../../src/domain/projection';
import type { StatePassed } from '../../src/domain/states';
import { eventOfEachType } from '../../src/contracts/examples';
import { fold, projectEvents } from '../../src/domain/projection';
import { lookupsOf } from '../../src/domain/lookups';
import { numberEvents } from '../../src/domain/events';
import { randomOf } from './random';
import { STORIES, type Story } from './stories';
import { validateOrder } from '../../src/domain/validation';

const DAY_MS = 86_400_000;
/** so many that most come back, and some every week */
const CUSTOMERS = 12_500;
const PRODUCTS = 400;
const CARRIERS = ['Swift Parcel', 'Globe Parcel', 'Harbour Express'] as const;
const ADDRESSES = [
  { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
  { street: '456 Oak Ave', city: 'Busan', country: 'KR', zipCode: '48058' },
  { street: '789 Pine Rd', city: 'Los Angeles', country: 'US', zipCode: '90001' },
] as const;

/** Which orders: the same every time. */
export interface Seed {
  /** tells them apart from those of others, of other days too: part of their ids */
  name: string;
  /** the last order is no later, and nothing happened after it; ISO 8601 */
  until: string;
  /** over how many days before */
  days: number;
}

/** An order as it would be stored. */
export interface SeededOrder {
  events: OrderEvent[];
  view: OrderView;
  lookups: Lookup[];
}

/** The id of the n-th order, from 1. */
export const seededId = ({ name }: Seed, n: number): OrderId => `SEED-${name}-${String(n).padStart(6, '0')}` as OrderId;

/** The n-th order of a seed, from 1: what happened to it, and what that adds up to. */
export function seededOrder(seed: Seed, n: number): SeededOrder {
  const orderId = seededId(seed, n);
  const random = randomOf(`${seed.name} ${n}`);
  const createdMs = Date.parse(seed.until) - Math.floor(timeOf(random) * seed.days * DAY_MS);
  const submission = submissionOf(orderId, random);
  const validation = validateOrder(submission);
  if (!validation.valid) throw new Error(`${orderId} is not valid: ${JSON.stringify(validation.errors)}`);
  const facts = factsOf(validation.order, { random, createdMs });
  const happened = timed(storyOf(random), { random, createdMs, untilMs: Date.parse(seed.until) });
  const events = numbered(orderId, {
    customerId: validation.order.customerId,
    facts: happened.map(({ type, at }) => ({ event: facts[type] as NewEvent, at })),
  });
  const createdAt = events[0]!.at;
  return { events, view: fold(events)!, lookups: lookupsOf(events, { createdAt }) };
}

/** Fewer at night, more of late. */
const timeOf = (random: () => number): number => (random() + random() * random()) / 2;

/** Few customers and products have much, most have little. */
const oneOfMany = (random: () => number, count: number): number => Math.floor(random() ** 2 * count);

const oneOf = <T>(random: () => number, all: readonly T[]): T => all[Math.floor(random() * all.length)]!;

function submissionOf(orderId: OrderId, random: () => number): OrderSubmission {
  const products = new Set(
    Array.from({ length: 1 + Math.floor(random() ** 3 * 4) }, () => oneOfMany(random, PRODUCTS)),
  );
  const items = [...products].map((product) => ({
    productId: `PROD-${30_000 + product}`,
    quantity: 1 + Math.floor(random() ** 3 * 5),
    price: 5 + (product % 90) + 0.99,
  }));
  const cents = items.reduce((sum, { quantity, price }) => sum + quantity * Math.round(price * 100), 0);
  return {
    orderId,
    customerId: `CUST-${600_000 + oneOfMany(random, CUSTOMERS)}`,
    items,
    totalAmount: cents / 100,
    currency: random() < 0.85 ? 'USD' : 'EUR',
    shippingAddress: oneOf(random, ADDRESSES),
  };
}

function storyOf(random: () => number): Story {
  const all = STORIES.reduce((sum, [weight]) => sum + weight, 0);
  let left = random() * all;
  return STORIES.find(([weight]) => (left -= weight) < 0)?.[1] ?? STORIES[0]![1];
}

/** What of a story has happened until then: its beginning at least. */
function timed(story: Story, p: { random: () => number; createdMs: number; untilMs: number }) {
  let ms = p.createdMs;
  const steps = story.map(([type, afterS]) => {
    ms += Math.ceil(afterS * 1000 * (0.5 + p.random()));
    return { type, ms };
  });
  return steps
    .filter((step, i) => i === 0 || step.ms <= p.untilMs)
    .map((step) => ({ type: step.type, at: new Date(step.ms).toISOString() }));
}

type Facts = { [T in EventType]: { type: T; data: EventData[T] } };

/** What each event would tell of this order. */
function factsOf(order: Order, { random, createdMs }: { random: () => number; createdMs: number }): Facts {
  const { orderId, currency, totalAmount: amount } = order;
  const lines = order.lines.map(({ productId, quantity }) => ({ productId, quantity }));
  const shipment = { shipmentId: `${orderId}-S1`, warehouseId: oneOf(random, ['ICN', 'LAX']), lines };
  const label = { shipmentId: shipment.shipmentId, carrier: oneOf(random, CARRIERS), trackingNumber: numberOf(random) };
  const [{ productId, quantity }] = lines as [(typeof lines)[number]];
  const unavailableItems = [{ productId, quantity, availableQuantity: 0, shortfall: quantity }];
  const until = new Date(createdMs + DAY_MS).toISOString();
  const every = eventOfEachType(order);
  return {
    ...every,
    'Inventory Reserved': { type: 'Inventory Reserved', data: { shipments: [shipment] } },
    'Inventory Partially Reserved': {
      type: 'Inventory Partially Reserved',
      data: { shipments: [{ ...shipment, lines: lines.slice(1) }], availableItems: lines.slice(1), unavailableItems },
    },
    'Inventory Unavailable': { type: 'Inventory Unavailable', data: { unavailableItems } },
    'Inventory Shortage Reported': { type: 'Inventory Shortage Reported', data: { unavailableItems } },
    'Inventory Released': { type: 'Inventory Released', data: { shipments: [shipment] } },
    'Inventory Restocked': {
      type: 'Inventory Restocked',
      data: { shipments: [shipment], cause: every['Return Requested'].data.returnId },
    },
    'Decision Requested': {
      type: 'Decision Requested',
      data: { ...every['Decision Requested'].data, availableItems: lines.slice(1), until },
    },
    'Order Backordered': { type: 'Order Backordered', data: { items: lines, until } },
    'Warehouse Allocated': { type: 'Warehouse Allocated', data: { shipment } },
    'Shipping Label Generated': { type: 'Shipping Label Generated', data: label },
    'Shipping Label Replaced': {
      type: 'Shipping Label Replaced',
      data: { ...label, trackingNumber: numberOf(random), version: 2 },
    },
    'Packing Instructed': { type: 'Packing Instructed', data: { shipment } },
    'Shipment Created': {
      type: 'Shipment Created',
      data: { ...label, shipment, amount, currency, startedAfterMs: 300 + Math.floor(random() * 900) },
    },
    'Return Requested': { type: 'Return Requested', data: { ...every['Return Requested'].data, items: lines } },
    'Return Inspected': {
      type: 'Return Inspected',
      data: {
        ...every['Return Inspected'].data,
        items: lines.map((line) => ({ ...line, outcome: 'RESTOCK' as const })),
      },
    },
  };
}

const numberOf = (random: () => number): string => `SP${String(Math.floor(random() * 1e12)).padStart(12, '0')}`;

/** Each event with its number and the state that it ends. */
function numbered(
  orderId: OrderId,
  { customerId, facts }: { customerId: string; facts: readonly { event: NewEvent; at: string }[] },
): OrderEvent[] {
  let current: Pick<StatePassed, 'name' | 'ordinal' | 'enteredAt'> | undefined;
  return facts.flatMap(({ event, at }, i) => {
    const batch = { orderId, runId: 'seed', customerId, firstSequence: i + 1, events: [event], states: [] };
    const [bare] = numberEvents(batch, { at, attempt: 1 });
    const { set, remove } = projectEvents([bare!]);
    const name = set.currentState;
    const left = current;
    const isOver =
      left !== undefined && (remove.includes('currentState') || (name !== undefined && name !== left.name));
    if (isOver) current = undefined;
    if (name !== undefined && !current) current = { name, ordinal: (left?.ordinal ?? 0) + 1, enteredAt: at };
    return isOver ? [{ ...bare!, states: [{ ...left, exitedAt: at, attempts: 1 }] }] : [bare!];
  });
}
