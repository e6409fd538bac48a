import { DynamoDB, type TimeToLiveSpecification } from '@aws-sdk/client-dynamodb';
import { EventBridge, ResourceNotFoundException } from '@aws-sdk/client-eventbridge';

interface Resource {
  Type: string;
  Properties?: object;
}

interface TableProperties {
  TableName: string;
  TimeToLiveSpecification?: TimeToLiveSpecification;
}

interface ArchiveProperties {
  ArchiveName: string;
  SourceArn: { 'Fn::GetAtt': [bus: string, 'Arn'] };
  Description: string;
  EventPattern: object;
  RetentionDays: number;
}

/** a type that the emulator's CloudFormation does not know */
const ARCHIVE = 'AWS::Events::Archive';

/** Nobody hears the alarms of an emulator, and those of an expression over metrics it refuses. */
const isUnknown = ({ Type, Properties = {} }: Resource) =>
  Type === ARCHIVE || (Type === 'AWS::CloudWatch::Alarm' && 'Metrics' in Properties);

/** The template as the emulator's CloudFormation takes it. */
export function withoutGaps(template: string): string {
  const { Resources, ...rest } = parse(template);
  const known = Object.entries(Resources).filter(([, resource]) => !isUnknown(resource));
  return JSON.stringify({ ...rest, Resources: Object.fromEntries(known) });
}

/**
 * Sets through the API what the emulator's CloudFormation leaves out, from the same properties: a table's time to live,
 * and archives.
 */
export async function closeGaps(p: { aws: object; template: string }): Promise<void> {
  const resources = parse(p.template).Resources;
  const db = new DynamoDB(p.aws);
  const events = new EventBridge(p.aws);
  try {
    for (const { Type, Properties } of Object.values(resources)) {
      if (Type === 'AWS::DynamoDB::Table') await setExpiry(db, Properties as TableProperties);
      if (Type === ARCHIVE) await putArchive(events, resources, Properties as ArchiveProperties);
    }
  } finally {
    db.destroy();
    events.destroy();
  }
}

async function setExpiry(db: DynamoDB, { TableName, TimeToLiveSpecification }: TableProperties): Promise<void> {
  if (TimeToLiveSpecification) await db.updateTimeToLive({ TableName, TimeToLiveSpecification });
}

/** Creates the archive, or makes it what the template says; what is archived stays. */
async function putArchive(
  events: EventBridge,
  resources: Record<string, Resource>,
  { ArchiveName, SourceArn, Description, EventPattern, RetentionDays }: ArchiveProperties,
): Promise<void> {
  const archive = { ArchiveName, Description, EventPattern: JSON.stringify(EventPattern), RetentionDays };
  try {
    await events.updateArchive(archive);
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    const bus = resources[SourceArn['Fn::GetAtt'][0]]?.Properties as { Name: string };
    const { Arn: EventSourceArn } = await events.describeEventBus({ Name: bus.Name });
    await events.createArchive({ ...archive, EventSourceArn });
  }
}

const parse = (template: string) => JSON.parse(template) as { Resources: Record<string, Resource> };
