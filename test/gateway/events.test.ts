import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaceOutcome } from '../../src/client';
import { createMemoryInbox } from '../support/memory/inbox';
import { accepted, closeGateways, createGateway, engineDown, expectProblem, type Placement } from './support';
import { envelopeOf, REFUSED_EVENTS, samplePayment, sampleUpdate } from '../support/refused-events';
import { fingerprintOf } from '../../src/submission';
import { gate } from '../support/contracts/condition';
import { sampleOrder } from '../support/orders';
import { StepError } from '../../src/domain/failures';

afterEach(closeGateways);

interface Result {
  index: number;
  eventId?: string;
  status: string;
  orderId?: string;
  reason?: string;
}

/** As an API destination sends it. */
const post = (body: unknown, type = 'application/json; charset=utf-8') => ({
  method: 'POST' as const,
  url: '/events',
  headers: { 'content-type': type, 'user-agent': 'Amazon/EventBridge/ApiDestinations' },
  payload: typeof body === 'string' && type === '' ? body : JSON.stringify(body),
});
const resultsOf = (answer: { json(): unknown }) => (answer.json() as { results: Result[] }).results;

const order = sampleOrder();
const { orderId } = order;
const event = envelopeOf({ detail: order });
const own = envelopeOf({ id: 'event-2', 'detail-type': 'Order Created', detail: { orderId, origin: 'waybill' } });
const malformed = envelopeOf({ id: 'event-3', detail: { orderId, items: 'none' } });

const replayed = async (placement: Placement): Promise<PlaceOutcome> => ({
  ...(accepted(placement) as Extract<PlaceOutcome, { kind: 'accepted' | 'replayed' }>),
  kind: 'replayed',
});
const conflict = async (): Promise<PlaceOutcome> => ({ kind: 'conflict' });
const down = () => Promise.reject(engineDown());

describe('one event', () => {
  test('is taken: 202 with its order, placed with the patience that an API destination leaves', async () => {
    const { inject, placements } = createGateway();
    const answer = await inject(post(event));
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({ results: [{ index: 0, eventId: 'event-1', status: 'ACCEPTED', orderId }] });
    const fingerprint = fingerprintOf(order);
    const cause = { causationId: 'event-1' };
    expect(placements).toEqual([{ submission: order, fingerprint, requestId: 'req-2', patienceMs: 2000, cause }]);
  });

  test.each<[string, object, { place?: (p: Placement) => Promise<PlaceOutcome> }, number, Partial<Result>]>([
    ['whose order is slow', event, { place: async () => ({ kind: 'pending' }) }, 202, { status: 'ACCEPTED', orderId }],
    ['whose order was there', event, { place: replayed }, 200, { status: 'DUPLICATE', orderId }],
    ['of Waybill itself', own, { place: down }, 200, { status: 'IGNORED', reason: 'published by Waybill itself' }],
  ])('%s', async (_name, sent, doubles, statusCode, result) => {
    const answer = await createGateway(doubles).inject(post(sent));
    expect(answer.statusCode).toBe(statusCode);
    expect(resultsOf(answer)).toMatchObject([result]);
  });

  test.each(REFUSED_EVENTS.filter(([, sent]) => !Array.isArray(sent)))(
    'that can never be taken: 422 with the reason that a dead letter has: %s',
    async (_name, sent, reason) => {
      const { inject, placements } = createGateway();
      const problem = expectProblem(await inject(post(sent)), 'event_rejected');
      expect(problem).toMatchObject({ detail: reason, results: [{ index: 0, status: 'REJECTED', reason }] });
      expect(placements).toEqual([]);
    },
  );

  test('whose id belongs to another order: 422, for a 409 would be sent again', async () => {
    const problem = expectProblem(await createGateway({ place: conflict }).inject(post(event)), 'event_rejected');
    const reason = `order ${orderId}: the id belongs to another order`;
    expect(problem['results']).toEqual([{ index: 0, eventId: 'event-1', status: 'REJECTED', reason, orderId }]);
  });

  test('without the engine: 503, to be sent again', async () => {
    const problem = expectProblem(await createGateway({ place: down }).inject(post(event)), 'service_unavailable');
    expect(problem['results']).toMatchObject([{ index: 0, eventId: 'event-1', status: 'UNAVAILABLE' }]);
  });

  test('met by a defect: 500 that tells nothing of it', async () => {
    const { inject } = createGateway({ place: () => Promise.reject(new TypeError('secret of the inside')) });
    const answer = await inject(post(event));
    expectProblem(answer, 'internal_error');
    expect(answer.body).not.toContain('secret');
  });

  test('sent twice has a request id each: the second is no answer to the first', async () => {
    const { inject, placements } = createGateway();
    await inject(post([event, event]));
    expect(new Set(placements.map(({ requestId }) => requestId)).size).toBe(2);
  });

  test('sent again after it was taken: 200, and nobody is asked', async () => {
    const { inject, placements } = createGateway();
    await inject(post(event));
    const answer = await inject(post(event));
    expect([answer.statusCode, resultsOf(answer)]).toEqual([
      200,
      [{ index: 0, eventId: 'event-1', status: 'DUPLICATE', orderId }],
    ]);
    expect(placements).toHaveLength(1);
  });

  test('sent with something else under its id: 422 with the reason', async () => {
    const { inject, placements } = createGateway();
    await inject(post(event));
    const problem = expectProblem(await inject(post({ ...event, detail: sampleOrder() })), 'event_rejected');
    expect(problem.detail).toBe(
      'the id "event-1" of ecommerce.orders belongs to an event that says something else; expected an id of its own',
    );
    expect(placements).toHaveLength(1);
  });

  test('without the inbox: 503, to be sent again, and nothing is placed', async () => {
    const inbox = { ...createMemoryInbox(), claim: () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'down')) };
    const { inject, placements } = createGateway({ inbox });
    const problem = expectProblem(await inject(post(event)), 'service_unavailable');
    expect(problem['results']).toMatchObject([{ index: 0, eventId: 'event-1', status: 'UNAVAILABLE' }]);
    expect(placements).toEqual([]);
  });

  test('whose answer was lost is taken when it is sent again', async () => {
    let up = false;
    const { inject } = createGateway({ place: async (p) => (up ? accepted(p) : down()) });
    expectProblem(await inject(post(event)), 'service_unavailable');
    up = true;
    expect((await inject(post(event))).statusCode).toBe(202);
  });

  test('that cannot be kept is told: as JSON it would be larger than any event', async () => {
    const numbers = `[${Array<string>(40_000).fill('1e20').join(',')}]`;
    const payload = JSON.stringify({ ...event, detail: { ...order, note: 1 } }).replace(
      '"note":1',
      `"note":${numbers}`,
    );
    const answer = await createGateway().inject({ ...post(event), payload });
    expect(expectProblem(answer, 'event_rejected').detail).toContain('at most 262144 bytes');
  });
});

