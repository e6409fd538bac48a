import { GetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { AuditEntry } from '../../src/domain/audit';
import type { Case } from '../../src/domain/cases';
import { caseTables, letterTables } from '../../src/config';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createAuditTrail } from '../../src/adapters/aws/audit-trail';
import { createBreakerTable } from '../../src/adapters/aws/breaker-table';
import { createCaseBook } from '../../src/adapters/aws/case-book';
import { createDeadLetterTable } from '../../src/adapters/aws/dead-letter-table';
import { createOwnTable } from '../support/own-table';
import { InvalidCursorError } from '../../src/gateway/ports';
import { letterOf } from '../support/letters';
import { uniqueId } from '../support/orders';

const queries: object[] = [];
const emulator = connectToEmulator({
  observe: ({ command, input }) => void (command === 'QueryCommand' && queries.push(input)),
});
const { db, config } = emulator;
afterAll(() => emulator.destroy());

const ownTrail = async () => {
  const table = await createOwnTable(db, { name: 'AuditTrail', key: ['day', 'entry'] });
  return { table, trail: createAuditTrail({ db, table }) };
};
const lineOf = (id: string, at: string, by = 'kim'): AuditEntry => ({
  id,
  at,
  by,
  reason: 'why',
  action: 'CANCEL',
  subject: { kind: 'order', id },
});
type Trail = ReturnType<typeof createAuditTrail>;

/** All pages, and how many they are. */
async function all(trail: Trail, p: Omit<Parameters<Trail['list']>[0], 'cursor'>) {
  const ids: string[] = [];
  for (let [pages, cursor] = [1, undefined as string | undefined]; ; pages++) {
    const page = await trail.list({ ...p, ...(cursor !== undefined && { cursor }) });
    expect(page.entries.length).toBeLessThanOrEqual(p.limit);
    ids.push(...page.entries.map(({ id }) => id));
    if (page.cursor === undefined) return { ids, pages };
    cursor = page.cursor;
  }
}

describe('the trail', () => {
  let trail: Trail;
  const at = (day: number, time = '10:00:00.000') => `2025-07-${String(day).padStart(2, '0')}T${time}Z`;
  const MONTH = { from: '2025-06-20T00:00:00.000Z', to: '2025-07-20T00:00:00.000Z' };

  beforeAll(async () => {
    ({ trail } = await ownTrail());
    // two at the same time, the ends of a day, and days without any between
    await trail.write(lineOf('a', at(1)));
    await trail.write(lineOf('b', at(1), 'lee'));
    await trail.write(lineOf('c', at(1, '23:59:59.999')));
    await trail.write(lineOf('d', at(2, '00:00:00.000')));
    await trail.write(lineOf('e', at(9), 'lee'));
    // written again, by whoever did not hear that it was
    await trail.write(lineOf('e', at(9), 'lee'));
    await trail.write(lineOf('f', at(9, '10:00:00.001')));
  });

  test('gives a line as it was written', async () => {
    expect(await trail.list({ from: at(9), to: at(9), limit: 10 })).toEqual({ entries: [lineOf('e', at(9), 'lee')] });
  });

  test.each([1, 2, 3, 6, 100])('newest first, nothing twice and nothing left out, %i to a page', async (limit) => {
    expect((await all(trail, { ...MONTH, limit })).ids).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
    expect((await all(trail, { ...MONTH, limit, by: 'lee' })).ids).toEqual(['e', 'b']);
    expect((await all(trail, { ...MONTH, limit, by: 'le' })).ids).toEqual([]);
  });

  test.each([
    [at(1), at(1), ['b', 'a']],
    [at(1, '10:00:00.001'), at(9, '09:59:59.999'), ['d', 'c']],
    [at(2, '00:00:00.000'), at(2, '00:00:00.000'), ['d']],
    [at(3), at(8), []],
  ])('from %s to %s, both included', async (from, to, expected) => {
    expect((await all(trail, { from, to, limit: 2 })).ids).toEqual(expected);
  });

  test('looks so far back with one page and no further, and goes on from there', async () => {
    queries.length = 0;
    const to = '2025-08-31T00:00:00.000Z';
    const first = await trail.list({ from: at(1), to, limit: 10 });
    expect(first).toEqual({ entries: [], cursor: expect.any(String) as string });
    expect(queries).toHaveLength(40);
    const second = await trail.list({ from: at(1), to, limit: 10, cursor: first.cursor! });
    expect(second.entries).toHaveLength(6);
    expect(second.cursor).toBeUndefined();
  });

  test('takes no cursor of somebody else, and none that is none', async () => {
    const { cursor = '' } = await trail.list({ ...MONTH, limit: 1 });
    expect(cursor).not.toBe('');
    const wrong = [
      { cursor, by: 'lee' },
      { cursor: 'nonsense' },
      { cursor: Buffer.from('null').toString('base64url') },
      { cursor: Buffer.from('{"before":"2025-99-99T","of":""}').toString('base64url') },
    ];
    for (const p of wrong) await expect(trail.list({ ...MONTH, limit: 1, ...p })).rejects.toThrow(InvalidCursorError);
  });

  test('of a busy day is read a hundred rows at a time, by key', async () => {
    const { trail: busy } = await ownTrail();
    const ids = Array.from({ length: 250 }, (_, n) => `${1000 + n}`);
    // no more calls at once than the emulator takes on a busy machine
    for (let from = 0; from < ids.length; from += 25)
      await Promise.all(
        ids.slice(from, from + 25).map((id) => busy.write(lineOf(id, at(5), id === '1000' ? 'lee' : 'kim'))),
      );
    queries.length = 0;
    expect((await busy.list({ from: at(5), to: at(5), limit: 20 })).entries).toHaveLength(20);
    expect(queries).toEqual([expect.objectContaining({ Limit: 100 })]);
    expect((await all(busy, { from: at(5), to: at(5), limit: 100 })).ids).toEqual(ids.toReversed());
    expect((await all(busy, { from: at(5), to: at(5), limit: 5, by: 'lee' })).ids).toEqual(['1000']);
  });
});

