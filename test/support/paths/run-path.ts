import type { MemoryWorld } from '../memory/ports';
import type { OrderBench } from '../order-bench';
import type { OrderEvent } from '../../../src/domain/events';
import type { OrderId } from '../../../src/domain/ids';
import type { Path } from './path';
import type { StateName } from '../../../src/domain/states';
import { createDrive, type Drive } from './drive';
import { createMemoryWorld } from '../memory/ports';
import { expectBalancedBooks } from '../books-balance';
import { GOODS, SCARCE, SOLD_OUT } from './path';
import { isToldEvent, notificationOf, type Notification } from '../../../src/domain/notifications';
import { publicData } from '../../../src/domain/events';
import { sampleOrder } from '../orders';
import { toDecimal } from '../../../src/domain/money';

const STOCK = [
  { productId: GOODS, warehouseId: 'ICN', availableQuantity: 6 },
  { productId: GOODS, warehouseId: 'LAX', availableQuantity: 4 },
  { productId: SCARCE, warehouseId: 'LAX', availableQuantity: 1 },
  { productId: SOLD_OUT, warehouseId: 'ICN', availableQuantity: 0 },
];

export interface Lived {
  end?: string;
  status: string;
  money: string;
  stock: string;
  told: string;
  events: OrderEvent[];
  states: StateName[];
}

/** Leads an order along a path to its very end, replays its history, and holds its books to what always holds. */
export async function runPath(bench: OrderBench, path: Path): Promise<Lived> {
  const world = createMemoryWorld();
  world.books.setStock(STOCK);
  const order = sampleOrder(path.order);
  const drive = createDrive({ bench, world, order });
  bench.use(world);
  await path.world?.(world, drive);
  if (path.paid === undefined) await drive.place();
  else await drive.placePaid(path.paid, path.paidIn);
  await path.live?.(drive);
  const { end } = await bench.end(order.orderId);
  await expectBalancedBooks(world, order.orderId, path.except);
  expect(drive.view().currentState).toBeUndefined();
  return { ...(end && { end }), ...livedOf(drive) };
}

function livedOf(drive: Drive): Omit<Lived, 'end'> {
  const { order, world } = drive;
  const view = drive.view();
  const notifications = toldOf(world, order.orderId);
  expect(new Set(notifications.map(({ key }) => key)).size).toBe(notifications.length);
  return {
    status: view.status,
    money: moneyOf(view),
    stock: stockOf(drive),
    told: listed(notifications.map(({ kind }) => kind)),
    events: drive.events(),
    states: view.states.toSorted((a, b) => a.ordinal - b.ordinal).map(({ name }) => name),
  };
}

/** Everything that the customer is told, by the order's events, each of it once. */
function toldOf(world: MemoryWorld, orderId: OrderId): Notification[] {
  const told = world.books.events.get(orderId)!.flatMap((event) => {
    if (event.type === 'Customer Notified')
      return [{ kind: 'SHIPPED' as const, key: event.data.notificationKey, subject: '', text: '' }];
    const detail = { ...publicData(event), orderId } as never;
    return isToldEvent(event.type) ? [notificationOf(event.type, detail)] : [];
  });
  const first = new Map<string, Notification>();
  for (const one of told) if (one && !first.has(one.key)) first.set(one.key, one);
  return [...first.values()];
}

function moneyOf({ charged, refunded, currency = 'USD' }: ReturnType<Drive['view']>): string {
  if (charged === 0) return '–';
  const taken = `${toDecimal(charged, currency)}`;
  return refunded === 0 ? taken : `${taken}, ${refunded === charged ? 'all' : toDecimal(refunded, currency)} back`;
}

function stockOf({ world, received }: Drive): string {
  const gone = [...world.books.inventory].flatMap(([productId, { availableQuantity, reservedQuantity }]) => {
    const before = STOCK.filter((row) => row.productId === productId).reduce((sum, row) => sum + row.availableQuantity, 0);
    return before + (received.get(productId) ?? 0) - availableQuantity - reservedQuantity;
  });
  const units = gone.reduce((sum, one) => sum + one, 0);
  return units === 0 ? 'as before' : `${units} gone`;
}

/** Neighbours of a kind as one. */
function listed(kinds: string[]): string {
  const counted: { kind: string; n: number }[] = [];
  for (const kind of kinds) {
    const last = counted.at(-1);
    if (last?.kind === kind) last.n++;
    else counted.push({ kind, n: 1 });
  }
  return counted.map(({ kind, n }) => (n === 1 ? kind : `${n} × ${kind}`)).join(', ') || '–';
}