describe('what is told of an order', () => {
  const payment = samplePayment();
  const update = sampleUpdate();
  const paymentEvent = { source: 'payment.service', 'detail-type': 'Payment Completed' };
  const completed = envelopeOf({ id: 'completed', ...paymentEvent, detail: payment });
  const failed = { ...completed, id: 'failed', 'detail-type': 'Payment Failed' };
  const carried = envelopeOf({ source: 'carrier.updates', 'detail-type': 'Carrier Update', detail: update });
  const { orderId: _, ...paid } = payment;
  const paidOrder = { ...completed, id: 'paid', detail: { ...paid, order } };
  const all = [completed, failed, carried, paidOrder];
  const tells = (kind: 'told' | 'closed' | 'unknown') => ({
    tellPayment: async () => ({ kind }),
    tellCarrier: async () => ({ kind }),
  });

  test('is taken: 202 with the order of each', async () => {
    const answer = await createGateway({ orders: tells('told') }).inject(post(all));
    expect(answer.statusCode).toBe(202);
    expect(resultsOf(answer).map((result) => [result.status, result.orderId])).toEqual([
      ['ACCEPTED', payment.orderId],
      ['ACCEPTED', payment.orderId],
      ['ACCEPTED', update.orderId],
      ['ACCEPTED', orderId],
    ]);
  });

  test('before there is such an order is kept: 202, and its sender may forget it', async () => {
    for (const [sent, of] of [
      [completed, payment.orderId],
      [failed, payment.orderId],
      [carried, update.orderId],
    ] as const) {
      const inbox = createMemoryInbox();
      const { inject } = createGateway({ orders: tells('unknown'), inbox });
      const answer = await inject(post(sent));
      expect(answer.statusCode).toBe(202);
      const reason = `no such order yet: ${of}`;
      expect(resultsOf(answer)).toEqual([{ index: 0, eventId: sent.id, status: 'PARKED', reason, orderId: of }]);
      // it is kept once, whole
      expect(resultsOf(await inject(post(sent)))).toMatchObject([{ status: 'PARKED' }]);
      const kept = await inbox.parkedFor(of);
      expect(kept.map(({ body }) => JSON.parse(body) as unknown)).toEqual([sent]);
    }
  });

  test('before there is such an order is kept a hundred times, and not more', async () => {
    const { inject } = createGateway({ orders: tells('unknown') });
    const updates = Array.from({ length: 101 }, (_none, i) => ({ ...carried, id: `update-${i}` }));
    for (const sent of updates.slice(0, 100)) expect((await inject(post(sent))).statusCode).toBe(202);
    const problem = expectProblem(await inject(post(updates[100])), 'event_rejected');
    expect(problem.detail).toBe(`order ${update.orderId}: 100 events wait for it already`);
  });

  test('after its end is ignored, but a success goes back once', async () => {
    const late: unknown[] = [];
    const refundLate = async (input: unknown) => (
      late.push(input),
      { kind: late.length === 1 ? ('started' as const) : ('known' as const) }
    );
    const { inject } = createGateway({ orders: { ...tells('closed'), refundLate } });
    const answer = await inject(post([completed, failed, carried]));
    expect(resultsOf(answer).map(({ status }) => status)).toEqual(['ACCEPTED', 'IGNORED', 'IGNORED']);
    expect(resultsOf(await inject(post(completed)))).toMatchObject([{ status: 'DUPLICATE' }]);
    expect(late[0]).toEqual({ ...payment, amount: 5998, cause: { causationId: 'completed' } });
  });

  test('that nobody confirms is to be sent again', async () => {
    const orders = { tellPayment: down, tellCarrier: down, fulfill: down };
    const answer = await createGateway({ orders }).inject(post(all));
    const problem = expectProblem(answer, 'service_unavailable');
    const statuses = (problem['results'] as Result[]).map(({ status }) => status);
    expect(statuses).toEqual(all.map(() => 'UNAVAILABLE'));
  });
});