test('a line whose id is as long as they come fits', async () => {
  const { trail } = await ownTrail();
  const id = `DL-${'f'.repeat(24)}#${'~'.repeat(255)}`;
  const at = '2025-07-01T10:00:00.000Z';
  await trail.write({ ...lineOf(id, at, '김'.repeat(256)), reason: '김'.repeat(256) });
  expect((await trail.list({ from: at, to: at, limit: 1 })).entries).toMatchObject([{ id }]);
});

/** What the trail of the installation has of something. */
async function linesOf(subject: string): Promise<AuditEntry[]> {
  const now = Date.now();
  const trail = createAuditTrail({ db, table: config.AUDIT_TRAIL_TABLE });
  const range = { from: new Date(now - 60_000).toISOString(), to: new Date(now + 60_000).toISOString() };
  const found: AuditEntry[] = [];
  for (let cursor: string | undefined; ;) {
    const page = await trail.list({ ...range, limit: 100, ...(cursor !== undefined && { cursor }) });
    found.push(...page.entries.filter((line) => line.subject.id === subject));
    if (page.cursor === undefined) return found;
    cursor = page.cursor;
  }
}
const nowhere = uniqueId('nowhere');

describe('a reset', () => {
  const rowOf = async (TableName: string) => {
    const Key = { dependency: 'warehouse', worker: '#reset' };
    return (await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  };

  test('is written together with its line', async () => {
    const breakers = await createOwnTable(db, { name: 'Breakers', key: ['dependency', 'worker'] });
    const table = createBreakerTable({ db, tables: { breakers, audit: config.AUDIT_TRAIL_TABLE } });
    const asked = { by: uniqueId('kim'), reason: 'it is back', requestId: uniqueId('request') };
    const at = await table.reset({ dependency: 'warehouse', asked });
    expect(await table.readReset('warehouse')).toBe(at);
    const own = (await linesOf('warehouse')).filter(({ by }) => by === asked.by);
    const subject = { kind: 'breaker', id: 'warehouse' };
    expect(own).toEqual([
      { id: asked.requestId, at, by: asked.by, reason: 'it is back', action: 'RESET_BREAKER', subject },
    ]);
  });

  test('is not made when its line cannot be written', async () => {
    const breakers = await createOwnTable(db, { name: 'Breakers', key: ['dependency', 'worker'] });
    const table = createBreakerTable({ db, tables: { breakers, audit: nowhere } });
    const asked = { by: 'kim', reason: 'it is back', requestId: 'r' };
    await expect(table.reset({ dependency: 'warehouse', asked })).rejects.toMatchObject({
      type: 'SERVICE_UNAVAILABLE',
    });
    expect(await rowOf(breakers)).toBeUndefined();
    // nobody is named: as it was
    await table.reset({ dependency: 'warehouse' });
    expect(await rowOf(breakers)).toBeDefined();
  });
});

describe('a case', () => {
  const openCase = async (): Promise<Case> => {
    const time = '2025-07-01T10:00:00.000Z';
    const one: Case = {
      caseId: uniqueId('NO_PROGRESS#'),
      kind: 'NO_PROGRESS',
      subject: 'ORD-1',
      facts: {},
      state: 'OPEN',
      openedAt: time,
      firstSeenAt: time,
      lastSeenAt: time,
      seen: 1,
      lastRun: 'r',
      openedRun: 'r',
      openings: 1,
      version: 1,
    };
    await db.send(new PutCommand({ TableName: config.CASES_TABLE, Item: one }));
    return one;
  };
  const closing = (caseId: string, by: string) => ({
    caseId,
    by,
    reason: 'seen to',
    at: new Date().toISOString(),
    requestId: uniqueId('request'),
  });

  test('that several close at once has one line, with the name that is in the case', async () => {
    const book = createCaseBook({ db, tables: caseTables(config) });
    const { caseId } = await openCase();
    const closed = await Promise.all(['kim', 'lee', 'ann', 'bob'].map((by) => book.close(closing(caseId, by))));
    const names = new Set(closed.map((one) => one?.closedBy));
    expect(names.size).toBe(1);
    expect(await linesOf(caseId)).toMatchObject([
      { by: [...names][0], reason: 'seen to', action: 'CLOSE_CASE', subject: { kind: 'case', id: caseId } },
    ]);
    expect(await book.read(caseId)).toMatchObject({ state: 'CLOSED', version: 2 });
    // closed again it hears how it was
    expect(await book.close(closing(caseId, 'late'))).toMatchObject({ closedBy: [...names][0] });
    expect(await linesOf(caseId)).toHaveLength(1);
  });

  test('stays open when its line cannot be written', async () => {
    const book = createCaseBook({ db, tables: { cases: config.CASES_TABLE, audit: nowhere } });
    const { caseId } = await openCase();
    await expect(book.close(closing(caseId, 'kim'))).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
    expect(await book.read(caseId)).toMatchObject({ state: 'OPEN', version: 1 });
  });

  test('that nobody knows has no line', async () => {
    const book = createCaseBook({ db, tables: caseTables(config) });
    const caseId = uniqueId('none');
    expect(await book.close(closing(caseId, 'kim'))).toBeUndefined();
    expect(await linesOf(caseId)).toEqual([]);
  });
});

describe("a dead letter's story", () => {
  const at = new Date().toISOString();
  const entry = { at, what: 'REDRIVEN', by: 'kim', reason: 'mended', n: 1, requestId: 'key' } as const;
  async function parked(table: ReturnType<typeof createDeadLetterTable>) {
    const letter = letterOf({ id: uniqueId('DL') });
    await table.create(letter);
    const { body: _b, attributes: _a, story: _s, updatedAt: _u, ...standing } = letter;
    return { ...standing, version: 1, state: 'REDRIVEN' as const, redrives: 1 };
  }

  test('and its line are written together, once, by all attempts', async () => {
    const table = createDeadLetterTable({ db, tables: letterTables(config) });
    const letter = await parked(table);
    // several attempts of one change: some lose the race, and find it done when they look again
    const attempts = await Promise.allSettled([1, 2, 3].map(() => table.save({ letter, entry })));
    expect(attempts.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    await table.save({ letter, entry });
    expect(await table.read(letter.id)).toMatchObject({ state: 'REDRIVEN', version: 1, story: [entry] });
    const subject = { kind: 'dead-letter', id: letter.id };
    expect(await linesOf(letter.id)).toEqual([
      {
        id: `${letter.id}#key`,
        at,
        by: 'kim',
        reason: 'mended',
        action: 'REDRIVE',
        subject,
        detail: 'redrive 1, to order-intake-queue',
      },
    ]);
  });

  test('is not written without its line; what nobody asked for needs none', async () => {
    const table = createDeadLetterTable({ db, tables: { ...letterTables(config), audit: nowhere } });
    const letter = await parked(table);
    await expect(table.save({ letter, entry })).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
    expect(await table.read(letter.id)).toMatchObject({ version: 0, story: [] });
    await table.save({ letter, entry: { at, what: 'REDRIVEN', by: 'waybill', n: 1 } });
    expect(await table.read(letter.id)).toMatchObject({ version: 1 });
    expect(await linesOf(letter.id)).toEqual([]);
  });
});

test('without AWS each is SERVICE_UNAVAILABLE', async () => {
  await withUnreachableAws(async (aws) => {
    const away = createAuditTrail({ db: aws.db, table: aws.config.AUDIT_TRAIL_TABLE });
    const time = new Date().toISOString();
    for (const call of [() => away.write(lineOf('x', time)), () => away.list({ from: time, to: time, limit: 1 })])
      await expect(call()).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
  });
});

test('rows are found by the day and the time', async () => {
  const { table, trail } = await ownTrail();
  await trail.write(lineOf('x', '2025-07-01T10:00:00.000Z'));
  const query = new QueryCommand({
    TableName: table,
    KeyConditionExpression: '#day = :day',
    ExpressionAttributeNames: { '#day': 'day' },
    ExpressionAttributeValues: { ':day': '2025-07-01' },
  });
  expect((await db.send(query)).Items).toMatchObject([{ entry: '2025-07-01T10:00:00.000Z#x' }]);
});
