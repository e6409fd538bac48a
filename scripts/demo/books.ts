import { becomes } from '../lib/wait';
import type { Run } from './run';
import type { Shop } from './shop';
import { keptByOrder, keptByProvider, shippedValue } from './verdict';

/** longer than any order of the demo takes */
const PATIENCE_MS = 45_000;

/** The books after the orders: whether they add up, and the lines that tell. */
export interface Books {
  balanced: boolean;
  lines: string[];
}

const dollars = (cents: number) => (cents / 100).toFixed(2);

/** Adds up what the orders and the payment company say, and looks for stock that is still reserved. */
export async function closeBooks({ runs, shop }: { runs: readonly Run[]; shop: Shop }): Promise<Books> {
  const orders = runs.flatMap(({ order }) => order ?? []);
  const total = (amounts: number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
  const charged = total(orders.map(({ payment }) => Math.round(payment.charged * 100)));
  const refunded = total(orders.map(({ payment }) => Math.round(payment.refunded * 100)));
  const shipped = total(orders.map(shippedValue));
  const kept = total(orders.map(keptByOrder));
  const provider = total(runs.map(({ journal = [] }) => keptByProvider(journal)));
  const reserved = await readReserved(runs, shop);
  const sums = `charged ${dollars(charged)} − refunded ${dollars(refunded)} = ${dollars(kept)}`;
  const lines = [
    told(kept === shipped, `${sums}; shipped goods are worth ${dollars(shipped)}`),
    told(provider === kept, `the payment company says ${dollars(provider)}`),
    ...reserved.map(([productId, units]) =>
      told(units === 0, `${productId}: ${units} reserved${units === 0 ? '' : ' (by others under way, or by these)'}`),
    ),
  ];
  return { lines, balanced: kept === shipped && provider === kept && reserved.every(([, units]) => units === 0) };
}

/** after a while: other orders may be under way, and hold what is theirs */
async function readReserved(runs: readonly Run[], shop: Shop): Promise<[string, number][]> {
  const products = new Set(runs.flatMap(({ order }) => order?.items?.map(({ productId }) => productId) ?? []));
  let reserved: [string, number][] = [];
  const isNone = async () => {
    const rows = [...products].map(async (id): Promise<[string, number]> => [
      id,
      (await shop.stock(id))?.reservedQuantity ?? 0,
    ]);
    reserved = await Promise.all(rows);
    return reserved.every(([, units]) => units === 0);
  };
  await becomes(isNone, { timeoutMs: PATIENCE_MS, intervalMs: 500 });
  return reserved;
}

const told = (right: boolean, text: string) => `${right ? '✓' : '✗'} ${text}`;
