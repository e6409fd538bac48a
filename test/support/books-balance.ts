import type { JournalEntry } from '../../src/gateway/ports';
import type { MemoryWorld } from './memory/ports';
import type { OrderId } from '../../src/domain/ids';
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

/**
 * What holds after any end of any order: charged − refunded is the value of what was shipped, at the provider as in our
 * view; nothing stays reserved; warehouses add up to the totals; the view is the fold of gapless events.
 */
export async function expectBalancedBooks(world: MemoryWorld, orderId: OrderId): Promise<void> {
  const { books, journal } = world;
  const view = books.views.get(orderId)!;
  const events = books.events.get(orderId)!;
  const entries = await journal.entries(orderId);

  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  expect(view).toEqual(fold(events));
  expect(view.currentState).toBeUndefined();

  const order = books.orders.get(orderId)?.order;
  const shipped = view.shipments.flatMap(({ lines }) => lines);
  const value = order ? amountOf(order, shipped) : 0;
  expect(view.charged - view.refunded).toBe(value);
  expect(netCharged(entries)).toBeCloseTo(toDecimal(value, order?.currency ?? 'USD'), 6);
  expect(bookedLabels(entries)).toBe(view.shipments.length);

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
    expect(total.reservedQuantity).toBe(0);
  }
}
