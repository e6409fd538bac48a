import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { Entry, KeyState, SandboxJournal } from '../sandbox/journal';
import type { JournalEntry } from '../../gateway/ports';

/** The sandbox companies' memory in a table of its own: states under `key …`, calls under `order …`. */
export function createSandboxJournal(p: { db: DynamoDBDocumentClient; table: string }): SandboxJournal {
  const { db, table: TableName } = p;
  let calls = 0;
  const callItem = ({ orderId, ...call }: Entry) => {
    const at = new Date().toISOString();
    // calls of one millisecond stay in order, and those of several processes apart
    const count = String(++calls).padStart(9, '0');
    return { ...call, at, id: `order ${orderId}`, entry: `${at} ${count} ${process.pid}` };
  };
  const keyItem = (key: string, state: KeyState) => ({ ...stateKey(key), state });
  const read = async (key: string): Promise<KeyState | undefined> => {
    const { Item } = await db.send(new GetCommand({ TableName, Key: stateKey(key), ConsistentRead: true }));
    return Item?.['state'] as KeyState | undefined;
  };
  const append = async (entry: Entry) => void (await db.send(new PutCommand({ TableName, Item: callItem(entry) })));

  /** False when a condition on a key's state does not hold. */
  async function write(puts: Put[], entry?: Entry): Promise<boolean> {
    const rows: Put[] = entry ? [...puts, { Item: callItem(entry) }] : puts;
    try {
      await db.send(new TransactWriteCommand({ TransactItems: rows.map((row) => ({ Put: { TableName, ...row } })) }));
      return true;
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? error.CancellationReasons : undefined;
      if (reasons?.some(({ Code }) => Code === 'ConditionalCheckFailed')) return false;
      throw error;
    }
  }
  const putFree = (key: string, state: KeyState): Put => ({
    Item: keyItem(key, state),
    ConditionExpression: 'attribute_not_exists(id)',
  });
  const putOver = (key: string, state: KeyState, [name, before]: [name: string, before: unknown]): Put => ({
    Item: keyItem(key, state),
    ConditionExpression: '#state.#name = :before',
    ExpressionAttributeNames: { '#state': 'state', '#name': name },
    ExpressionAttributeValues: { ':before': before },
  });

  return {
    async claim({ key, state, entry }) {
      const free = await write([putFree(key, state)], entry);
      return free ? undefined : await read(key);
    },
    change: ({ key, from, to, entry }) => write([putOver(key, to, ['kind', from])], entry),
    refund({ key, chargeKey, from, amount, entry }) {
      const charge = { ...from, refunded: from.refunded + amount };
      return write(
        [putFree(key, { kind: 'REFUNDED' }), putOver(chargeKey, charge, ['refunded', from.refunded])],
        entry,
      );
    },
    state: read,
    append,
    async entries(orderId) {
      const entries: JournalEntry[] = [];
      const input = {
        TableName,
        KeyConditionExpression: 'id = :order',
        ExpressionAttributeValues: { ':order': `order ${orderId}` },
      };
      for await (const { Items = [] } of paginateQuery({ client: db }, input))
        entries.push(...Items.map((item) => entryOf(item as unknown as JournalEntry)));
      return entries;
    },
  };
}

type Put = Omit<NonNullable<NonNullable<TransactWriteCommandInput['TransactItems']>[number]['Put']>, 'TableName'>;

const stateKey = (key: string) => ({ id: `key ${key}`, entry: 'state' });

function entryOf({ at, provider, operation, key, outcome, amount, currency }: JournalEntry): JournalEntry {
  const call = { at, provider, operation, key, outcome };
  return amount === undefined || currency === undefined ? call : { ...call, amount, currency };
}
