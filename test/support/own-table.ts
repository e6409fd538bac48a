import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { uniqueId } from './orders';

/** A table that nobody else uses. @param p.key its partition key and its sort key, texts; @param p.indexes the same by name */
export async function createOwnTable(
  db: DynamoDBDocumentClient,
  { name, key, indexes = {} }: { name: string; key: [string, string?]; indexes?: Record<string, [string, string]> },
): Promise<string> {
  const TableName = uniqueId(name);
  const keys = [key, ...Object.values(indexes)].map((names) => names.filter((one) => one !== undefined));
  const global = Object.entries(indexes).map(([IndexName, names]) => ({
    IndexName,
    KeySchema: schemaOf(names),
    Projection: { ProjectionType: 'ALL' as const },
  }));
  await db.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [...new Set(keys.flat())].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: schemaOf(keys[0]!),
      ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return TableName;
}

const schemaOf = (names: readonly string[]) =>
  names.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? ('HASH' as const) : ('RANGE' as const) }));
