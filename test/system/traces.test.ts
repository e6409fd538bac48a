import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { ReceivedSpan } from '../../scripts/traces/otlp';
import { emulatorAccess, EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { type Receiver, startReceiver } from '../../scripts/traces/receiver';
import { sampleOrder, uniqueId } from '../support/orders';
import { System } from '../support/system';
import { treeOf } from '../../scripts/traces/tree';

/** What the receiver was sent, by span: told twice it is the same one. */
const spans = new Map<string, ReceivedSpan>();
let receiver: Receiver;
let system: System;

/** The whole of it, as a user starts it, with a receiver; it logs all that it can. */
beforeAll(async () => {
  receiver = await startReceiver({
    port: 0,
    onSpans: (received) => received.forEach((span) => spans.set(span.spanId, span)),
  });
  system = await System.create({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, LOG_LEVEL: 'trace' } });
  await system.start();
}, 240_000);

afterAll(async () => {
  await system.stop();
  await receiver.close();
});

const traceOf = (traceId: string) => [...spans.values()].filter((span) => span.traceId === traceId);

/** Milliseconds for which nothing more of a trace has come: longer than any process gathers spans. */
const REST_MS = 3000;

/** All of the trace that an order is in, once it has been told on every channel and nothing more of it comes. */
async function traceOfOrder(orderId: string): Promise<ReceivedSpan[]> {
  let [trace, count, since] = [[] as ReceivedSpan[], -1, Date.now()];
  await system.until(
    () => {
      const run = [...spans.values()].find(
        ({ name, attributes }) => name.startsWith('RunWorkflow:') && attributes['waybill.order_id'] === orderId,
      );
      trace = run ? traceOf(run.traceId) : [];
      if (trace.length !== count) [count, since] = [trace.length, Date.now()];
      const wasTold = pathsOf(trace).some((path) => /notifyCustomer > .* > process push-queue$/.test(path));
      return wasTold && Date.now() - since > REST_MS;
    },
    () => `the trace of ${orderId} is not whole:\n${treeOf(trace).join('\n')}`,
  );
  return trace;
}

/** Each span's way from the root, by names. */
function pathsOf(trace: ReceivedSpan[]): string[] {
  const byId = new Map(trace.map((span) => [span.spanId, span]));
  const pathOf = ({ name, parentSpanId = '' }: ReceivedSpan): string => {
    const parent = byId.get(parentSpanId);
    return parent ? `${pathOf(parent)} > ${name}` : name;
  };
  return trace.map(pathOf);
}

/** Those whose parent nobody told. */
const orphansOf = (trace: ReceivedSpan[]) => {
  const ids = new Set(trace.map(({ spanId }) => spanId));
  return trace.filter(({ parentSpanId }) => parentSpanId === undefined || !ids.has(parentSpanId));
};

const STEPS = [
  'validateOrder',
  'checkInventory',
  'processPayment',
  'generateShippingLabel',
  'commitTransaction',
  'instructPacking',
  'notifyCustomer',
];

/** What every order's trace has, however it came in; `run` is the way to its workflow. */
function expectWhole(trace: ReceivedSpan[], run: string): void {
  const paths = pathsOf(trace);
  expect(paths).toEqual(
    expect.arrayContaining([
      ...STEPS.map((step) => `${run} > RunActivity:${step}`),
      `${run} > RunActivity:commitTransaction > DynamoDB.TransactWriteItems`,
      `${run} > RunActivity:instructPacking > SQS.SendMessage > process shipping-queue > DynamoDB.TransactWriteItems`,
      ...['email', 'sms', 'push'].map(
        (channel) =>
          `${run} > RunActivity:notifyCustomer > SNS.Publish > process ${channel}-queue > DynamoDB.UpdateItem`,
      ),
    ]),
  );
  // what goes over the bus, and who takes it from there
  for (const path of [
    'publish Order Created > process order-status-queue > DynamoDB.UpdateItem',
    'publish Shipment Created > process tracking-update-queue',
  ])
    expect(paths).toContainEqual(expect.stringMatching(new RegExp(`(^| > )${path}$`)));
  const begun = trace.filter(({ name }) => name.startsWith('RunActivity:')).sort((a, b) => a.startedAt - b.startedAt);
  const steps = begun.map(({ name }) => name.slice('RunActivity:'.length)).filter((step) => step !== 'recordEvents');
  expect(steps).toEqual(STEPS);
  expect(trace.filter(({ error }) => error !== undefined)).toEqual([]);
  expect(new Set(trace.map(({ process }) => process))).toEqual(
    new Set(
      ['waybill-gateway', 'waybill-worker', 'waybill-consumer'].filter(
        (name) => run.startsWith('POST') || name !== 'waybill-gateway',
      ),
    ),
  );
}

