import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Disabled, LogEntry, SignedWebhook, WebhookDesk } from '../../activities/webhook-ports';
import { MAX_ATTEMPTS_SHOWN, type Webhook, type WebhookDelivery } from '../../domain/webhooks';
import { reach } from './errors';

/** Seconds that a delivery stays in the log after its last attempt. */
const LOGGED_S = 90 * 86_400;

export interface WebhookTables {
  webhooks: string;
  deliveries: string;
}

type DeliveryKey = Pick<WebhookDelivery, 'webhookId' | 'deliveryId'>;

/** Webhooks as their deliveries see them, on DynamoDB. */
export function createWebhookDesk({ db, tables }: { db: DynamoDBDocumentClient; tables: WebhookTables }): WebhookDesk {
  const update = (input: ConstructorParameters<typeof UpdateCommand>[0]) =>
    ifCondition(async () => (await db.send(new UpdateCommand(input))).Attributes);
  const updateWebhook = (webhookId: string, p: UpdateParts) =>
    reach(`updating ${tables.webhooks}`, () =>
      update({ TableName: tables.webhooks, Key: { webhookId }, ReturnValues: 'ALL_NEW', ...parts(p) }),
    );

  async function readWebhook(webhookId: string): Promise<SignedWebhook | undefined> {
    const get = new GetCommand({ TableName: tables.webhooks, Key: { webhookId }, ConsistentRead: true });
    const { Item } = await reach(`reading ${tables.webhooks}`, () => db.send(get));
    return Item as SignedWebhook | undefined;
  }
  const readDelivery = readDeliveryOf({ db, table: tables.deliveries });

  return {
    readWebhook,
    readDelivery,

    async logAttempt(entry) {
      const logged = await readDelivery(entry);
      if (logged && logged.made >= entry.attempt.n) return false;
      const put = new PutCommand({
        TableName: tables.deliveries,
        Item: rowOf(entry, logged),
        ConditionExpression: 'attribute_not_exists(made) OR made < :n',
        ExpressionAttributeValues: { ':n': entry.attempt.n },
      });
      return reach(`logging in ${tables.deliveries}`, () => ifCondition(() => db.send(put).then(() => true))).then(
        (written) => written ?? false,
      );
    },

    async logStop({ webhookId, deliveryId, reason }) {
      await reach(`logging in ${tables.deliveries}`, () =>
        update({
          TableName: tables.deliveries,
          Key: { webhookId, deliveryId },
          ...parts({
            set: { state: 'STOPPED', reason, updatedAt: new Date().toISOString() },
            remove: ['nextAttemptAt'],
            when: { expression: '#state = :pending', values: { ':pending': 'PENDING' } },
          }),
        }),
      );
    },

    async countFailure({ webhookId, at }) {
      const changed = await reach(`updating ${tables.webhooks}`, () =>
        update({
          TableName: tables.webhooks,
          Key: { webhookId },
          UpdateExpression: 'SET failingSince = if_not_exists(failingSince, :at) ADD failedAttempts :one',
          ConditionExpression: 'attribute_exists(webhookId)',
          ExpressionAttributeValues: { ':at': at, ':one': 1 },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return changed as Webhook | undefined;
    },

    async countSuccess(webhookId) {
      await updateWebhook(webhookId, {
        remove: ['failingSince', 'failedAttempts'],
        when: { expression: 'attribute_exists(webhookId)' },
      });
    },

    async disable({ webhookId, by, reason, at, failingSince }): Promise<Disabled> {
      const since = failingSince === undefined ? '' : ' AND failingSince = :since';
      const disabled = await updateWebhook(webhookId, {
        set: { enabled: false, disabledBy: by, disabledReason: reason, disabledAt: at, updatedAt: at },
        remove: ['listening', 'alertedAt'],
        when: {
          expression: `#enabled = :true${since}`,
          values: { ':true': true, ...(failingSince !== undefined && { ':since': failingSince }) },
        },
      });
      if (disabled) return { kind: 'DISABLED', webhook: disabled as Webhook, isTold: false };
      const webhook = await readWebhook(webhookId);
      if (webhook?.enabled) return { kind: 'ALIVE' };
      if (webhook?.disabledBy !== by) return { kind: 'DISABLED_BEFORE' };
      return { kind: 'DISABLED', webhook, isTold: webhook.alertedAt !== undefined };
    },

    async noteAlert({ webhookId, by, at }) {
      await updateWebhook(webhookId, {
        set: { alertedAt: at },
        when: { expression: 'disabledBy = :by', values: { ':by': by } },
      });
    },
  };
}

/** What a call gives; `undefined`: its condition does not hold. */
export async function ifCondition<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return undefined;
  }
}

/** Reads one delivery out of the log; consistent. */
export const readDeliveryOf =
  ({ db, table }: { db: DynamoDBDocumentClient; table: string }) =>
  async ({ webhookId, deliveryId }: DeliveryKey): Promise<WebhookDelivery | undefined> => {
    const get = new GetCommand({ TableName: table, Key: { webhookId, deliveryId }, ConsistentRead: true });
    const { Item } = await reach(`reading ${table}`, () => db.send(get));
    return Item as WebhookDelivery | undefined;
  };

function rowOf({ attempt, ...entry }: LogEntry, logged: WebhookDelivery | undefined): object {
  const attempts = [...(logged?.attempts ?? []), attempt].slice(-MAX_ATTEMPTS_SHOWN);
  const updatedAt = new Date(Date.parse(attempt.at) + attempt.ms).toISOString();
  const expiresAt = Math.floor(Date.parse(attempt.at) / 1000) + LOGGED_S;
  return { ...entry, made: attempt.n, attempts, updatedAt, expiresAt } satisfies WebhookDelivery & {
    expiresAt: number;
  };
}

/** What an update sets and removes, and when; by the names of the attributes. */
export interface UpdateParts {
  set?: Record<string, unknown>;
  remove?: readonly string[];
  when: { expression: string; values?: Record<string, unknown> };
}

/** An update as DynamoDB takes it; in its condition, an attribute with a reserved name is `#name`. */
export function parts({ set = {}, remove = [], when }: UpdateParts) {
  const names = [...Object.keys(set), ...remove, ...(when.expression.match(/(?<=#)\w+/g) ?? [])];
  const sets = Object.keys(set).map((name) => `#${name} = :set_${name}`);
  const expressions = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.map((name) => `#${name}`).join(', ')}`] : []),
  ];
  const values = { ...Object.fromEntries(Object.entries(set).map(([k, v]) => [`:set_${k}`, v])), ...when.values };
  return {
    UpdateExpression: expressions.join(' '),
    ConditionExpression: when.expression,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}
