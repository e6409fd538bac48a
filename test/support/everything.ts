import { EventBridgeClient, DescribeArchiveCommand } from '@aws-sdk/client-eventbridge';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { paginateScan } from '@aws-sdk/lib-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';
import { canonicalJson } from '../../src/domain/canonical-json';
import { documentsAt } from '../../scripts/lib/aws-access';

/** where everything is that an event could have an effect on, with the keys of a row */
const TABLES = {
  Orders: ['orderId'],
  OrderEvents: ['orderId', 'sequence'],
  OrderStatusView: ['orderId'],
  Inventory: ['productId'],
  WarehouseStock: ['productId', 'warehouseId'],
  Ledger: ['key'],
  Backorders: ['productId', 'entry'],
  SandboxJournal: ['id', 'entry'],
  Inbox: ['eventId'],
  DeadLetters: ['id'],
  Projections: ['id', 'entry'],
  OrderSnapshots: ['orderId', 'sequence'],
  Webhooks: ['webhookId'],
  WebhookDeliveries: ['webhookId', 'deliveryId'],
  Cases: ['caseId'],
} as const;

export type TableName = keyof typeof TABLES;

/** The rows of the tables by their key, each as text. */
export type Everything = Record<TableName, Record<string, string>>;

/** True of what is written of replays, and of the last reconciliation. */
const isOfCare = (table: string, key: string): boolean =>
  table === 'Cases' ? key === 'report' : table === 'Inbox' && key.startsWith('replay ');

/**
 * What is written in a system; without how far the status of an order as accepted was brought, which whoever looks again
 * brings to the order's last event, and without what is written of replays and reconciliations themselves.
 */
export async function readEverything(endpoint: string): Promise<Everything> {
  const db = documentsAt(endpoint);
  const all = await Promise.all(
    Object.entries(TABLES).map(async ([TableName, keys]) => {
      const rows: [string, string][] = [];
      for await (const { Items = [] } of paginateScan({ client: db }, { TableName, ConsistentRead: true }))
        for (const { statusSequence: _howFar, ...item } of Items)
          rows.push([keys.map((key) => String(item[key])).join(' '), canonicalJson(item)]);
      return [TableName, Object.fromEntries(rows.filter(([key]) => !isOfCare(TableName, key)))];
    }),
  );
  db.destroy();
  return Object.fromEntries(all) as Everything;
}

/** Longer than anything waits that needs nobody: a push has to, for 5 s. */
const REST_MS = 7000;

/** Waits until nothing is written any more. */
export async function readAtRest(endpoint: string): Promise<Everything> {
  for (let [last, tries] = [await readEverything(endpoint), 0]; tries < 30; tries++) {
    await sleep(REST_MS);
    const now = await readEverything(endpoint);
    if (canonicalJson(now) === canonicalJson(last)) return now;
    last = now;
  }
  throw new Error('the system does not come to rest');
}

/** How many events are in the archive. */
export async function countArchived(endpoint: string): Promise<number> {
  const events = new EventBridgeClient({ endpoint });
  const { EventCount = 0 } = await events.send(new DescribeArchiveCommand({ ArchiveName: 'order-events-archive' }));
  events.destroy();
  return EventCount;
}

/** How many dead letters there are, by queue. */
export async function countDeadLetters(endpoint: string): Promise<Record<string, number>> {
  const sqs = new SQSClient({ endpoint });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const counts = QueueUrls.filter((url) => url.endsWith('-dlq')).map(async (QueueUrl) => {
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return [QueueUrl.split('/').at(-1), Number(Attributes?.['ApproximateNumberOfMessages'])] as const;
  });
  const counted = Object.fromEntries(await Promise.all(counts));
  sqs.destroy();
  return counted;
}
