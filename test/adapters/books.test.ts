import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { OrderId } from '../../src/domain/ids';
import { booksOn, connectToEmulator, dynamoBooksWorld, withUnreachableAws } from '../support/contracts/emulator';
import { describeBooks, failureTypeOf, memoryBooksWorld } from '../support/contracts/books';
import { fold } from '../../src/domain/projection';
import { numbered, someEvents } from '../support/contracts/events';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

describeBooks('DynamoDB', () => dynamoBooksWorld(emulator));

describeBooks('the memory', memoryBooksWorld);

describe('a view that fell behind events that are there', () => {
  test('VIEW_OUT_OF_STEP: nobody writes at numbers that are taken, nor after them', async () => {
    const { db, tables } = emulator;
    const books = booksOn(emulator);
    const orderId = uniqueId();
    const events = someEvents(3, { orderId });
    await books.post({ orderId, events });
    await db.send(new PutCommand({ TableName: tables.view, Item: fold(events.slice(0, 1)) }));
    for (const firstSequence of [3, 4]) {
      const later = numbered(orderId, [{ type: 'Order Validated', data: {} }], { firstSequence });
      expect(await failureTypeOf(books.post({ orderId, events: later }))).toBe('VIEW_OUT_OF_STEP');
    }
    expect(await dynamoBooksWorld(emulator).events(orderId)).toMatchObject(events);
  });
});

test('what the tables will never take is REQUEST_REFUSED, which is not tried again', async () => {
  const books = booksOn(emulator);
  const orderId = uniqueId();
  const postingOf = (result: Record<string, unknown>) =>
    books.post({ orderId, ledger: { key: uniqueId(), result }, events: [] });
  expect(await failureTypeOf(postingOf({ n: 1e-200 }))).toBe('REQUEST_REFUSED');
  expect(await failureTypeOf(postingOf({ text: 'x'.repeat(500_000) }))).toBe('REQUEST_REFUSED');
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
          books.readEvents({ orderId, from: 1, to: 1 }),
          books.readStock(['PROD-12345']),
          books.postStock({ ledger: { key: 'key', result: {} } }),
          books.readQueue('PROD-12345'),
          books.readBackorders([{ productId: 'PROD-12345', entry: 'entry' }]),
        ].map(failureTypeOf),
      );
    });
    expect(failures).toEqual(Array.from({ length: 9 }, () => 'SERVICE_UNAVAILABLE'));
  });
});
