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

  /** False when the condition on the key's state does not hold. */
  async function write(put: Put, entry?: Entry): Promise<boolean> {
    const call = entry ? [{ Put: { TableName, Item: callItem(entry) } }] : [];
    try {
      await db.send(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, ...put } }, ...call] }));
      return true;
    } catch (error) {
      const reasons = error instanceof TransactionCanceledException ? error.CancellationReasons : undefined;
      if (reasons?.[0]?.Code === 'ConditionalCheckFailed') return false;
      throw error;
    }
  }

  return {
    async claim({ key, state, entry }) {
      const free = await write({ Item: keyItem(key, state), ConditionExpression: 'attribute_not_exists(id)' }, entry);
      return free ? undefined : await read(key);
    },
    change: ({ key, from, to, entry }) =>
      write(
        {
          Item: keyItem(key, to),
          ConditionExpression: '#state.kind = :from',
          ExpressionAttributeNames: { '#state': 'state' },
          ExpressionAttributeValues: { ':from': from },
        },
        entry,
      ),
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