describe('a batch', () => {
  const orders = Array.from({ length: 10 }, () => sampleOrder());
  const batch = orders.map((detail, i) => envelopeOf({ id: `event-${i}`, detail }));

  test('of ten is taken at once: a result each, in their order', async () => {
    const { opened, open } = gate();
    const { inject, placements } = createGateway({ place: async (p) => (await opened, accepted(p)) });
    const answer = inject(post(batch));
    while (placements.length < 10) await sleep(5);
    open();
    expect((await answer).statusCode).toBe(202);
    expect(resultsOf(await answer)).toEqual(
      orders.map((sent, index) => ({ index, eventId: `event-${index}`, status: 'ACCEPTED', orderId: sent.orderId })),
    );
  });

  test('of one is a batch', async () => {
    expect((await createGateway().inject(post([event]))).statusCode).toBe(202);
  });

  test.each([
    [0, []],
    [11, [...batch, event]],
  ])('of %i: 422 with what was expected, nothing placed', async (count, sent) => {
    const { inject, placements } = createGateway();
    const { detail } = expectProblem(await inject(post(sent)), 'invalid_batch');
    expect(detail).toBe(`expected 1 to 10 events, got ${count}`);
    expect(placements).toEqual([]);
  });

  const other = sampleOrder();
  const placing = (fate: Record<string, (p: Placement) => Promise<PlaceOutcome>>) => ({
    place: async (p: Placement) => (fate[p.submission.orderId] ?? (async () => accepted(p)))(p),
  });
  const both = [event, envelopeOf({ id: 'event-2', detail: other })];

  test.each([
    ['nothing new: 200', [event, own], { [orderId]: replayed }, 200, ['DUPLICATE', 'IGNORED']],
    ['something new: 202', both, { [orderId]: replayed }, 202, ['DUPLICATE', 'ACCEPTED']],
    ['one that never can: 422', [event, malformed, own], {}, 422, ['ACCEPTED', 'REJECTED', 'IGNORED']],
    [
      'one to be sent again: 503',
      [...both, malformed],
      { [orderId]: down },
      503,
      ['UNAVAILABLE', 'ACCEPTED', 'REJECTED'],
    ],
  ])('has the status of its worst event: %s', async (_name, sent, fate, statusCode, statuses) => {
    const answer = await createGateway(placing(fate)).inject(post(sent));
    expect(answer.statusCode).toBe(statusCode);
    expect(resultsOf(answer).map(({ status }) => status)).toEqual(statuses);
    expect(answer.headers['retry-after']).toBe(statusCode === 503 ? '5' : undefined);
  });

  test('that is refused says how much of it, and why', async () => {
    const { detail } = expectProblem(await createGateway().inject(post([own, event, malformed])), 'event_rejected');
    expect(detail).toBe('1 of 3 events, the first of them at index 2: detail/items: Expected array');
  });

  test('with a defect is finished before its 500', async () => {
    let finished = false;
    const slowly = async (p: Placement) => {
      await sleep(50);
      finished = true;
      return accepted(p);
    };
    const defect = () => Promise.reject(new TypeError('a defect'));
    const answer = await createGateway(placing({ [orderId]: defect, [other.orderId]: slowly })).inject(post(both));
    expectProblem(answer, 'internal_error');
    expect(finished).toBe(true);
  });
});

test('what is no JSON is refused as everywhere', async () => {
  const { inject } = createGateway();
  expectProblem(await inject({ ...post(event), payload: '{"id":' }), 'invalid_json');
  expectProblem(await inject(post(event, 'text/plain')), 'unsupported_media_type');
  expectProblem(await inject(post(event, 'application/json; charset=latin1')), 'unsupported_media_type');
  expectProblem(await inject({ method: 'POST', url: '/events' }), 'event_rejected');
});

test('a server that shuts down finishes what it holds', async () => {
  const { opened, open } = gate();
  const { app, placements } = createGateway({ place: async (p) => (await opened, accepted(p)) });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const { method, headers, payload } = post([event, own]);
  const answer = fetch(`${url}/events`, { method, headers, body: payload });
  while (placements.length === 0) await sleep(5);
  const closed = app.close();
  await sleep(50);
  open();
  expect((await answer).status).toBe(202);
  await closed;
});
