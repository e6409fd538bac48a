import type { JournalEntry } from '../../../src/gateway/ports';
import type { OrderEnd } from '../../../src/workflows/messages';
import type { OrderEvent } from '../../../src/domain/events';
import type { Stage } from './stage';
import type { StateName } from '../../../src/domain/states';
import { amountOf } from '../../../src/domain/order';
import { bookedLabels, keptLines, netCharged } from '../books-balance';
import { EDGES } from '../../../src/domain/states';
import { fold } from '../../../src/domain/projection';
import { isToldEvent, notificationOf, type PublicDetail, type ToldEvent } from '../../../src/domain/notifications';
import { toBusEvent } from '../../../src/domain/events';
import { toDecimal } from '../../../src/domain/money';

/** What must hold at the end of every order, whatever happened to it. */
export async function expectSound(stage: Stage, end: OrderEnd): Promise<void> {
  const { world, orderId } = stage;
  const events = world.books.events.get(orderId)!;
  const entries = await world.journal.entries(orderId);
  expectTold(stage, events, end);
  expectMoney(stage, events, entries);
  expectStock(stage, events);
  expect([...world.books.backorders.keys()]).toEqual([]);
  // a label of a parcel that was lost or has arrived stays as it is
  const parcels = events.filter(({ type }) => type === 'Shipment Created');
  expect({ labels: bookedLabels(entries) }).toEqual({ labels: parcels.length });
  expectNotifications(stage, events);
  expectWays(stage);
}

/** The view is the fold of gapless events, and has ended on ways that there are. */
function expectTold({ world, orderId }: Stage, events: OrderEvent[], end: OrderEnd): void {
  const view = world.books.views.get(orderId)!;
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  expect(view).toEqual(fold(events));
  expect(end).toMatchObject({ status: view.status });
  const { currentState, attention, decision, backorder, pendingPayment } = view;
  expect({ currentState, attention, decision, backorder, pendingPayment }).toEqual({});
}

/** Every step from state to state is one of the table. */
function expectWays({ world, orderId }: Stage): void {
  const view = world.books.views.get(orderId)!;
  const states = view.states.toSorted((a, b) => a.ordinal - b.ordinal);
  expect(states.map(({ ordinal }) => ordinal)).toEqual(states.map((_, i) => i + 1));
  const names: StateName[] = states.map(({ name }) => name);
  const ways = new Set(EDGES.map(([from, to]) => `${from} → ${to}`));
  const passed = names.slice(1).map((name, i) => `${names[i]} → ${name}`);
  expect(passed.filter((way) => !ways.has(way))).toEqual([]);
}

/** Of what was to go back and was not: skipped, or given back by hand. */
function resolved(events: readonly OrderEvent[], action: 'SKIP' | 'SETTLE'): number {
  const amounts = new Map<number, number>();
  let sum = 0;
  for (const { type, data } of events) {
    if (type === 'Attention Needed' && data.step === 'RefundPayment') amounts.set(data.n, data.amount ?? 0);
    if (type === 'Attention Resolved' && data.action === action) sum += amounts.get(data.n) ?? 0;
  }
  return sum;
}

/** Charged − refunded is the value of what the customer keeps, and what operators did not give back. */
function expectMoney({ world, orderId, schedule }: Stage, events: OrderEvent[], entries: JournalEntry[]): void {
  const { charged, refunded } = world.books.views.get(orderId)!;
  const order = world.books.orders.get(orderId)?.order;
  const value = order ? amountOf(order, keptLines(events)) : 0;
  const expected = value + resolved(events, 'SKIP');
  expect({ ofTheView: charged - refunded }).toEqual({ ofTheView: expected });
  const atTheCompany = expected + resolved(events, 'SETTLE');
  expect(netCharged(entries)).toBeCloseTo(toDecimal(atTheCompany, schedule.currency), 6);
}

/** What was put in is there, or has gone with a parcel and did not come back into stock; nothing stays reserved. */
function expectStock({ world, stock }: Stage, events: OrderEvent[]): void {
  const expected = new Map<string, number>();
  const count = (key: string, quantity: number) => expected.set(key, (expected.get(key) ?? 0) + quantity);
  for (const { productId, warehouseId, quantity } of stock) count(`${productId}/${warehouseId}`, quantity);
  for (const { type, data } of events) {
    if (type === 'Shipment Created')
      for (const { productId, quantity } of data.shipment.lines)
        count(`${productId}/${data.shipment.warehouseId}`, -quantity);
    if (type === 'Inventory Restocked')
      for (const { warehouseId, lines } of data.shipments)
        for (const { productId, quantity } of lines) count(`${productId}/${warehouseId}`, quantity);
  }
  const { warehouseStock, inventory } = world.books;
  const rows = (name: 'availableQuantity' | 'reservedQuantity') =>
    Object.fromEntries([...warehouseStock].map(([key, row]) => [key, row[name]]));
  expect(rows('reservedQuantity')).toEqual(Object.fromEntries([...warehouseStock].map(([key]) => [key, 0])));
  expect(rows('availableQuantity')).toEqual(Object.fromEntries(expected));
  for (const [productId, total] of inventory) {
    const of = [...warehouseStock].filter(([key]) => key.startsWith(`${productId}/`));
    expect(total).toEqual({
      availableQuantity: of.reduce((all, [, row]) => all + row.availableQuantity, 0),
      reservedQuantity: 0,
    });
  }
  expect(unitsBack(events)).toEqual(unitsToComeBack(events));
}

function unitsBack(events: readonly OrderEvent[]): Record<string, number> {
  const units: Record<string, number> = {};
  for (const { type, data } of events)
    if (type === 'Inventory Restocked')
      for (const { productId, quantity } of data.shipments.flatMap(({ lines }) => lines))
        units[productId] = (units[productId] ?? 0) + quantity;
  return units;
}

/** By what the carriers returned, and what was inspected and found good. */
function unitsToComeBack(events: readonly OrderEvent[]): Record<string, number> {
  const units: Record<string, number> = {};
  const shipped = new Map(
    events.flatMap(({ type, data }) =>
      type === 'Shipment Created' ? [[data.shipment.shipmentId, data.shipment]] : [],
    ),
  );
  const add = (lines: readonly { productId: string; quantity: number }[]) => {
    for (const { productId, quantity } of lines) units[productId] = (units[productId] ?? 0) + quantity;
  };
  for (const { type, data } of events) {
    if (type === 'Shipment Returned') add(shipped.get(data.shipmentId)!.lines);
    if (type === 'Return Inspected') add(data.items.filter(({ outcome }) => outcome === 'RESTOCK'));
  }
  return units;
}

/** Kinds that one order may rightly hear of again under the same key. */
const REPEATED = ['notify-payment-problem#delayed#'];

/** No two events tell the customer the same; each part that shipped was told of, under its own key. */
function expectNotifications({ world }: Stage, events: readonly OrderEvent[]): void {
  const told = events.flatMap((event) => {
    if (!isToldEvent(event.type)) return [];
    const { detail } = toBusEvent(event);
    return notificationOf(event.type, detail as unknown as PublicDetail<ToldEvent> as never)?.key ?? [];
  });
  const once = told.filter((key) => !REPEATED.some((prefix) => key.startsWith(prefix)));
  expect(once.toSorted()).toEqual([...new Set(once)].toSorted());
  const shipped = events.flatMap(({ type, data }) => (type === 'Customer Notified' ? [data.notificationKey] : []));
  expect(shipped.toSorted()).toEqual([...new Set(world.notifications.map(({ key }) => key))].toSorted());
}
