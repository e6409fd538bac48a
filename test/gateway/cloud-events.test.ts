import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents';
import { closeGateways, createGateway, expectProblem } from './support';
import { envelopeOf, sampleUpdate } from '../support/refused-events';
import { sampleOrder } from '../support/orders';

afterEach(closeGateways);

const order = sampleOrder();
const { orderId } = order;
const source = 'ecommerce.orders';
const type = 'Order Placed';
const cloudEvent = (changes: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id: 'event-1',
  source,
  type,
  data: order,
  ...changes,
});
const attributes = { 'ce-specversion': '1.0', 'ce-id': 'event-1', 'ce-source': source, 'ce-type': type };

const post = (body: unknown, headers: Record<string, string>) => ({
  method: 'POST' as const,
  url: '/events',
  headers,
  payload: JSON.stringify(body),
});
const structured = (body: unknown) => post(body, { 'content-type': 'application/cloudevents+json; charset=UTF-8' });
const batch = (body: unknown) => post(body, { 'content-type': 'application/cloudevents-batch+json' });
const binary = (body: unknown, headers: Record<string, string>) =>
  post(body, { 'content-type': 'application/json', ...headers });
const resultsOf = (answer: { json(): unknown }) => (answer.json() as { results: Record<string, unknown>[] }).results;

test.each([
  ['structured', structured(cloudEvent())],
  ['in a batch', batch([cloudEvent()])],
  ['binary', binary(order, attributes)],
])('a CloudEvent is taken as the same event in its envelope is: %s', async (_, request) => {
  const { inject, placements } = createGateway();
  const answer = await inject(request);
  expect([answer.statusCode, resultsOf(answer)]).toEqual([
    202,
    [{ index: 0, eventId: 'event-1', status: 'ACCEPTED', orderId }],
  ]);
  expect(placements).toMatchObject([{ submission: order }]);
  // and is known as it, whichever way it comes again
  for (const again of [structured(cloudEvent()), binary(order, attributes)])
    expect(resultsOf(await inject(again))).toMatchObject([{ status: 'DUPLICATE', orderId }]);
  const envelope = post(envelopeOf({ detail: order }), { 'content-type': 'application/json' });
  expect(resultsOf(await inject(envelope))).toMatchObject([{ status: 'DUPLICATE', orderId }]);
  expect(placements).toHaveLength(1);
});

test('a batch has a result for each, whatever is wrong with one', async () => {
  const other = sampleOrder();
  const answer = await createGateway().inject(
    batch([cloudEvent(), 'hello', cloudEvent({ id: undefined }), cloudEvent({ id: 'event-2', data: other })]),
  );
  const problem = expectProblem(answer, 'event_rejected');
  expect(problem['results']).toEqual([
    { index: 0, eventId: 'event-1', status: 'ACCEPTED', orderId },
    { index: 1, status: 'REJECTED', reason: 'expected a CloudEvent as a JSON object' },
    { index: 2, status: 'REJECTED', reason: 'id: expected a text that is not empty, got nothing' },
    { index: 3, eventId: 'event-2', status: 'ACCEPTED', orderId: other.orderId },
  ]);
});

test('an early one is kept in the envelope of EventBridge', async () => {
  const update = sampleUpdate();
  const event = cloudEvent({ source: 'carrier.updates', type: 'Carrier Update', data: update });
  const answer = await createGateway().inject(structured(event));
  expect(resultsOf(answer)).toMatchObject([{ status: 'PARKED', orderId: update.orderId }]);
});

test.each([
  ['no ce-id', { ...attributes, 'ce-id': '' }, 'id: expected a text that is not empty, got ""'],
  [
    'only an id',
    { 'ce-id': 'event-1' },
    'specversion: expected "1.0", got nothing; source: expected a text that is not',
  ],
  ['another version', { ...attributes, 'ce-specversion': '0.3' }, 'specversion: expected "1.0", got "0.3"'],
  ['another type', { ...attributes, 'ce-type': 'order.placed' }, 'expected detail-type "Order Placed" or'],
])('binary with %s: 422 with what was expected', async (_, headers, reason) => {
  const problem = expectProblem(await createGateway().inject(binary(order, headers)), 'event_rejected');
  expect(problem.detail).toContain(reason);
});

test('what is not in ASCII is percent-encoded in a header, and a lone % is itself', async () => {
  const { inject } = createGateway();
  const sent = async (id: string) => resultsOf(await inject(binary(order, { ...attributes, 'ce-id': id })))[0];
  expect(await sent('Bestellung%20%C3%BC')).toMatchObject({ eventId: 'Bestellung ü' });
  expect(await sent('100%')).toMatchObject({ eventId: '100%' });
});

test('a batch of none, and of more than ten, is refused as a whole', async () => {
  const many = Array.from({ length: 11 }, (_, i) => cloudEvent({ id: `event-${i}` }));
  for (const events of [[], many]) {
    const { inject, placements } = createGateway();
    expectProblem(await inject(batch(events)), 'invalid_batch');
    expect(placements).toEqual([]);
  }
});

test('what is no JSON is refused, and no other path takes CloudEvents', async () => {
  const { inject } = createGateway();
  expectProblem(await inject({ ...structured(cloudEvent()), payload: '{"id":' }), 'invalid_json');
  expectProblem(await inject({ ...structured(cloudEvent()), url: '/orders' }), 'unsupported_media_type');
});

test.each([
  ['structured', Mode.STRUCTURED],
  ['binary', Mode.BINARY],
])('over HTTP, from the emitter of the SDK: %s', async (_, mode) => {
  const { app, placements } = createGateway();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const emit = emitterFor(httpTransport(`${url}/events`), { binding: HTTP, mode });
  const event = new CloudEvent({ id: 'sdk-1', source, type, data: order, time: '2025-07-09T10:30:00Z' });
  for (const status of ['ACCEPTED', 'DUPLICATE']) {
    const { body } = (await emit(event)) as { body: string };
    expect(JSON.parse(body)).toEqual({ results: [{ index: 0, eventId: 'sdk-1', status, orderId }] });
  }
  expect(placements).toMatchObject([{ submission: order }]);
});

test('over HTTP, a batch that the SDK wrote', async () => {
  const { app } = createGateway();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const orders = Array.from({ length: 3 }, () => sampleOrder());
  const events = orders.map((data, i) => new CloudEvent({ id: `sdk-${i}`, source, type, data }));
  const headers = { 'content-type': 'application/cloudevents-batch+json' };
  const answer = await fetch(`${url}/events`, { method: 'POST', headers, body: JSON.stringify(events) });
  expect(answer.status).toBe(202);
  expect(((await answer.json()) as { results: unknown[] }).results).toEqual(
    orders.map((sent, index) => ({ index, eventId: `sdk-${index}`, status: 'ACCEPTED', orderId: sent.orderId })),
  );
});
