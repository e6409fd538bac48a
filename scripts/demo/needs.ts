import type { ProductStock } from '../../src/gateway/ports';
import { PRODUCTS } from '../lib/seed';
import type { Scenario } from '../lib/scenarios';
import type { Shop } from './shop';

/** products that scenarios need to be sold out */
const SOLD_OUT = new Set(
  PRODUCTS.filter(({ stock: { ICN, LAX } }) => ICN + LAX === 0).map((product) => product.productId),
);

/** Units of a product; none of one that is not known. */
export type Units = Pick<ProductStock, 'availableQuantity' | 'reservedQuantity'>;

const NONE: Units = { availableQuantity: 0, reservedQuantity: 0 };

/** The stock of what scenarios order, by product. */
export async function readStock(shop: Shop, scenarios: readonly Scenario[]): Promise<Map<string, Units>> {
  const products = new Set(scenarios.flatMap(({ order: { items = [] } }) => items.map((item) => item.productId ?? '')));
  const rows = await Promise.all([...products].map(async (id) => [id, (await shop.stock(id)) ?? NONE] as const));
  return new Map(rows);
}

/** What a scenario lacks to go its way; undefined when nothing. */
export function lacks({ order, end }: Scenario, stock: ReadonlyMap<string, Units>): string | undefined {
  if (end === 'VALIDATION_FAILED') return undefined;
  for (const { productId = '', quantity = 0 } of order.items ?? []) {
    const there = stock.get(productId)?.availableQuantity ?? 0;
    const wanted = SOLD_OUT.has(productId) ? 'none' : `${quantity}`;
    if (SOLD_OUT.has(productId) ? there > 0 : there < quantity)
      return `needs ${wanted} of ${productId} in stock, and there are ${there}: stop the system, \`npm run reset\`, start it`;
  }
  return undefined;
}
