import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { JournalEntry, ProviderSwitch, ProviderSwitches } from '../../gateway/ports';
import { AS_USUAL, type Entry, type KeyState, type SandboxJournal } from '../sandbox/journal';
import { failedCall, reach } from './errors';
import { DEPENDENCIES } from '../../domain/breaker';

/** The sandbox companies' memory in a table of its own: states under `key …`, calls under `order …`, switches. */
export function createSandboxJournal(p: { db: DynamoDBDocumentClient; table: string }): SandboxJournal {
  const { db, table: TableName } = p;
  const ask = <T>(call: () => Promise<T>) => reach(`asking ${TableName}`, call);
  let calls = 0;
  const callItem = ({ orderId, ...call }: Entry) => {
    const at = new Date().toISOString();
    // calls of one millisecond stay in order, and those of several processes apart
    const count = String(++calls).padStart(9, '0');
    return { ...call, at, id: `order ${orderId}`, entry: `${at} ${count} ${process.pid}` };
  };
  const keyItem = (key: string, state: KeyState) => ({ ...stateKey(key), state });
  const read = async (key: string): Promise<KeyState | undefined> => {
    const { Item } = await ask(() => db.send(new GetCommand({ TableName, Key: stateKey(key), ConsistentRead: true })));
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
      throw failedCall(`writing ${TableName}`, error);
    }
  }
  const putFree = (key: string, state: KeyState): Put => ({
    Item: keyItem(key, state),
    ConditionExpression: 'attribute_not_exists(id)',
  });
  const putOver = (key: string, to: KeyState, kind: KeyState['kind']): Put => ({
    Item: keyItem(key, to),
    ConditionExpression: '#state.#kind = :kind',
    ExpressionAttributeNames: { '#state': 'state', '#kind': 'kind' },
    ExpressionAttributeValues: { ':kind': kind },
  });
  const putOverExactly = (key: string, to: KeyState, from: KeyState): Put => ({
    Item: keyItem(key, to),
    ConditionExpression: '#state = :from',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':from': from },
  });

  return {
    async claim({ key, state, entry }) {
      const free = await write([putFree(key, state)], entry);
      return free ? undefined : await read(key);
    },
    change: ({ key, from, to, entry }) => write([putOver(key, to, from)], entry),
    take: ({ key, state, charge, entry }) =>
      write([putFree(key, state), putOverExactly(charge.key, charge.to, charge.from)], entry),
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
    async provider(name) {
      const { Item } = await ask(() =>
        db.send(new GetCommand({ TableName, Key: switchKey(name), ConsistentRead: true })),
      );
      return switchOf(Item);
    },
    async providers() {
      const query = new QueryCommand({
        TableName,
        KeyConditionExpression: 'id = :switches',
        ExpressionAttributeValues: { ':switches': SWITCHES },
        ConsistentRead: true,
      });
      const { Items = [] } = await ask(() => db.send(query));
      const byName = new Map(Items.map((item) => [item['entry'], item]));
      return Object.fromEntries(DEPENDENCIES.map((name) => [name, switchOf(byName.get(name))])) as ProviderSwitches;
    },
    async switchProvider(name, changes) {
      const parts = Object.keys(changes);
      const command = new UpdateCommand({
        TableName,
        Key: switchKey(name),
        UpdateExpression: `SET ${parts.map((part) => `#${part} = :${part}`).join(', ')}`,
        ExpressionAttributeNames: Object.fromEntries(parts.map((part) => [`#${part}`, part])),
        ExpressionAttributeValues: Object.fromEntries(Object.entries(changes).map(([part, to]) => [`:${part}`, to])),
        ReturnValues: 'ALL_NEW',
      });
      return switchOf((await ask(() => db.send(command))).Attributes);
    },
  };
}

type Put = Omit<NonNullable<NonNullable<TransactWriteCommandInput['TransactItems']>[number]['Put']>, 'TableName'>;

const stateKey = (key: string) => ({ id: `key ${key}`, entry: 'state' });

/** the partition of the companies' switches */
const SWITCHES = 'switches';

const switchKey = (name: string) => ({ id: SWITCHES, entry: name });

const switchOf = (item: Record<string, unknown> = {}): ProviderSwitch => {
  const { available, refunds } = { ...AS_USUAL, ...item };
  return { available, refunds };
};

function entryOf({ at, provider, operation, key, outcome, amount, currency, carrier }: JournalEntry): JournalEntry {
  const call = { at, provider, operation, key, outcome, ...(carrier !== undefined && { carrier }) };
  return amount === undefined || currency === undefined ? call : { ...call, amount, currency };
}
