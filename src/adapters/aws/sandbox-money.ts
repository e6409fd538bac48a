import { type DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { JournalEntry } from '../../gateway/ports';
import type { OrderId } from '../../domain/ids';
import { movedMoney, type MoneyCalls } from '../sandbox/statements';
import { reach } from './errors';

/** calls that are looked at for one page */
const PAGE_ROWS = 1000;
const OF_ORDER = 'order ';

/** The money calls of the sandbox's journal. A sandbox may scan: a payment company has its own index of its charges. */
export const createSandboxMoneyCalls = (p: { db: DynamoDBDocumentClient; table: string }): MoneyCalls => ({
  async list({ since, token }) {
    const command = new ScanCommand({
      TableName: p.table,
      Limit: PAGE_ROWS,
      ConsistentRead: true,
      FilterExpression: 'begins_with(id, :order) AND #at >= :since',
      ExpressionAttributeNames: { '#at': 'at' },
      ExpressionAttributeValues: { ':order': OF_ORDER, ':since': since },
      ExclusiveStartKey: token === undefined ? undefined : (JSON.parse(token) as Record<string, string>),
    });
    const { Items = [], LastEvaluatedKey } = await reach(`listing ${p.table}`, () => p.db.send(command));
    const calls = (Items as (JournalEntry & { id: string })[]).filter(movedMoney);
    return {
      calls: calls.map(({ id, ...call }) => ({ ...call, orderId: id.slice(OF_ORDER.length) as OrderId })),
      ...(LastEvaluatedKey && { token: JSON.stringify(LastEvaluatedKey) }),
    };
  },
});
