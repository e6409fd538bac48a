import { DeleteCommand, type DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { DeadLetterCount } from '../../src/gateway/overview-ports';
import type { DeadLetter, DeadLetterClass, DeadLetterState } from '../../src/domain/dead-letters';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { countReads } from '../../bench/search/counted';
import { counterIdOf } from '../../src/domain/dead-letter-counts';
import { COUNTERS, createDeadLetterCounts } from '../../src/adapters/aws/dead-letter-counts';
import { createDeadLetterRecount } from '../../src/adapters/aws/dead-letter-recount';
import { createDeadLetterTable } from '../../src/adapters/aws/dead-letter-table';
import { createOwnTable } from '../support/own-table';
import { DEAD_LETTER_CLASSES } from '../../src/domain/dead-letters';
import { failureTypeOf } from '../support/contracts/books';
import { letterOf } from '../support/letters';
import { uniqueId } from '../support/orders';

jest.setTimeout(120_000);

const emulator = connectToEmulator();
const watched = connectToEmulator();
const reads = countReads(watched.db);
afterAll(() => {
  emulator.destroy();
  watched.destroy();
});

const STATES = ['PARKED', 'REDRIVEN', 'RESOLVED', 'WAITING', 'DISCARDED'] as const satisfies DeadLetterState[];
const AT = '2026-01-01T00:00:00.000Z';

interface World {
  tables: { letters: string; audit: string };
  counts: () => Promise<DeadLetterCount[]>;
  recount: () => ReturnType<ReturnType<typeof createDeadLetterRecount>['recount']>;
}

async function createOwnWorld(): Promise<World> {
  const { db } = emulator;
  const [letters, audit] = await Promise.all([
    createOwnTable(db, { name: 'DeadLetters', key: ['id'] }),
    createOwnTable(db, { name: 'AuditTrail', key: ['day', 'entry'] }),
  ]);
  const tables = { letters, audit };
  return {
    tables,
    counts: createDeadLetterCounts({ db: watched.db, table: letters }),
    recount: () => createDeadLetterRecount({ db, table: letters }).recount({ onPage: () => undefined }),
  };
}

/** A letter's life: where it is at each of its versions. */
interface Life {
  id: string;
  places: { class: DeadLetterClass; state: DeadLetterState }[];
}

/** Letters of all classes that come to all states; some change their class on the way. */
const livesOf = (n: number): Life[] =>
  Array.from({ length: n }, (_, i) => {
    const [kind, other] = [0, 1].map((k) => DEAD_LETTER_CLASSES[(i + k) % DEAD_LETTER_CLASSES.length]!);
    const first = { class: kind!, state: 'WAITING' as const };
    const next = { class: i % 10 === 0 ? other! : kind!, state: STATES[Math.floor(i / 7) % STATES.length]! };
    return { id: uniqueId('DL'), places: i % 3 === 0 ? [first] : [first, next] };
  });

function expectedOf(lives: readonly Life[]): DeadLetterCount[] {
  const ends = lives.map(({ places }) => places.at(-1)!);
  const countOf = (kind: DeadLetterClass, ...states: DeadLetterState[]) =>
    ends.filter((end) => end.class === kind && states.includes(end.state)).length;
  return DEAD_LETTER_CLASSES.map((kind) => ({
    class: kind,
    parked: countOf(kind, 'PARKED'),
    waiting: countOf(kind, 'WAITING', 'REDRIVEN'),
  }));
}

/** Does something for each, so many at a time. */
async function each<T>(all: readonly T[], run: (one: T) => Promise<void>, atOnce = 12): Promise<void> {
  const left = [...all];
  const work = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

const standingOf = ({ body: _b, attributes: _a, story: _s, updatedAt: _u, ...standing }: DeadLetter) => standing;

/** Lives a letter as reader and workflow do: each step is tried again until it has an answer, and then once more. */
async function live({ id, places }: Life, table: ReturnType<typeof createDeadLetterTable>): Promise<void> {
  const [first, ...later] = places;
  const letter = letterOf({ id, ...first! });
  for (let n = 0; n < 2; n++) await untilAnswered(async () => void (await table.create(letter)));
  for (const [i, place] of later.entries()) {
    const change = {
      letter: standingOf({ ...letter, ...place, version: i + 1 }),
      entry: { at: AT, what: 'LOST' as const },
    };
    // two attempts at once: one of them may lose the race
    await Promise.all([0, 1].map(() => untilAnswered(() => table.save(change))));
    await untilAnswered(() => table.save(change));
  }
}

async function untilAnswered(call: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries === 50) throw error;
    }
  }
}

