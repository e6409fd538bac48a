import type { AwsCall } from '../../src/adapters/aws/clients';
import { REPLAY_PREFIX } from '../../src/domain/replay';

/** An action on a resource, by its physical name: `dynamodb:Query OrderStatusView/index/by-status`. */
export type Right = `${string}:${string} ${string}`;

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
}

interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

interface Role {
  Policies: { PolicyName: string; PolicyDocument: { Statement: Statement[] } }[];
}

type Resources = Record<string, Resource>;

/** What the policies of a role of the template allow; a resource that is none of the template's is left as it is. */
export function rightsOf(template: string, role: string): Right[] {
  const { Resources: resources } = JSON.parse(template) as { Resources: Resources };
  const found = Object.entries(resources).find(([id, { Type }]) => Type === 'AWS::IAM::Role' && id.startsWith(role));
  if (!found) throw new Error(`the template has no ${role}`);
  return (found[1].Properties as unknown as Role).Policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.flatMap(({ Action, Resource: arns }) =>
      listOf(Action).flatMap((action) => listOf(arns).map((arn) => `${action} ${nameOf(resources, arn)}` as Right)),
    ),
  );
}

const listOf = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

/** The physical name behind a reference to an ARN. */
function nameOf(resources: Resources, arn: unknown): string {
  if (typeof arn === 'string') return arn;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = arn as Record<string, unknown>;
  if (join) {
    const text = (join as [string, unknown[]])[1].map((part) => nameOf(resources, part)).join('');
    // one that is put together from its name: what comes after partition, service, region and account
    return text.startsWith('arn:') ? text.split(':').slice(5).join(':') : text;
  }
  if (typeof Ref === 'string' && Ref.startsWith('AWS::')) return Ref.replace('AWS::', '');
  const { TableName, QueueName, TopicName, Name } = resources[(attribute as string[])?.[0] ?? String(Ref)]!.Properties;
  return String(TableName ?? QueueName ?? TopicName ?? Name);
}

/** The rights that a call needs. */
export function rightsFor({ service, command, input }: AwsCall): Right[] {
  const action = command.replace(/Command$/, '');
  switch (service) {
    case 'DynamoDBClient':
      return tableRights(action, input);
    case 'SQSClient': {
      // the action of a batch is that of its entries
      const { QueueUrl } = input as { QueueUrl: string };
      return [`sqs:${action.replace(/Batch$/, '')} ${new URL(QueueUrl).pathname.split('/').at(-1)}`];
    }
    case 'SNSClient':
      return [`sns:${action} ${(input as { TopicArn: string }).TopicArn.split(':').at(-1)}`];
    case 'EventBridgeClient': {
      if (action.endsWith('Replay')) return [replayRight(action, input)];
      if (action === 'DescribeEventBus') return [`events:${action} ${(input as { Name: string }).Name}`];
      const { Entries } = input as { Entries: { EventBusName: string }[] };
      return Entries.map(({ EventBusName }): Right => `events:${action} ${EventBusName}`);
    }
    default:
      throw new Error(`no rights are known for calls to ${service}`);
  }
}

/** A replay is started on its archive; later it goes by its name, of which the right knows the beginning. */
function replayRight(action: string, input: { EventSourceArn?: string; ReplayName?: string }): Right {
  if (input.EventSourceArn !== undefined) return `events:${action} ${input.EventSourceArn.split(':').at(-1)}`;
  const { ReplayName = '' } = input;
  const name = ReplayName.startsWith(REPLAY_PREFIX) ? `${REPLAY_PREFIX}*` : ReplayName;
  return `events:${action} replay/${name}`;
}

interface TableInput {
  TableName?: string;
  IndexName?: string;
  RequestItems?: Record<string, unknown>;
  TransactItems?: Record<string, { TableName: string }>[];
}

/** of the members of a transaction */
const WRITES: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

function tableRights(action: string, { TableName, IndexName, RequestItems, TransactItems }: TableInput): Right[] {
  if (TransactItems)
    return TransactItems.flatMap((item) =>
      Object.entries(item).map(([write, on]): Right => `dynamodb:${WRITES[write]} ${on.TableName}`),
    );
  if (RequestItems) return Object.keys(RequestItems).map((table): Right => `dynamodb:${action} ${table}`);
  return [`dynamodb:${action} ${TableName}${IndexName ? `/index/${IndexName}` : ''}`];
}
