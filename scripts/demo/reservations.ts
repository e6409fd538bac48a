import type { Shipment } from '../../src/domain/order';
import { becomes } from '../lib/wait';
import { type Finding, found } from './finding';
import { readStock, type Units } from './needs';
import { hasEnded, type Run } from './run';
import type { Shop, ShownEvent } from './shop';

/** longer than any order of the demo takes, since the others may be those of another demo */
const PATIENCE_MS = 45_000;

/** The shop before the orders: it tells what is theirs from what is of others. */
export interface Before {
  stock: ReadonlyMap<string, Units>;
  /** the order that changed last, and when; undefined without any order */
  newest: string | undefined;
}

const total = (shipments: readonly Shipment[]) =>
  shipments.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0);

/** What the orders that have ended say of their own units: all that they reserved they shipped or gave back. */
export function ownReservations(runs: readonly Run[]): Finding {
  const ended = runs.filter(({ order }) => order && hasEnded(order));
  const moves = ended.map(({ orderId, events = [] }) => ({ orderId, ...movesOf(events) }));
  const reserved = total(moves.flatMap((each) => each.reserved));
  const sums = [
    `${total(moves.flatMap((each) => each.shipped))} shipped`,
    `${total(moves.flatMap((each) => each.released))} released`,
  ].join(', ');
  const holders = moves.filter(({ held }) => held.length > 0).map(({ orderId }) => orderId);
  const rest = holders.length === 0 ? '' : `; still reserved by ${holders.join(', ')}`;
  return found(holders.length === 0, `these orders reserved ${reserved}: ${sums}${rest}`);
}

function movesOf(events: readonly ShownEvent[]) {
  const shipmentsOf = (...types: ShownEvent['type'][]) =>
    events
      .filter(({ type }) => types.includes(type))
      .flatMap(({ data }) => (data['shipments'] ?? [data['shipment']]) as Shipment[]);
  const reserved = shipmentsOf('Inventory Reserved', 'Inventory Partially Reserved', 'Backorder Filled');
  const [shipped, released] = [shipmentsOf('Shipment Created'), shipmentsOf('Inventory Released')];
  const gone = new Set([...shipped, ...released].map(({ shipmentId }) => shipmentId));
  return { reserved, shipped, released, held: reserved.filter(({ shipmentId }) => !gone.has(shipmentId)) };
}

/**
 * Looks for stock that is still reserved, for a while. When other orders were under way, it cannot be told whose it is.
 *
 * @param deps.tell says at once what is waited for
 */
export async function reservedStock(
  runs: readonly Run[],
  deps: { shop: Shop; before: Before; tell: (line: string) => void; patienceMs?: number },
): Promise<Finding[]> {
  const { shop, before, tell, patienceMs = PATIENCE_MS } = deps;
  const read = async () => reservedUnits(await readStock(shop, scenariosOf(runs)));
  let reserved = await read();
  if (reserved.some(({ units }) => units > 0)) {
    tell(`${reservedWords(reserved)}: waiting up to ${patienceMs / 1000} s`);
    await becomes(async () => (reserved = await read()).every(({ units }) => units === 0), {
      timeoutMs: patienceMs,
      intervalMs: 500,
    });
  }
  const alone = (await newestOfOthers(shop, runs)) === before.newest;
  return reserved.map(({ productId, units }) => {
    if (units === 0) return found(true, `${productId}: 0 reserved`);
    const own = alone && before.stock.get(productId)?.reservedQuantity === 0;
    if (own) return found(false, `${productId}: ${units} reserved, and by none but these orders`);
    return { verdict: 'not checked', text: `${productId}: ${units} reserved, perhaps by other orders; not checked` };
  });
}

const scenariosOf = (runs: readonly Run[]) => runs.map(({ scenario }) => scenario);

const reservedUnits = (stock: ReadonlyMap<string, Units>) =>
  [...stock].map(([productId, { reservedQuantity }]) => ({ productId, units: reservedQuantity }));

function reservedWords(reserved: readonly { productId: string; units: number }[]): string {
  const some = reserved.filter(({ units }) => units > 0).map(({ productId, units }) => `${units} of ${productId}`);
  return `${some.join(', ')} reserved, perhaps by other orders`;
}

/** The order that changed last and is none of these, and when; every reservation changes an order. */
export async function newestOfOthers(shop: Shop, runs: readonly Pick<Run, 'orderId'>[]): Promise<string | undefined> {
  const own = new Set(runs.map(({ orderId }) => orderId));
  const newest = (await shop.newest(own.size + 1)).find(({ orderId }) => !own.has(orderId));
  return newest && `${newest.orderId} ${newest.updatedAt}`;
}
