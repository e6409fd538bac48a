import type { BatchGetCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { batchGet } from '../../src/adapters/aws/batch-get';
import { failureTypeOf } from '../support/contracts/books';

/** A table under load, which no emulator is: each call does as many keys as it is told, the rest is left undone. */
function createTable(does: number[]) {
  const asked: number[] = [];
  const send = async ({ input }: BatchGetCommand) => {
    const { Keys = [] } = input.RequestItems!['T']!;
    asked.push(Keys.length);
    const done = does.shift() ?? Keys.length;
    const left = Keys.slice(done);
    return {
      Responses: { T: Keys.slice(0, done) },
      ...(left.length > 0 && { UnprocessedKeys: { T: { Keys: left } } }),
    };
  };
  return { asked, db: { send } as unknown as DynamoDBDocumentClient };
}

const keys = Array.from({ length: 80 }, (_, id) => ({ id }));

test('what a table leaves undone is asked for again, and comes once', async () => {
  const { asked, db } = createTable([30, 0, 49]);
  expect(await batchGet({ db, table: 'T', keys })).toEqual(keys);
  expect(asked).toEqual([80, 50, 50, 1]);
});

test('what stays undone fails as SERVICE_UNAVAILABLE after as many tries as there may be', async () => {
  const { asked, db } = createTable([30, 10, 10]);
  expect(await failureTypeOf(batchGet({ db, table: 'T', keys, maxTries: 3 }))).toBe('SERVICE_UNAVAILABLE');
  expect(asked).toEqual([80, 50, 40]);
});
