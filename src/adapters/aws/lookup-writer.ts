import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Lookups } from '../../messaging/projection-ports';
import { putAll } from './put-all';

/** The look-ups on DynamoDB. */
export const createLookups = ({ db, table }: { db: DynamoDBDocumentClient; table: string }): Lookups => ({
  note: (lookups) => putAll(db, { table, items: lookups, what: `writing ${table}` }),
});
