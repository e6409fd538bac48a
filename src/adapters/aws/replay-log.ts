import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { setTimeout as delay } from 'node:timers/promises';
import type { ReplayLog } from '../../activities/replay-ports';
import type { ReplayRegister } from '../../messaging/replay-ports';
import {
  countsOf,
  isReplayOver,
  type Replay,
  REPLAY_STATES,
  type ReplayFate,
  type ReplayRequest,
} from '../../domain/replay';
import { reach } from './errors';
import { StepError } from '../../domain/failures';

/** Seconds that a replay is remembered: longer than anything can be replayed. */
const REMEMBERED_S = 400 * 86_400;
/** Seconds that its events are: longer than one can wait in its queue and in the dead letters of that, one after the other. */
const EVENT_REMEMBERED_S = 30 * 86_400;
/** Rows that a replay's events are counted in, so that those who count are seldom in each other's way. */
const COUNTERS = 8;
/** How often counting is tried again that met somebody else. */
const MAX_CONFLICTS = 20;
const CONFLICT_PAUSE_MS = 20;

type ReplayRow = Omit<Replay, 'counts'>;
type CounterRow = Partial<Record<ReplayFate, number>>;

/** Replays in the Inbox: a row for each, some that count, and one for each event that was counted. */
export function createReplayLog(p: { db: DynamoDBDocumentClient; table: string }): ReplayLog & ReplayRegister {
  const { db, table: TableName } = p;
  const what = `reading and writing replays in ${TableName}`;

  async function read(name: string): Promise<Replay | undefined> {
    const Keys = [rowKey(name), ...Array.from({ length: COUNTERS }, (_, n) => counterKey(name, n))];
    const command = new BatchGetCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = await reach(what, () => db.send(command));
    if (UnprocessedKeys?.[TableName]) throw new StepError('SERVICE_UNAVAILABLE', `${what}: throttled`);
    const items = Responses?.[TableName] ?? [];
    const row = items.find(({ eventId }) => eventId === rowKey(name).eventId);
    if (!row) return undefined;
    const { eventId: _key, expiresAt: _expiry, ...replay } = row;
    const counters = items.filter((item) => item !== row) as CounterRow[];
    const total = (fate: ReplayFate) => counters.reduce((sum, counter) => sum + (counter[fate] ?? 0), 0);
    const fates = { FORWARDED: total('FORWARDED'), SKIPPED: total('SKIPPED'), REFUSED: total('REFUSED') };
    return { ...(replay as ReplayRow), counts: countsOf(fates) };
  }

  return {
    read,

    async open(request) {
      const row: ReplayRow = { ...request, state: 'STARTING', startedAt: new Date().toISOString() };
      const Item = { ...rowKey(request.name), ...row, expiresAt: expiryIn(REMEMBERED_S) };
      const put = new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(eventId)' });
      const isNew = await reach(what, () => db.send(put).then(() => true, unlessConditionFailed));
      if (isNew) return { ...row, counts: countsOf({}) };
      const found = await read(request.name);
      if (!found) throw new StepError('SERVICE_UNAVAILABLE', `${what}: a replay that is there cannot be read`);
      return isSame(found, request) ? found : 'name-used';
    },

    async note(name, changes) {
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      if (given.length === 0) return;
      const update = new UpdateCommand({
        TableName,
        Key: rowKey(name),
        UpdateExpression: `SET ${given.map(([member]) => `#${member} = :${member}`).join(', ')}`,
        ConditionExpression: `attribute_exists(eventId) AND NOT #state IN (${OVER.map((_, i) => `:over${i}`).join(', ')})`,
        ExpressionAttributeNames: {
          '#state': 'state',
          ...Object.fromEntries(given.map(([member]) => [`#${member}`, member])),
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(OVER.map((state, i) => [`:over${i}`, state])),
          ...Object.fromEntries(given.map(([member, value]) => [`:${member}`, value])),
        },
      });
      await reach(what, () => db.send(update).then(() => true, unlessConditionFailed));
    },

    async count({ name, eventId, fate }) {
      for (let conflicts = 0; ; conflicts++) {
        const outcome = await reach(what, () => countOnce({ name, eventId, fate }));
        if (outcome === 'counted') return;
        if (conflicts === MAX_CONFLICTS) throw new StepError('SERVICE_UNAVAILABLE', `${what}: too many at once`);
        await delay(Math.random() * CONFLICT_PAUSE_MS * (conflicts + 1));
      }
    },
  };

  /** Counter and event in one, so that whoever dies between the two has done neither. */
  async function countOnce({ name, eventId, fate }: Parameters<ReplayRegister['count']>[0]) {
    const counter = Math.floor(Math.random() * COUNTERS);
    const row = { ...eventKey(name, eventId), fate, expiresAt: expiryIn(EVENT_REMEMBERED_S) };
    const command = new TransactWriteCommand({
      TransactItems: [
        { Put: { TableName, Item: row, ConditionExpression: 'attribute_not_exists(eventId)' } },
        {
          Update: {
            TableName,
            Key: counterKey(name, counter),
            UpdateExpression: 'SET expiresAt = :expiry ADD #fate :one',
            ExpressionAttributeNames: { '#fate': fate },
            ExpressionAttributeValues: { ':one': 1, ':expiry': expiryIn(REMEMBERED_S) },
          },
        },
      ],
    });
    try {
      await db.send(command);
      return 'counted';
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = new Set((error.CancellationReasons ?? []).map(({ Code }) => Code));
      if (codes.has('ConditionalCheckFailed')) return 'counted';
      if (codes.has('TransactionConflict')) return 'conflict';
      throw error;
    }
  }
}

/** states that a replay stays in */
const OVER = REPLAY_STATES.filter(isReplayOver);

const rowKey = (name: string) => ({ eventId: `replay ${name}` });
const counterKey = (name: string, n: number) => ({ eventId: `replay ${name} counter ${n}` });
const eventKey = (name: string, eventId: string) => ({ eventId: `replay ${name} event ${eventId}` });

const expiryIn = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

function unlessConditionFailed(error: unknown): false {
  if (error instanceof ConditionalCheckFailedException) return false;
  throw error;
}

const isSame = (found: ReplayRequest, { name: _name, ...request }: ReplayRequest) =>
  Object.entries(request).every(([member, value]) => found[member as keyof ReplayRequest] === value);
