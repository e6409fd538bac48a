import { DynamoDB } from '@aws-sdk/client-dynamodb';

interface Resource {
  Type: string;
  Properties?: { TableName?: string; TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean } };
}

/**
 * Sets through the API what the emulator's CloudFormation leaves out, from the same properties: a table's time to live.
 */
export async function closeGaps(p: { aws: object; template: string }): Promise<void> {
  const { Resources } = JSON.parse(p.template) as { Resources: Record<string, Resource> };
  const db = new DynamoDB(p.aws);
  for (const { Type, Properties: { TableName, TimeToLiveSpecification } = {} } of Object.values(Resources))
    if (Type === 'AWS::DynamoDB::Table' && TableName && TimeToLiveSpecification)
      await db.updateTimeToLive({ TableName, TimeToLiveSpecification });
  db.destroy();
}
