import type { ProductStock } from '../../src/gateway/ports';
import type { Scenario } from '../lib/scenarios';
import type { Shop } from './shop';

/** the product that a scenario needs to be sold out */
const SOLD_OUT = 'PROD-SOLD-OUT';

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
    const wanted = productId === SOLD_OUT ? 'none' : `${quantity}`;
    if (productId === SOLD_OUT ? there > 0 : there < quantity)
      return `needs ${wanted} of ${productId} in stock, and there are ${there}: stop the system, \`npm run reset\`, start it`;
  }
  return undefined;
}
