import type { OrderId } from '../../src/domain/ids';
import { createMemoryBooks } from '../support/memory/books';
import { booksOn, connectToEmulator, dynamoBooksWorld, withUnreachableAws } from '../support/contracts/emulator';
import { describeBooks, failureTypeOf } from '../support/contracts/books';
import { someEvents } from '../support/contracts/events';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

describeBooks('DynamoDB', () => dynamoBooksWorld(emulator));

describeBooks('the memory', () => {
  const books = createMemoryBooks();
  return {
    books,
    setStock: async (stock) => books.setStock(stock),
    total: async (productId) => books.inventory.get(productId),
    warehouse: async (productId, warehouseId) => books.warehouseStock.get(`${productId}/${warehouseId}`),
    events: async (orderId) => books.events.get(orderId) ?? [],
  };
});

describe('when AWS cannot be reached', () => {
  const orderId = 'ORD-1' as OrderId;

  test('every method fails as SERVICE_UNAVAILABLE, which is tried again', async () => {
    const failures = await withUnreachableAws((unreachable) => {
      const books = booksOn(unreachable);
      return Promise.all(
        [
          books.post({ orderId, events: someEvents(1, { orderId }) }),
          books.readOrder(orderId),
          books.readView(orderId),
          books.readLedger('key'),
          books.readStock(['PROD-12345']),
        ].map(failureTypeOf),
      );
    });
    expect(failures).toEqual(Array.from({ length: 5 }, () => 'SERVICE_UNAVAILABLE'));
  });
});
