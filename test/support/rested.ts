import type { Books } from '../../src/activities/ports';
import type { OrderId } from '../../src/domain/ids';
import type { OrderView } from '../../src/domain/projection';
import { becomes } from '../../scripts/lib/wait';

/** Waits until an order has ended, or its parcels are on their way and its customer was told. */
export async function rested(books: Pick<Books, 'readView'>, orderId: OrderId): Promise<OrderView> {
  let view: OrderView | undefined;
  const rests = async () => {
    view = await books.readView(orderId);
    return view !== undefined && [undefined, 'AwaitDelivery'].includes(view.currentState);
  };
  if (!(await becomes(rests, { timeoutMs: 40_000 }))) throw new Error(`not in time: ${JSON.stringify(view)}`);
  return view!;
}
