import type { EndState, OrderStatus } from '../../../src/domain/states';
import type { MemoryWorld } from '../memory/ports';
import type { Drive } from './drive';
import type { Exceptions } from '../books-balance';
import type { sampleOrder } from '../orders';

/** One way that an order's life can go: what happens, and what is left when it is over. */
export interface Path {
  /** as the document tells it */
  name: string;
  order?: Parameters<typeof sampleOrder>[0];
  /** what is out of order */
  world?(world: MemoryWorld, drive: Drive): void | Promise<void>;
  /** minor units, where it was paid elsewhere */
  paid?: number;
  /** where it is not the order's currency */
  paidIn?: string;
  /** what happens to it after it was placed, and what is asserted meanwhile */
  live?(drive: Drive): Promise<void>;
  /** absent: the state that its status ends in */
  end: EndState;
  status: OrderStatus;
  /** what the customer paid, and got back of it */
  money: string;
  /** units that left the warehouses for good */
  stock: string;
  /** what the customer was told, in its order */
  told: string;
  /** what an operator left as it is */
  except?: Exceptions;
}

const PRICE = 29.99;

/** So many units of a product, each at a price. */
export const item = (productId: string, quantity: number, price = PRICE) => ({ productId, quantity, price });

/** An order of these items. */
export function orderOf(
  items: ReturnType<typeof item>[],
  changes: Parameters<typeof sampleOrder>[0] = {},
): Parameters<typeof sampleOrder>[0] {
  const total = items.reduce((sum, { quantity, price }) => sum + Math.round(quantity * price * 1000), 0) / 1000;
  return { items, totalAmount: total, ...changes };
}

export const GOODS = 'PROD-12345';
export const SCARCE = 'PROD-SCARCE';
export const SOLD_OUT = 'PROD-SOLD-OUT';

/** Two units of what there is, one more of what there is only one of: three are ordered, and two of it missing. */
export const PARTLY = [item(GOODS, 1), item(SCARCE, 3)];