/** Has every third write fail: in turn before it is done, and after, its answer lost. */
function loseAnswers(db: DynamoDBDocumentClient): { lost: () => number } {
  let [calls, lost] = [0, 0];
  db.middlewareStack.add(
    (next, context) => async (args) => {
      if (context.commandName !== 'TransactWriteItemsCommand') return next(args);
      calls++;
      const fate = calls % 6;
      if (fate === 3) throw new Error('killed before it was sent');
      const result = await next(args);
      if (fate === 0) {
        lost++;
        throw new Error('killed before the answer');
      }
      return result;
    },
    { step: 'initialize' },
  );
  return { lost: () => lost };
}

test('more than a thousand letters are counted exactly, in one call that looks at counters alone', async () => {
  const { tables, counts } = await createOwnWorld();
  expect(await counts()).toEqual(expectedOf([]));
  const quiet = livesOf(1000).map(({ id, places }) => ({ id, places: places.slice(0, 1) }));
  const plain = createDeadLetterTable({ db: emulator.db, tables });
  await each(quiet, async ({ id, places }) => void (await plain.create(letterOf({ id, ...places[0]! }))));
  const restless = livesOf(150);
  const lives = [...quiet, ...restless];
  const dying = connectToEmulator();
  const deaths = loseAnswers(dying.db);
  const table = createDeadLetterTable({ db: dying.db, tables });
  await each(restless, (life) => live(life, table));
  dying.destroy();
  expect(deaths.lost()).toBeGreaterThan(20);
  reads.take();
  expect(await counts()).toEqual(expectedOf(lives));
  expect(reads.take()).toMatchObject([{ command: 'BatchGetItemCommand', table: tables.letters, scanned: 48 }]);
  const open = (await counts()).reduce((sum, { parked, waiting }) => sum + parked + waiting, 0);
  expect(open).toBeGreaterThan(1000);
});

describe('counting again', () => {
  test('finds nothing where nothing is wrong, and mends what was bent by hand', async () => {
    const { tables, counts, recount } = await createOwnWorld();
    const lives = livesOf(40);
    const table = createDeadLetterTable({ db: emulator.db, tables });
    await each(lives, (life) => live(life, table));
    expect(await recount()).toEqual([]);
    // they are beside the letters, and none of them
    expect(await table.read(counterIdOf({ class: 'BUG', shard: 3 }))).toBeUndefined();
    await bend(tables.letters, { kind: 'BUG', shard: 3 });
    const bent = expectedOf(lives).map((count) =>
      count.class === 'BUG' ? { ...count, parked: count.parked + 5 } : count,
    );
    expect(await counts()).toEqual(bent);
    expect(await recount()).toMatchObject([{ class: 'BUG' }]);
    expect(await counts()).toEqual(expectedOf(lives));
    expect(await recount()).toEqual([]);
  });

  test('counts those that were there before there were counters', async () => {
    const { tables, counts, recount } = await createOwnWorld();
    const lives = livesOf(30);
    const table = createDeadLetterTable({ db: emulator.db, tables });
    await each(lives, (life) => live(life, table));
    for (const counter of COUNTERS)
      await emulator.db.send(new DeleteCommand({ TableName: tables.letters, Key: { id: counterIdOf(counter) } }));
    expect(await counts()).toEqual(expectedOf([]));
    const mended = await recount();
    expect(mended.every(({ counted, there }) => counted === 0 && there > 0)).toBe(true);
    expect(await counts()).toEqual(expectedOf(lives));
  });

  test('while letters come and go, bends nothing', async () => {
    const { tables, counts, recount } = await createOwnWorld();
    const lives = livesOf(150);
    const table = createDeadLetterTable({ db: emulator.db, tables });
    let flows = true;
    const living = each(lives, (life) => live(life, table)).finally(() => (flows = false));
    let rounds = 0;
    for (; flows; rounds++) {
      await bend(tables.letters, { kind: 'POISON', shard: rounds % 8 });
      await recount();
    }
    await living;
    expect(rounds).toBeGreaterThan(1);
    await recount();
    expect(await counts()).toEqual(expectedOf(lives));
    expect(await recount()).toEqual([]);
  });

  /** As somebody would: without a word to the counter's `changes`. */
  const bend = (table: string, { kind, shard }: { kind: DeadLetterClass; shard: number }) =>
    emulator.db.send(
      new UpdateCommand({
        TableName: table,
        Key: { id: counterIdOf({ class: kind, shard }) },
        UpdateExpression: 'ADD PARKED :five',
        ExpressionAttributeValues: { ':five': 5 },
      }),
    );
});

test('without AWS each is SERVICE_UNAVAILABLE', async () => {
  await withUnreachableAws(async ({ db }) => {
    expect(await failureTypeOf(createDeadLetterCounts({ db, table: 'any' })())).toBe('SERVICE_UNAVAILABLE');
    const { recount } = createDeadLetterRecount({ db, table: 'any' });
    expect(await failureTypeOf(recount({ onPage: () => undefined }))).toBe('SERVICE_UNAVAILABLE');
  });
});
