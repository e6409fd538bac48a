import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { uniqueId } from './orders';

/** A table that nobody else uses. @param key its partition key and its sort key, texts */
export async function createOwnTable(
  db: DynamoDBDocumentClient,
  { name, key }: { name: string; key: [string, string] },
): Promise<string> {
  const TableName = uniqueId(name);
  const [hash, range] = key;
  await db.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: key.map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: [
        { AttributeName: hash, KeyType: 'HASH' },
        { AttributeName: range, KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  return TableName;
}