const find = (trace: ReceivedSpan[], name: string): ReceivedSpan => trace.find((span) => span.name === name)!;

test('an order over HTTP is one trace', async () => {
  const { orderId, ...rest } = sampleOrder({ orderId: uniqueId('ORD') });
  expect((await system.post({ orderId, ...rest })).status).toBe(202);
  await system.ended(orderId);
  const trace = await traceOfOrder(orderId);

  expect(orphansOf(trace).map(({ name, kind, process }) => ({ name, kind, process }))).toEqual([
    { name: 'POST /orders', kind: 'SERVER', process: 'waybill-gateway' },
  ]);
  expectWhole(trace, 'POST /orders > UpdateWithStartWorkflow:accept > RunWorkflow:orderWorkflow');
  const ofOrder = {
    'waybill.order_id': orderId,
    'waybill.item_count': 1,
    'waybill.total_amount': rest.totalAmount,
    'waybill.currency': 'USD',
  };
  const request = find(trace, 'POST /orders');
  expect(request.attributes).toMatchObject({ ...ofOrder, 'http.route': '/orders', 'http.response.status_code': 202 });
  expect(find(trace, 'RunWorkflow:orderWorkflow').attributes).toMatchObject(ofOrder);

  // nothing of the order is anywhere else; who asked for it meanwhile is another request
  const elsewhere = [...spans.values()].filter(
    ({ traceId, name, attributes }) =>
      attributes['waybill.order_id'] === orderId && traceId !== request.traceId && !name.startsWith('GET '),
  );
  expect(elsewhere).toEqual([]);
  // the events lead back to the request, also to those who read them later
  const { events } = await system.get<{ events: { traceparent?: string }[] }>(`/orders/${orderId}/events`);
  expect(new Set(events.map(({ traceparent }) => traceparent))).toEqual(
    new Set([`00-${request.traceId}-${request.spanId}-01`]),
  );
}, 120_000);

test('an order over the bus goes on in the trace of its event', async () => {
  const order = sampleOrder({ orderId: uniqueId('ORD') });
  const [traceId, spanId] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const traceparent = `00-${traceId}-${spanId}-01`;
  await publish('ecommerce.orders', 'Order Placed', { ...order, traceparent });
  await system.until(
    async () => (await system.get(`/orders/${order.orderId}`).catch(() => undefined)) !== undefined,
    () => 'the order was not taken',
  );
  await system.ended(order.orderId);
  const trace = await traceOfOrder(order.orderId);

  expect(new Set(trace.map((span) => span.traceId))).toEqual(new Set([traceId]));
  // the sender's span is the sender's to tell; its event is in two queues
  expect(orphansOf(trace).every(({ parentSpanId }) => parentSpanId === spanId)).toBe(true);
  expect(orphansOf(trace).map(({ name }) => name)).toEqual(
    expect.arrayContaining(['process inventory-check-queue', 'process order-intake-queue']),
  );
  expectWhole(trace, 'process order-intake-queue > UpdateWithStartWorkflow:accept > RunWorkflow:orderWorkflow');
}, 120_000);

test('what is told of an order later is in the trace of whoever tells it', async () => {
  const order = sampleOrder({ orderId: uniqueId('ORD') });
  expect((await system.post(order)).status).toBe(202);
  const { shipments } = await system.ended(order.orderId);
  const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  await publish('carrier.updates', 'Carrier Update', {
    orderId: order.orderId,
    trackingNumber: shipments[0]!.trackingNumber,
    carrier: shipments[0]!.carrier,
    shipmentId: `${order.orderId}-S1`,
    status: 'IN_TRANSIT',
    updateId: uniqueId('update'),
    occurredAt: new Date().toISOString(),
    traceparent: `00-${traceId}-${spanId}-01`,
  });
  const way = /^process tracking-update-queue > SignalWorkflow:(\w+) > HandleSignal:\1$/;
  await system.until(
    () => pathsOf(traceOf(traceId)).some((path) => way.test(path)),
    () => `the signal is not in its trace: ${pathsOf(traceOf(traceId)).join('\n')}`,
  );
}, 120_000);

