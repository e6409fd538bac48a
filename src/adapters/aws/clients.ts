import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Metrics } from '../../metrics';
import { measureAwsCalls } from './measure-calls';
import { traceCalls } from './traced-calls';

export interface AwsClients {
  db: DynamoDBDocumentClient;
  events: EventBridgeClient;
  sns: SNSClient;
  sqs: SQSClient;
  destroy(): void;
}

/** Called once for each call to AWS, with what was sent, retries of the SDK included. */
export type CallObserver = (call: AwsCall) => void;

export interface AwsCall {
  service: string;
  command: string;
  input: object;
}

/**
 * One client per service and process, with kept-alive connections. Few retries here: Temporal retries above.
 * Endpoints and credentials come from the SDK's own environment variables (`AWS_ENDPOINT_URL`, `AWS_PROFILE`, …).
 */
export function createAwsClients(
  p: {
    region?: string | undefined;
    observe?: CallObserver | undefined;
    metrics?: Pick<Metrics, 'record'> | undefined;
  } = {},
): AwsClients {
  const { observe, metrics } = p;
  const options = clientOptions(p);
  const dynamo = new DynamoDBClient(options);
  const events = new EventBridgeClient(options);
  const sns = new SNSClient(options);
  // the consumer waits up to 20 s for messages on a connection
  const sqs = new SQSClient({ ...options, requestHandler: { ...options.requestHandler, requestTimeout: 30_000 } });
  const clients = { dynamo, events, sns, sqs };
  for (const client of Object.values(clients)) traceCalls(client);
  if (observe) for (const client of Object.values(clients)) observeCalls(client, observe);
  if (metrics) for (const client of Object.values(clients)) measureAwsCalls(client, metrics);
  const db = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  return {
    db,
    events,
    sns,
    sqs,
    destroy: () => Object.values(clients).forEach((client) => client.destroy()),
  };
}

/**
 * The clients that customers are told with. They try once: a message that is sent again because its answer was lost
 * comes twice.
 */
export function createNotificationClients(p: { region?: string | undefined; observe?: CallObserver | undefined } = {}) {
  const options = { ...clientOptions(p), maxAttempts: 1 };
  const clients = { ses: new SESv2Client(options), sns: new SNSClient(options) };
  for (const client of Object.values(clients)) traceCalls(client);
  if (p.observe) for (const client of Object.values(clients)) observeCalls(client, p.observe);
  return { ...clients, destroy: () => Object.values(clients).forEach((client) => client.destroy()) };
}

const clientOptions = ({ region }: { region?: string | undefined }) => ({
  ...(region ? { region } : {}),
  maxAttempts: 2,
  requestHandler: {
    connectionTimeout: 1000,
    requestTimeout: 3000,
    throwOnRequestTimeout: true,
    httpAgent: { keepAlive: true, maxSockets: 200 },
    httpsAgent: { keepAlive: true, maxSockets: 200 },
  },
});

/** What AWS clients could not do without and the SDK does not find: region, credentials. One client stands for all. */
export async function missingAwsAccess(): Promise<string[]> {
  const client = new DynamoDBClient({});
  const { config } = client;
  const found = (wanted: Promise<unknown>) =>
    wanted.then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  const [region, credentials] = await Promise.all([found(config.region()), found(config.credentials())]);
  client.destroy();
  return [
    ...(region ? [`AWS has no region (${region}): set AWS_REGION, or AWS_PROFILE to a profile that has one`] : []),
    ...(credentials
      ? [
          `AWS has no credentials (${credentials}): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, or a role`,
        ]
      : []),
  ];
}

type Client = DynamoDBClient | EventBridgeClient | SESv2Client | SNSClient | SQSClient;

function observeCalls(client: Client, observe: CallObserver): void {
  (client as DynamoDBClient).middlewareStack.add(
    (next, context) => (args) => {
      observe({ service: context.clientName ?? '', command: context.commandName ?? '', input: args.input });
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'waybillCallObserver' },
  );
}
