import {
  type DynamoDBDocumentClient,
  GetCommand,
  DeleteCommand,
  PutCommand,
  UpdateCommand,
  paginateQuery,
  QueryCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Listener, Secret, Webhook, WebhookDelivery } from '../../domain/webhooks';
import type { WebhookBook, WebhookChange } from '../../gateway/ports';
import type { WebhookListeners } from '../../messaging/ports';
import { INDEX_SHARDS, shardOf } from '../../domain/ids';
import { rotated, ROTATION_MS } from '../../domain/webhooks';
import { ifCondition, parts, readDeliveryOf, type UpdateParts, type WebhookTables } from './webhook-desk';
import { reach } from './errors';

type Row = Webhook & { secrets: Secret[] };

/** What of a row is nobody's but ours. */
const INNER: ReadonlySet<string> = new Set(['secrets', 'listening', 'disabledBy', 'alertedAt', 'expiresAt']);
/** What an endpoint did wrong. */
const FAILURES = ['failingSince', 'failedAttempts'];

/** Webhooks as shops keep them, on DynamoDB. */
export function createWebhookBook({ db, tables }: { db: DynamoDBDocumentClient; tables: WebhookTables }): WebhookBook {
  const TableName = tables.webhooks;
  const change = (webhookId: string, p: UpdateParts) =>
    reach(`updating ${TableName}`, () =>
      ifCondition(async () => {
        const update = new UpdateCommand({ TableName, Key: { webhookId }, ReturnValues: 'ALL_NEW', ...parts(p) });
        return (await db.send(update)).Attributes as Row | undefined;
      }),
    );
  async function readRow(webhookId: string): Promise<Row | undefined> {
    const get = new GetCommand({ TableName, Key: { webhookId }, ConsistentRead: true });
    return (await reach(`reading ${TableName}`, () => db.send(get))).Item as Row | undefined;
  }
  const shown = (row: object | undefined) => (row === undefined ? undefined : (withoutInner(row) as Webhook));

  return {
    async create({ secret, ...webhook }) {
      const { webhookId } = webhook;
      const put = new PutCommand({
        TableName,
        Item: { ...webhook, secrets: [{ secret }], listening: listeningOf(webhookId) },
        ConditionExpression: 'attribute_not_exists(webhookId)',
      });
      const isNew = await reach(`writing ${TableName}`, () => ifCondition(() => db.send(put)));
      return isNew !== undefined;
    },
    read: async (webhookId) => shown(await readRow(webhookId)),
    async list(owner) {
      const webhooks: Webhook[] = [];
      const query = {
        TableName,
        IndexName: 'by-owner',
        KeyConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': owner },
      };
      await reach(`listing ${TableName}`, async () => {
        for await (const { Items = [] } of paginateQuery({ client: db }, query)) webhooks.push(...(Items as Webhook[]));
      });
      return webhooks;
    },
    change: async (p) => shown(await change(p.webhookId, changeOf(p))),
    async remove(webhookId) {
      const drop = new DeleteCommand({ TableName, Key: { webhookId }, ReturnValues: 'ALL_OLD' });
      return (await reach(`deleting from ${TableName}`, () => db.send(drop))).Attributes !== undefined;
    },
    async rotate({ webhookId, secret, now }) {
      for (;;) {
        const row = await readRow(webhookId);
        if (!row) return undefined;
        const changed = await change(webhookId, {
          set: { secrets: rotated(row.secrets, { secret, now }), updatedAt: now },
          // two at once: neither new secret is lost
          when: { expression: 'secrets = :seen', values: { ':seen': row.secrets } },
        });
        if (changed) return new Date(Date.parse(now) + ROTATION_MS).toISOString();
      }
    },
    readDelivery: async (key) => shownDelivery(await readDeliveryOf({ db, table: tables.deliveries })(key)),
    async deliveries({ webhookId, before, limit }) {
      const query = new QueryCommand({
        TableName: tables.deliveries,
        KeyConditionExpression: `webhookId = :webhook${before === undefined ? '' : ' AND deliveryId < :before'}`,
        ExpressionAttributeValues: { ':webhook': webhookId, ...(before !== undefined && { ':before': before }) },
        ScanIndexForward: false,
        // one more tells whether there is a next page
        Limit: limit + 1,
      });
      const { Items = [] } = await reach(`listing ${tables.deliveries}`, () => db.send(query));
      const deliveries = Items.slice(0, limit).map((row) => withoutInner(row) as WebhookDelivery);
      const last = deliveries.at(-1);
      return Items.length > limit && last ? { deliveries, before: last.deliveryId } : { deliveries };
    },
  };
}

/** The webhooks that are enabled, out of their index: eventually consistent. */
export const createWebhookListeners = (p: { db: DynamoDBDocumentClient; table: string }): WebhookListeners => ({
  async list() {
    const shards = Array.from({ length: INDEX_SHARDS }, (_, shard) => listenersIn(p, String(shard)));
    return (await reach(`listing ${p.table}`, () => Promise.all(shards))).flat();
  },
});

async function listenersIn({ db, table }: { db: DynamoDBDocumentClient; table: string }, shard: string) {
  const listeners: Listener[] = [];
  const query = {
    TableName: table,
    IndexName: 'listening',
    KeyConditionExpression: 'listening = :shard',
    ExpressionAttributeValues: { ':shard': shard },
  };
  for await (const { Items = [] } of paginateQuery({ client: db }, query)) listeners.push(...(Items as Listener[]));
  return listeners;
}

const listeningOf = (webhookId: string): string => String(shardOf(webhookId));

function changeOf({ webhookId, now, url, events, description, enabled }: WebhookChange): UpdateParts {
  const given = { url, events, description };
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  const remove = Object.entries(given).filter(([, value]) => value === null);
  const switched = enabled === undefined ? {} : { enabled };
  const disabled = enabled === false ? { disabledAt: now, disabledReason: 'by hand' } : {};
  return {
    set: {
      ...Object.fromEntries(set),
      ...switched,
      ...disabled,
      ...(enabled === true && { listening: listeningOf(webhookId) }),
      updatedAt: now,
    },
    remove: [
      ...remove.map(([name]) => name),
      // another endpoint, or the same one mended: it starts anew
      ...(url !== undefined || enabled === true ? FAILURES : []),
      ...(enabled === true ? ['disabledAt', 'disabledReason', 'disabledBy', 'alertedAt'] : []),
      ...(enabled === false ? ['listening', 'disabledBy', 'alertedAt'] : []),
    ],
    when: { expression: 'attribute_exists(webhookId)' },
  };
}

const withoutInner = (row: object) => Object.fromEntries(Object.entries(row).filter(([name]) => !INNER.has(name)));

const shownDelivery = (row: WebhookDelivery | undefined) =>
  row === undefined ? undefined : (withoutInner(row) as WebhookDelivery);
