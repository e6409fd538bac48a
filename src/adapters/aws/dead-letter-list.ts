import { type DynamoDBDocumentClient, paginateQuery, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { DeadLetterBoard, DeadLetterSummary } from '../../gateway/dead-letter-ports';
import type { DeadLetterBook } from '../../activities/dead-letter-ports';
import { DEAD_LETTER_STATES, type DeadLetterState } from '../../domain/dead-letters';
import { cursorAfter, readCursor } from './page-cursor';
import { reach } from './errors';

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
    const cursor =
      question.cursor === undefined ? undefined : readCursor(question.cursor, { of, filter: 'class, state and queue' });
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
    if (left.length <= limit) return { deadLetters };
    const shown = deadLetters.map(({ id, deadAt: at }) => ({ id, at }));
    return { deadLetters, cursor: cursorAfter(shown, { before: cursor, of }) };
  }

  return {
    list: ({ state, ...filter }) => page({ ...filter, states: state && [state], order: 'NEWEST' }),
    async listRedrivable({ filter, ...p }) {
      const { deadLetters, cursor } = await page({ ...filter, ...p, states: REDRIVABLE, order: 'OLDEST' });
      return { letters: deadLetters, ...(cursor !== undefined && { cursor }) };
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
