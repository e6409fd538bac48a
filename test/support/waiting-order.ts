import type { Books } from '../../src/activities/ports';
import type { OrderId } from '../../src/domain/ids';
import { entryOf } from '../../src/domain/backorders';
import { uniqueId } from './orders';

/** Puts an order into the line of those who wait for a product. */
export async function waitFor(
  books: Pick<Books, 'postStock'>,
  { productId, wanted }: { productId: string; wanted: number },
): Promise<OrderId> {
  const orderId = uniqueId();
  const entry = entryOf(new Date().toISOString(), orderId);
  const place = { productId, entry, orderId, wanted, allocated: [], country: 'KR', products: [productId], version: 1 };
  await books.postStock({ backorders: [{ kind: 'OPEN', backorder: place }] });
  return orderId;
}
