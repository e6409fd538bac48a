import { type Attributes, context, propagation } from '@opentelemetry/api';
import { activeSpan, inSpan, SpanKind } from '../../tracing';

/** A client of the SDK, as far as calls are watched. */
interface Traceable {
  middlewareStack: {
    add(
      middleware: (next: Next, about: { clientName?: string; commandName?: string }) => Next,
      options: { step: 'initialize'; priority: 'high'; name: string },
    ): void;
  };
}

type Next = (args: { input: object }) => Promise<{ output: unknown; response: unknown }>;

/** SQS and SNS take ten attributes with a message. */
const MAX_ATTRIBUTES = 10;

/** Failures that are answers: what was expected of the tables is not so. */
const ANSWERS = new Set(['ConditionalCheckFailedException', 'TransactionCanceledException']);

/** Puts a client's calls into the trace of their caller, and that trace into the messages that it sends. */
export function traceCalls(client: object): void {
  (client as Traceable).middlewareStack.add(
    (next, { clientName = '', commandName = '' }) => {
      const service = clientName.replace(/Client$/, '');
      const method = commandName.replace(/Command$/, '');
      return (args) => {
        // polls and rounds are nobody's
        if (!activeSpan()) return next(args);
        const attributes = about(service, method, args);
        return inSpan({ name: `${service}.${method}`, kind: kindOf(method), attributes, isAnswer }, async (span) => {
          const result = await next({ ...args, input: carrying(method, args.input) });
          span.setAttribute('aws.attempts', attemptsOf(result));
          return result;
        });
      };
    },
    { step: 'initialize', priority: 'high', name: 'waybillTrace' },
  );
}

const MESSAGES: Record<string, true> = { SendMessage: true, Publish: true };

const kindOf = (method: string): SpanKind => (MESSAGES[method] ? SpanKind.PRODUCER : SpanKind.CLIENT);

const isAnswer = (error: unknown): boolean => error instanceof Error && ANSWERS.has(error.name);

const attemptsOf = ({ output }: { output: unknown }): number =>
  (output as { $metadata?: { attempts?: number } }).$metadata?.attempts ?? 1;

/** Names only: what is in a call may be somebody's address. */
function about(service: string, method: string, { input }: { input: object }): Attributes {
  const tables = tablesOf(input);
  const { QueueUrl, TopicArn } = input as AwsInput;
  const destination = (QueueUrl ?? TopicArn)?.split(/[/:]/).at(-1);
  return {
    'rpc.system': 'aws-api',
    'rpc.service': service,
    'rpc.method': method,
    ...(tables.length > 0 && { 'aws.dynamodb.table_names': tables }),
    ...(destination && { 'messaging.destination.name': destination }),
  };
}

interface AwsInput {
  TableName?: string;
  RequestItems?: object;
  TransactItems?: Record<string, { TableName?: string } | undefined>[];
  QueueUrl?: string;
  TopicArn?: string;
}

function tablesOf({ TableName, RequestItems = {}, TransactItems = [] }: AwsInput): string[] {
  const written = TransactItems.flatMap((item) => Object.values(item).flatMap((one) => one?.TableName ?? []));
  return [...new Set([...(TableName ? [TableName] : []), ...Object.keys(RequestItems), ...written])];
}

/** A message with the trace that it belongs to, where it has room for it and none of its own. */
function carrying(method: string, input: object): object {
  if (!MESSAGES[method]) return input;
  const { MessageAttributes = {} } = input as { MessageAttributes?: object };
  const carried: Record<string, string> = {};
  propagation.inject(context.active(), carried);
  const traceparent = carried['traceparent'];
  const hasRoom = Object.keys(MessageAttributes).length < MAX_ATTRIBUTES && !('traceparent' in MessageAttributes);
  const xray = carried['x-amzn-trace-id'];
  return {
    ...input,
    ...(hasRoom &&
      traceparent !== undefined && {
        MessageAttributes: { ...MessageAttributes, traceparent: { DataType: 'String', StringValue: traceparent } },
      }),
    ...(method === 'SendMessage' &&
      xray !== undefined && {
        MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: xray } },
      }),
  };
}