test('every line about an order names it, its workflow and its trace, and none names a customer', async () => {
  const mark = uniqueId('marked').replaceAll('-', '');
  const marked = (changes: object = {}) =>
    sampleOrder({
      customerId: `CUST-${mark}`,
      shippingAddress: { street: `${mark} street`, city: `${mark} city`, country: 'US', zipCode: mark },
      ...changes,
    });
  const contact = { email: `${mark}@example.com`, phone: '+15550001234' };
  const headers = { 'content-type': 'application/json' };
  const put = { method: 'PUT', headers, body: JSON.stringify(contact) };
  expect((await fetch(`${system.gateway}/customers/CUST-${mark}/contact`, put)).ok).toBe(true);
  const [shipped, refused] = [marked(), marked({ totalAmount: 1 })];
  const unknown = marked({ items: [{ productId: 'PROD-none', quantity: 1, price: 59.98 }] });
  const answers = [];
  for (const order of [shipped, refused, unknown]) answers.push((await system.post(order)).status);
  expect(answers).toEqual([202, 422, 202]);
  await system.ended(shipped.orderId);
  const [{ traceId } = { traceId: '' }] = await traceOfOrder(shipped.orderId);

  const names = ['gateway', 'worker', 'consumer'];
  const logs = await Promise.all(names.map((name) => readFile(join(system.home, 'logs', `${name}.log`), 'utf8')));
  for (const text of [...logs, system.output].flatMap((log) => [log, decoded(log)])) {
    expect(text).not.toMatch(new RegExp(mark, 'i'));
    expect(text).not.toContain(contact.phone.slice(1));
  }
  const linesOf = (log: string) => log.split('\n').filter((line) => line.includes(shipped.orderId));
  const lines = logs.map((log) => linesOf(log).map((line) => JSON.parse(line) as Record<string, unknown>));
  for (const [i, ofProcess] of lines.entries())
    expect({ process: names[i], lines: ofProcess.length }).not.toMatchObject({ lines: 0 });
  const ids = { orderId: shipped.orderId, workflowId: `order-${shipped.orderId}` };
  for (const line of lines.flat()) expect(line).toMatchObject(ids);
  // what Temporal tells of a step before it looks into it does not know the trace yet
  const known = lines.flat().filter((line) => Number(line['level']) >= 30 || line['msg'] === 'Activity completed');
  expect(known.filter(({ msg }) => msg === 'Activity completed').length).toBeGreaterThanOrEqual(STEPS.length);
  const isAsked = (line: Record<string, unknown>) => line['name'] === 'gateway' && line['traceId'] !== traceId;
  for (const line of known.filter((one) => !isAsked(one))) expect(line).toMatchObject({ traceId });
  for (const line of known.filter(isAsked)) expect(line['traceId']).toMatch(/^[0-9a-f]{32}$/);
}, 120_000);

/** What a text hides in base64, as payloads are carried. */
const decoded = (text: string): string =>
  (text.match(/[\w+/]{16,}={0,2}/g) ?? []).map((one) => Buffer.from(one, 'base64').toString('latin1')).join('\n');

async function publish(Source: string, DetailType: string, detail: object): Promise<void> {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = emulatorAccess(system.aws);
  const bus = new EventBridgeClient({
    endpoint: system.aws,
    region: EMULATOR_REGION,
    credentials: { accessKeyId, secretAccessKey },
  });
  const Detail = JSON.stringify(detail);
  const { FailedEntryCount } = await bus.send(
    new PutEventsCommand({ Entries: [{ EventBusName: 'waybill', Source, DetailType, Detail }] }),
  );
  bus.destroy();
  expect(FailedEntryCount).toBe(0);
}
