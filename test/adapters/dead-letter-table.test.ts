import type { DeadLetter } from '../../src/domain/dead-letters';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createDeadLetterTable } from '../../src/adapters/aws/dead-letter-table';
import { createSourceQueues } from '../../src/adapters/aws/source-queues';
import { InvalidCursorError } from '../../src/gateway/ports';
import { letterTables } from '../../src/config';
import { letterOf } from '../support/letters';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const table = createDeadLetterTable({ db: emulator.db, tables: letterTables(emulator.config) });
afterAll(() => emulator.destroy());

const entry = (n: number) => ({ at: `2026-01-01T00:00:0${n}.000Z`, what: 'REDRIVEN' as const, n });
const standingOf = ({ body: _b, attributes: _a, story: _s, updatedAt: _u, ...standing }: DeadLetter) => standing;

describe('a record', () => {
  test('is created once; who finds it again hears how far it is', async () => {
    const letter = letterOf({ id: uniqueId('DL'), body: 'first', run: { workflowId: 'w', runId: 'r1' } });
    expect(await table.create(letter)).toBeUndefined();
    expect(await table.create({ ...letter, body: 'second' })).toEqual({ arrivals: 0, runId: 'r1' });
    expect(await table.read(letter.id)).toEqual(letter);
  });

  test('is changed once by each version, and keeps its body', async () => {
    const letter = letterOf({ id: uniqueId('DL'), body: 'b'.repeat(200_000), dueAt: 'x', reason: 'why' });
    await table.create(letter);
    const { dueAt: _due, ...rest } = standingOf(letter);
    const changed = { ...rest, version: 1, state: 'PARKED' as const, arrivals: 1 };
    await table.save({ letter: changed, entry: entry(1) });
    // the answer was lost, and it is tried again; and an older one comes late
    await table.save({ letter: changed, entry: entry(1) });
    await table.save({ letter: { ...changed, version: 2, state: 'RESOLVED' }, entry: entry(2) });
    await table.save({ letter: changed, entry: entry(1) });
    const { dueAt: _gone, ...kept } = letter;
    expect(await table.read(letter.id)).toEqual({
      ...kept,
      version: 2,
      state: 'RESOLVED',
      arrivals: 1,
      updatedAt: entry(2).at,
      story: [entry(1), entry(2)],
    });
  });

  test('that is gone is not made anew without its body', async () => {
    const letter = standingOf(letterOf({ id: uniqueId('DL'), version: 1 }));
    await expect(table.save({ letter, entry: entry(1) })).rejects.toMatchObject({ type: 'REQUEST_REFUSED' });
    expect(await table.read(letter.id)).toBeUndefined();
  });

  test('of as large a message as a queue takes fits', async () => {
    const letter = letterOf({ id: uniqueId('DL'), body: 'é'.repeat(131_072), reason: 'x'.repeat(1000) });
    await table.create(letter);
    for (let version = 1; version <= 60; version++) {
      const reason = 'y'.repeat(1000);
      await table.save({ letter: { ...standingOf(letter), version }, entry: { ...entry(1), reason } });
    }
    expect((await table.read(letter.id))?.story).toHaveLength(51);
  });
});

describe('lists', () => {
  const queue = uniqueId('queue');
  const ids: string[] = [];

  beforeAll(async () => {
    // ten letters, of two classes and five states in turn; two died at the same time
    const states = ['WAITING', 'PARKED', 'REDRIVEN', 'RESOLVED', 'DISCARDED'] as const;
    for (let n = 0; n < 10; n++) {
      const id = `${queue}-${n}`;
      ids.push(id);
      const deadAt = `2020-01-01T00:00:0${n === 9 ? 8 : n}.000Z`;
      const state = states[n % 5]!;
      await table.create(letterOf({ id, queue, deadAt, state, class: n % 2 === 0 ? 'BUG' : 'POISON' }));
    }
  });

  const all = async (p: Omit<Parameters<typeof table.list>[0], 'limit' | 'cursor'>, limit: number) => {
    const found: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await table.list({ queue, ...p, limit, ...(cursor !== undefined && { cursor }) });
      expect(page.deadLetters.length).toBeLessThanOrEqual(limit);
      found.push(...page.deadLetters.map(({ id }) => id));
      if (page.cursor === undefined) return found;
      cursor = page.cursor;
    }
  };
  const numbers = (found: string[]) => found.map((id) => ids.indexOf(id));

  test.each([1, 3, 10, 100])('newest first, nothing twice and nothing left out, %i to a page', async (limit) => {
    expect(numbers(await all({}, limit))).toEqual([8, 9, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(numbers(await all({ state: 'PARKED' }, limit))).toEqual([6, 1]);
    expect(numbers(await all({ class: 'BUG' }, limit))).toEqual([8, 6, 4, 2, 0]);
    expect(numbers(await all({ class: 'BUG', state: 'WAITING' }, limit))).toEqual([0]);
  });

  test('have no bodies', async () => {
    const { deadLetters } = await table.list({ queue, limit: 1 });
    expect(Object.keys(deadLetters[0]!).toSorted()).toEqual([
      'class',
      'deadAt',
      'id',
      'queue',
      'redrives',
      'severity',
      'state',
      'tries',
      'updatedAt',
    ]);
  });

  test('take no cursor of another list', async () => {
    const { cursor = '' } = await table.list({ queue, limit: 1 });
    await expect(table.list({ queue, state: 'PARKED', limit: 1, cursor })).rejects.toThrow(InvalidCursorError);
    await expect(table.list({ queue, limit: 1, cursor: 'nonsense' })).rejects.toThrow(InvalidCursorError);
  });

  test.each([
    [{}, [0, 1, 5, 6]],
    [{ class: 'POISON' as const }, [1, 5]],
    [{ since: '2020-01-01T00:00:01.000Z' }, [1, 5, 6]],
    [{ since: '2020-01-01T00:00:05.000Z', until: '2020-01-01T00:00:01.000Z' }, []],
    [{ since: '2020-01-01T00:00:01.000Z', until: '2020-01-01T00:00:05.000Z' }, [1, 5]],
  ])('what of %j can be redriven comes oldest first', async (filter, expected) => {
    const found: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await table.listRedrivable({
        filter: { queue, ...filter },
        limit: 1,
        ...(cursor !== undefined && { cursor }),
      });
      found.push(...page.letters.map(({ id }) => id));
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    expect(numbers(found)).toEqual(expected);
  });
});

test('without AWS each is SERVICE_UNAVAILABLE', async () => {
  await withUnreachableAws(async (aws, endpoint) => {
    const away = createDeadLetterTable({ db: aws.db, tables: letterTables(aws.config) });
    const queues = createSourceQueues({ sqs: aws.sqs, urls: new Map([['q', `${endpoint}/000000000000/q`]]) });
    const letter = letterOf({ id: 'x' });
    for (const call of [
      () => away.read('x'),
      () => away.create(letter),
      () => away.save({ letter: standingOf(letter), entry: entry(1) }),
      () => away.list({ limit: 1 }),
      () => queues.send({ queue: 'q', body: 'b', attributes: {} }),
    ])
      await expect(call()).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
  });
});
