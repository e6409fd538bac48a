import { type DynamoDBDocumentClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { DeadLetterBoard, DeadLetterSummary } from '../../gateway/dead-letter-ports';
import type { DeadLetterBook } from '../../activities/dead-letter-ports';
import { DEAD_LETTER_STATES, type DeadLetterState } from '../../domain/dead-letters';
import { InvalidCursorError } from '../../gateway/ports';
import { reach } from './errors';

/** Where a page ended: the time of its last letter, and the letters of exactly that time that were shown. */
interface Cursor {
  at: string;
  seen: string[];
  /** the filter of the page */
  of: string;
}

interface Question {
  class?: string | undefined;
  queue?: string | undefined;
  states?: readonly DeadLetterState[] | undefined;
  /** ISO 8601; included */
  since?: string | undefined;
  /** ISO 8601; included */
  until?: string | undefined;
  order: 'NEWEST' | 'OLDEST';
  cursor?: string | undefined;
  limit: number;
}

const REDRIVABLE = ['WAITING', 'PARKED'] as const satisfies DeadLetterState[];

/** Before and after every time that there is. */
const [FIRST, LAST] = ['0', '9'];

/** Lists dead letters from the indexes of their table, which have no bodies; never by a scan. */
export function createDeadLetterList({
  db,
  table,
}: {
  db: DynamoDBDocumentClient;
  table: string;
}): Pick<DeadLetterBoard, 'list'> & Pick<DeadLetterBook, 'listRedrivable'> {
  async function read(input: QueryCommandInput, count: number): Promise<DeadLetterSummary[]> {
    const found: DeadLetterSummary[] = [];
    for await (const { Items = [] } of paginateQuery({ client: db }, { ...input, Limit: count })) {
      found.push(...(Items as DeadLetterSummary[]));
      if (found.length >= count) break;
    }
    return found;
  }

  async function page(question: Question): Promise<{ deadLetters: DeadLetterSummary[]; cursor?: string }> {
    const { limit, order } = question;
    const of = JSON.stringify([question.class, question.queue, question.states, question.since, question.until]);
    const cursor = question.cursor === undefined ? undefined : decode(question.cursor, of);
    // one more than the page tells whether there is a next one
    const count = limit + 1 + (cursor?.seen.length ?? 0);
    const inputs = inputsOf(table, question, cursor?.at);
    const found = await reach(`listing ${table}`, () => Promise.all(inputs.map((input) => read(input, count))));
    const sign = order === 'NEWEST' ? -1 : 1;
    const left = found
      .flat()
      .filter(({ id, deadAt }) => !(deadAt === cursor?.at && cursor.seen.includes(id)))
      .toSorted((a, b) => sign * compare(a.deadAt, b.deadAt) || compare(a.id, b.id));
    const deadLetters = left.slice(0, limit);
    return left.length > limit ? { deadLetters, cursor: encode(deadLetters, { before: cursor, of }) } : { deadLetters };
  }

  return {
    list: ({ state, ...filter }) => page({ ...filter, states: state && [state], order: 'NEWEST' }),
    async listRedrivable({ filter, ...p }) {
      const { deadLetters, cursor } = await page({ ...filter, ...p, states: REDRIVABLE, order: 'OLDEST' });
      return { ids: deadLetters.map(({ id }) => id), ...(cursor !== undefined && { cursor }) };
    },
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One query for each partition that may have some. */
function inputsOf(TableName: string, question: Question, at: string | undefined): QueryCommandInput[] {
  const { class: kind, queue, states, since = FIRST, until = LAST, order } = question;
  const [from, to] = order === 'NEWEST' ? [since, at ?? until] : [at ?? since, until];
  // DynamoDB refuses to look between a time and an earlier one
  if (from > to) return [];
  const partitions = kind === undefined ? (states ?? DEAD_LETTER_STATES) : [kind];
  const conditions = [
    ...(queue === undefined ? [] : ['#queue = :queue']),
    ...(kind === undefined || !states ? [] : [`#state IN (${states.map((_, i) => `:state${i}`).join(', ')})`]),
  ];
  const hasStates = kind !== undefined && states !== undefined;
  const used = [...(queue === undefined ? [] : ['queue']), ...(hasStates ? ['state'] : [])];
  const partition = kind === undefined ? 'state' : 'class';
  return partitions.map((value) => ({
    TableName,
    IndexName: kind === undefined ? 'by-state' : 'by-class',
    KeyConditionExpression: `#${partition} = :partition AND #deadAt BETWEEN :from AND :to`,
    ...(conditions.length > 0 && { FilterExpression: conditions.join(' AND ') }),
    ExpressionAttributeNames: Object.fromEntries([partition, 'deadAt', ...used].map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ':partition': value,
      ':from': from,
      ':to': to,
      ...(queue !== undefined && { ':queue': queue }),
      ...(hasStates && Object.fromEntries(states.map((state, i) => [`:state${i}`, state]))),
    },
    ScanIndexForward: order === 'OLDEST',
  }));
}

function encode(page: DeadLetterSummary[], { before, of }: { before: Cursor | undefined; of: string }): string {
  const at = page.at(-1)!.deadAt;
  const seen = page.filter(({ deadAt }) => deadAt === at).map(({ id }) => id);
  const cursor: Cursor = { at, seen: before?.at === at ? [...before.seen, ...seen] : seen, of };
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function decode(text: string, expected: string): Cursor {
  const { at, seen, of } = parse(text) ?? {};
  if (typeof at !== 'string' || at === '' || !Array.isArray(seen) || !seen.every((id) => typeof id === 'string'))
    throw new InvalidCursorError('expected the cursor of the page before, unchanged');
  if (of !== expected)
    throw new InvalidCursorError('expected the same class, state and queue as of the page that the cursor came with');
  return { at, seen, of };
}

function parse(text: string): Partial<Cursor> | undefined {
  try {
    return (JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Cursor> | null) ?? undefined;
  } catch {
    return undefined;
  }
}
