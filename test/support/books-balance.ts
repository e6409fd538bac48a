import type { JournalEntry } from '../../src/gateway/ports';
import type { MemoryWorld } from './memory/ports';
import type { OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { ShipmentLine } from '../../src/domain/order';
import { amountOf } from '../../src/domain/order';
import { fold } from '../../src/domain/projection';
import { toDecimal } from '../../src/domain/money';

/** What the payment company really took, by its own journal: at once, later or when captured, less what it gave back. */
export function netCharged(entries: readonly JournalEntry[]): number {
  const sum = (operation: JournalEntry['operation']) =>
    entries
      .filter((entry) => entry.operation === operation && entry.outcome === 'succeeded')
      .reduce((all, { amount = 0 }) => all + Math.round(amount * 1000), 0);
  return (sum('charge') + sum('settle') + sum('capture') - sum('refund')) / 1000;
}

/** Labels that the carriers hold booked. */
export function bookedLabels(entries: readonly JournalEntry[]): number {
  const count = (operation: JournalEntry['operation']) =>
    entries.filter((entry) => entry.operation === operation && entry.outcome === 'succeeded').length;
  return count('label') - count('cancel-label');
}

/** What the customer keeps, by the order's events: what was shipped, without what was lost or came back. */
export function keptLines(events: readonly OrderEvent[]): ShipmentLine[] {
  const shipped = new Map<string, ShipmentLine[]>();
  const kept = new Map<string, number>();
  const count = (lines: readonly ShipmentLine[], sign: number) => {
    for (const { productId, quantity } of lines) kept.set(productId, (kept.get(productId) ?? 0) + sign * quantity);
  };
  for (const { type, data } of events) {
    if (type === 'Shipment Created') {
      shipped.set(data.shipment.shipmentId, data.shipment.lines);
      count(data.shipment.lines, 1);
    }
    if (type === 'Shipment Lost' || type === 'Shipment Returned') count(shipped.get(data.shipmentId) ?? [], -1);
    if (type === 'Return Inspected')
      count(
        data.items.filter(({ outcome }) => outcome !== 'REJECT'),
        -1,
      );
  }
  return [...kept].map(([productId, quantity]) => ({ productId, quantity }));
}

/** What an operator left as it is, where it could not be undone. */
export interface Exceptions {
  /** money that was not given back, minor units */
  skipped?: number;
  /** money that was given back by hand: the payment company does not know; minor units */
  byHand?: number;
  /** labels that stay booked */
  labels?: number;
  /** units that stay reserved */
  reserved?: number;
}

/**
 * What holds whenever an order rests: charged − refunded is the value of what the customer keeps, at the provider as in
 * our view; nothing stays reserved; warehouses add up to the totals; the view is the fold of gapless events.
 */
export async function expectBalancedBooks(
  world: MemoryWorld,
  orderId: OrderId,
  { skipped = 0, byHand = 0, labels = 0, reserved = 0 }: Exceptions = {},
): Promise<void> {
  const { books, journal } = world;
  const view = books.views.get(orderId)!;
  const events = books.events.get(orderId)!;
  const entries = await journal.entries(orderId);

  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  expect(view).toEqual(fold(events));
  expect([undefined, 'AwaitDelivery']).toContain(view.currentState);

  const order = books.orders.get(orderId)?.order;
  const value = (order ? amountOf(order, keptLines(events)) : 0) + skipped;
  expect(view.charged - view.refunded).toBe(value);
  expect(netCharged(entries)).toBeCloseTo(toDecimal(value + byHand, order?.currency ?? 'USD'), 6);
  expect(bookedLabels(entries)).toBe(view.shipments.length + labels);

  let held = 0;
  for (const [productId, total] of books.inventory) {
    const warehouses = [...books.warehouseStock]
      .filter(([key]) => key.startsWith(`${productId}/`))
      .map(([, row]) => row);
    const sum = (name: keyof typeof total) => warehouses.reduce((all, row) => all + row[name], 0);
    expect({ productId, ...total }).toEqual({
      productId,
      availableQuantity: sum('availableQuantity'),
      reservedQuantity: sum('reservedQuantity'),
    });
    held += total.reservedQuantity;
  }
  expect(held).toBe(reserved);
}
