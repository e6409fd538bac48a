import { CreateQueueCommand, DeleteQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { ReceivedSpan } from '../../scripts/traces/otlp';
import { aboutMessage } from '../../src/messaging/message-trace';
import { connectToEmulator } from '../support/contracts/emulator';
import { createAwsClients } from '../../src/adapters/aws/clients';
import { createLogger } from '../../src/telemetry';
import { createQueueReader } from '../../src/messaging/queue-reader';
import { eventually } from '../support/contracts/condition';
import { inSpan, SpanKind } from '../../src/tracing';
import { logFields } from '../../src/log-context';
import { noLetters } from '../support/letters';
import { receiveTraces, traceHere } from '../support/traced';
import { uniqueId } from '../support/orders';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const OTHER = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test.each<[name: string, body: unknown, attributes: Record<string, string>, about: object]>([
  [
    'an event',
    { detail: { orderId: 'ORD-1', traceparent: TRACEPARENT } },
    {},
    { orderId: 'ORD-1', traceparent: TRACEPARENT },
  ],
  ['a message of ours', { orderId: 'ORD-1' }, { traceparent: OTHER }, { orderId: 'ORD-1', traceparent: OTHER }],
  [
    'a message of a topic, whose own trace comes last',
    {
      Message: JSON.stringify({ orderId: 'ORD-1', traceparent: TRACEPARENT }),
      MessageAttributes: { traceparent: { Type: 'String', Value: OTHER } },
    },
    {},
    { orderId: 'ORD-1', traceparent: OTHER },
  ],
  [
    'an event that came over a topic',
    { Message: JSON.stringify({ event: 'Order Created', detail: { orderId: 'ORD-1', traceparent: TRACEPARENT } }) },
    {},
    { orderId: 'ORD-1', traceparent: TRACEPARENT },
  ],
  ['a text', 'hello', {}, { orderId: undefined, traceparent: undefined }],
  ['nothing', null, {}, { orderId: undefined, traceparent: undefined }],
])('%s says its order and its trace', (_name, body, attributes, about) => {
  expect(aboutMessage({ body: JSON.stringify(body), attributes })).toEqual(about);
});

test('what is no JSON says nothing', () => {
  expect(aboutMessage({ body: '{', attributes: {} })).toEqual({ orderId: undefined, traceparent: undefined });
});

describe('through a real queue', () => {
  const emulator = connectToEmulator();
  const aws = createAwsClients({ region: 'us-east-1' });
  let queueUrl: string;

  beforeEach(async () => {
    const { QueueUrl } = await emulator.sqs.send(new CreateQueueCommand({ QueueName: uniqueId('traced') }));
    queueUrl = QueueUrl!;
  });
  afterEach(async () => void (await emulator.sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }))));
  afterAll(() => {
    emulator.destroy();
    aws.destroy();
  });

  /** Sends a message, has it handled, and tells what was traced of it and which fields its lines have. */
  async function handled(traceContext: string, send: () => Promise<unknown>) {
    const receiver = await receiveTraces();
    const tracing = traceHere({ url: receiver.url, traceContext });
    const seen: object[] = [];
    const reader = createQueueReader({
      sqs: emulator.sqs,
      name: 'traced',
      queueUrl,
      deadLetterQueueUrl: queueUrl,
      visibilityS: 5,
      handle: async () => {
        seen.push(logFields());
        return { status: 'DONE' };
      },
      letters: noLetters,
      logger: createLogger({ name: 'test', level: 'silent' }),
    });
    reader.start();
    await send();
    await eventually(
      () => seen.length,
      (count) => count === 1,
    );
    await reader.stop();
    await tracing.stop();
    await receiver.close();
    const named = (start: string): ReceivedSpan => receiver.spans.find(({ name }) => name.startsWith(start))!;
    return { fields: seen[0], named, spans: receiver.spans };
  }

  const MessageBody = JSON.stringify({ orderId: 'ORD-1' });

  test.each(['w3c', 'xray'])('a message goes on in the trace of who sent it (%s)', async (traceContext) => {
    const command = () => new SendMessageCommand({ QueueUrl: queueUrl, MessageBody });
    const sending = () => inSpan({ name: 'step', kind: SpanKind.SERVER }, () => aws.sqs.send(command()));
    const { fields, named } = await handled(traceContext, sending);
    const [step, sent, taken] = [named('step'), named('SQS.SendMessage'), named('process ')];
    expect(sent).toMatchObject({ traceId: step.traceId, parentSpanId: step.spanId, kind: 'PRODUCER' });
    expect(taken).toMatchObject({ traceId: step.traceId, parentSpanId: sent.spanId, kind: 'CONSUMER' });
    expect(taken.attributes).toMatchObject({
      'waybill.order_id': 'ORD-1',
      'messaging.destination.name': queueUrl.split('/').at(-1),
    });
    expect(fields).toEqual({ orderId: 'ORD-1', workflowId: 'order-ORD-1', traceId: step.traceId });
    // what X-Ray searches by, and its ids, which begin with the time
    const seconds = Number.parseInt(step.traceId.slice(0, 8), 16);
    const isNow = Math.abs(seconds - Date.now() / 1000) < 3600;
    expect({ isNow, annotations: taken.attributes['aws.xray.annotations'] }).toEqual(
      traceContext === 'xray'
        ? { isNow: true, annotations: ['waybill.order_id'] }
        : { isNow: false, annotations: undefined },
    );
  });

  test('of what X-Ray alone sent, its header is read', async () => {
    const header = 'Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1';
    const { named } = await handled('xray', () =>
      emulator.sqs.send(
        new SendMessageCommand({
          QueueUrl: queueUrl,
          MessageBody,
          MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: header } },
        }),
      ),
    );
    expect(named('process ')).toMatchObject({
      traceId: '67891233abcdef012345678912345678',
      parentSpanId: '463ac35c9f6413ad',
    });
  });
});
