import type { PlaceOutcome } from '../../src/client';
import type { ValidationError } from '../../src/domain/order';
import { eventsOf, HAPPY, ORDER_ID, SAMPLE } from './support';
import { accepted, closeGateways, createGateway, engineDown, expectProblem, post, type Placement } from './support';
import { fingerprintOf, orderIdForKey } from '../../src/submission';
import { fold } from '../../src/domain/projection';
import { StepError } from '../../src/domain/failures';

afterEach(closeGateways);

const { orderId: _, ...WITHOUT_ID } = SAMPLE;
const links = { self: `/orders/${ORDER_ID}`, events: `/orders/${ORDER_ID}/events` };
const KEYED_ID = orderIdForKey({ customerId: 'CUST-567890', key: 'key-1' });

const answering =
  (kind: 'accepted' | 'replayed', errors?: ValidationError[]) =>
  async ({ submission, fingerprint }: Placement): Promise<PlaceOutcome> => {
    const answer = { orderId: submission.orderId, fingerprint, requestId: 'first' };
    if (errors) return { kind, answer: { ...answer, status: 'VALIDATION_FAILED', errors } };
    return { kind, answer: { ...answer, status: 'RESERVED', inventoryStatus: 'AVAILABLE' } };
  };

const conflict = async (): Promise<PlaceOutcome> => ({ kind: 'conflict' });

describe('an order that is accepted', () => {
  test('is answered with 202, where it is, and what could be reserved', async () => {
    const { inject, placements } = createGateway();
    const answer = await inject(post(SAMPLE));

    expect(answer.statusCode).toBe(202);
    expect(answer.headers).toMatchObject({ location: links.self, 'x-request-id': 'req-1' });
    expect(answer.headers).not.toHaveProperty('idempotent-replayed');
    expect(answer.json()).toEqual({ orderId: ORDER_ID, status: 'RESERVED', inventoryStatus: 'AVAILABLE', links });
    const fingerprint = fingerprintOf(SAMPLE);
    const cause = { causationId: 'req-1' };
    expect(placements).toEqual([{ submission: SAMPLE, fingerprint, requestId: 'req-2', patienceMs: 3000, cause }]);
  });

  test('names its request as the cause, by the id that the caller gave it, with the trace that it is part of', async () => {
    const { inject, placements } = createGateway();
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await inject(post(SAMPLE, { 'x-request-id': 'checkout-17', traceparent }));
    expect(placements).toMatchObject([{ cause: { causationId: 'checkout-17', traceparent } }]);
  });

  test.each(['', 'junk', '00-00000000000000000000000000000000-00f067aa0ba902b7-01', 'ff-4bf9-00f0-01'])(
    'a traceparent %j is ignored',
    async (traceparent) => {
      const { inject, placements } = createGateway();
      expect((await inject(post(SAMPLE, { traceparent }))).statusCode).toBe(202);
      expect(placements[0]?.cause).toEqual({ causationId: 'req-1' });
    },
  );

  test('tells what is missing of it', async () => {
    const unavailableItems = [{ productId: 'PROD-SCARCE', quantity: 5, availableQuantity: 3, shortfall: 2 }];
    const { inject } = createGateway({
      place: async (placement) => {
        const { answer } = accepted(placement) as Extract<PlaceOutcome, { kind: 'accepted' | 'replayed' }>;
        return { kind: 'accepted', answer: { ...answer, inventoryStatus: 'PARTIAL', unavailableItems } };
      },
    });
    expect((await inject(post(SAMPLE))).json()).toMatchObject({ inventoryStatus: 'PARTIAL', unavailableItems });
  });

  test('is RECEIVED when the answer takes too long', async () => {
    const { inject } = createGateway({ place: async () => ({ kind: 'pending' }) });
    const answer = await inject(post(SAMPLE));
    expect(answer.statusCode).toBe(202);
    expect(answer.headers['location']).toBe(links.self);
    expect(answer.json()).toEqual({ orderId: ORDER_ID, status: 'RECEIVED', links });
  });
});

test.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'application/json; charset=utf8'])(
  'a body of %s is read as that',
  async (type) => {
    const { inject, placements } = createGateway();
    const customerId = 'Jos\u00e9 \u{1f4e6}';
    expect((await inject(post({ ...SAMPLE, customerId }, { 'content-type': type }))).statusCode).toBe(202);
    expect(placements[0]?.submission.customerId).toBe(customerId);
  },
);

describe("an order's id", () => {
  const cases: [string, { body: object; key?: string; orderId: string }][] = [
    ['is the one in the body', { body: SAMPLE, orderId: ORDER_ID }],
    ['is the one in the body, whatever the key', { body: SAMPLE, key: 'key-1', orderId: ORDER_ID }],
    ['follows from customer and key', { body: WITHOUT_ID, key: 'key-1', orderId: KEYED_ID }],
    ['follows from the key alone', { body: {}, key: 'key-1', orderId: orderIdForKey({ key: 'key-1' }) }],
    ['is a new one without both', { body: WITHOUT_ID, orderId: 'ORD-generated' }],
  ];
  test.each(cases)('%s', async (_name, { body, key, orderId }) => {
    const { inject, placements } = createGateway();
    const answer = await inject(post(body, key === undefined ? {} : { 'idempotency-key': key }));
    expect(answer.json()).toMatchObject({ orderId });
    // the fingerprint is of what was sent
    expect(placements).toMatchObject([{ submission: { ...body, orderId }, fingerprint: fingerprintOf(body) }]);
  });

  test.each(['', 'a b', '-a', 'x'.repeat(65)])(
    '%j cannot be used: 422 with every error, nothing placed',
    async (orderId) => {
      const { inject, placements } = createGateway();
      const { errors } = expectProblem(await inject(post({ ...SAMPLE, orderId, currency: 'XXX' })), 'order_invalid');
      expect(errors?.map(({ pointer }) => pointer)).toEqual(['/orderId', '/currency']);
      expect(placements).toEqual([]);
    },
  );

  test.each([[''], ['x'.repeat(256)], ['tab\there'], ['caf\u00e9']])('the key %j is refused', async (key) => {
    const { inject, placements } = createGateway();
    const { errors } = expectProblem(await inject(post(SAMPLE, { 'idempotency-key': key })), 'invalid_parameter');
    expect(errors).toMatchObject([{ pointer: '/idempotency-key' }]);
    expect(placements).toEqual([]);
  });

  test.each([['x'], ['x'.repeat(255)], ['all ~printable~ "characters"']])('the key %j is taken', async (key) => {
    const { inject } = createGateway();
    expect((await inject(post(WITHOUT_ID, { 'idempotency-key': key }))).statusCode).toBe(202);
  });
});

describe('an order that was there before', () => {
  test('is answered with 200 and where it is now', async () => {
    const view = fold(eventsOf(HAPPY));
    const { inject } = createGateway({ place: answering('replayed'), reader: { readView: async () => view } });
    const answer = await inject(post(SAMPLE));
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ 'idempotent-replayed': 'true' });
    expect(answer.json()).toEqual({ orderId: ORDER_ID, status: 'SHIPPED', inventoryStatus: 'AVAILABLE', links });
  });

  test('is answered with the first answer while the read model has nothing', async () => {
    const { inject } = createGateway({ place: answering('replayed') });
    const answer = await inject(post(SAMPLE));
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ status: 'RESERVED' });
  });

  test.each([
    ['409 when the id is in the body', SAMPLE, 'order_conflict'],
    ['422 when the id is from the key', WITHOUT_ID, 'idempotency_key_reused'],
  ] as const)('with another body: %s', async (_name, body, code) => {
    const { inject } = createGateway({ place: conflict });
    expectProblem(await inject(post(body, { 'idempotency-key': 'key-1' })), code);
  });
});

describe('an order with wrong values', () => {
  const errors = [{ pointer: '/items', code: 'required', detail: 'expected at least one item' }];

  test('is answered with 422 and what the workflow found', async () => {
    const { inject, placements } = createGateway({ place: answering('accepted', errors) });
    const answer = await inject(post({ orderId: ORDER_ID }));
    expect(expectProblem(answer, 'order_invalid')).toMatchObject({ errors, instance: links.self });
    expect(answer.headers).not.toHaveProperty('idempotent-replayed');
    expect(placements).toMatchObject([{ submission: { orderId: ORDER_ID } }]);
  });

  test('is answered with 422 again', async () => {
    const { inject } = createGateway({ place: answering('replayed', errors) });
    const answer = await inject(post({ orderId: ORDER_ID }));
    expect(expectProblem(answer, 'order_invalid')).toMatchObject({ errors });
    expect(answer.headers['idempotent-replayed']).toBe('true');
  });
});

describe('a body that is no order', () => {
  test('of wrong types: 400 with all of them, nothing is converted', async () => {
    const { inject, placements } = createGateway();
    const body = { customerId: 7, totalAmount: '59.98', items: [{ quantity: '2', price: null }], shippingAddress: [] };
    const { errors = [] } = expectProblem(await inject(post(body)), 'invalid_body');
    const pointers = errors.map(({ pointer }) => pointer).toSorted();
    expect(pointers).toEqual([
      '/customerId',
      '/items/0/price',
      '/items/0/quantity',
      '/shippingAddress',
      '/totalAmount',
    ]);
    expect(errors).toContainEqual({ pointer: '/customerId', code: 'wrong_type', detail: 'Expected string' });
    expect(placements).toEqual([]);
  });

  const json = 'application/json';
  test.each([
    ['JSON that is no object', '[]', json, 'invalid_body'],
    ['null', 'null', json, 'invalid_body'],
    ['a huge number', '{"totalAmount":1e400}', json, 'invalid_body'],
    ['malformed', '{"orderId":', json, 'invalid_json'],
    ['empty', '', json, 'invalid_json'],
    ['poisoned', '{"__proto__":{"x":1}}', json, 'invalid_json'],
    ['too large', JSON.stringify({ customerId: 'x'.repeat(256 * 1024) }), json, 'body_too_large'],
    ['text', '{}', 'text/plain', 'unsupported_media_type'],
    ['XML', '<order/>', 'application/xml', 'unsupported_media_type'],
    ['in Latin-1', '{}', 'application/json; charset=latin1', 'unsupported_media_type'],
    ['in UTF-16, said in quotes', '{}', 'application/json;charset="utf-16"', 'unsupported_media_type'],
    ['in no charset at all', '{}', 'application/json; charset=', 'unsupported_media_type'],
  ] as const)('%s', async (_name, body, type, code) => {
    const { inject, placements } = createGateway();
    expectProblem(await inject(post(body, { 'content-type': type })), code);
    expect(placements).toEqual([]);
  });

  test.each([
    [1, { customerId: 7 }, '1 place'],
    [2, { customerId: 7, currency: 7 }, '2 places'],
  ])('of %i wrong types says so', async (_count, body, places) => {
    const { detail } = expectProblem(await createGateway().inject(post(body)), 'invalid_body');
    expect(detail).toMatch(new RegExp(`in ${places}$`));
  });

  test('missing', async () => {
    const { inject } = createGateway();
    expectProblem(await inject({ method: 'POST', url: '/orders' }), 'invalid_body');
  });

  test('wrong in more places than an order has: the list ends', async () => {
    const { inject } = createGateway();
    const items = Array.from({ length: 5000 }, () => 1);
    expect(expectProblem(await inject(post({ items })), 'invalid_body').errors).toHaveLength(1000);
  });
});

describe('a failure behind the gateway', () => {
  test.each([
    ['engine unavailable', engineDown()],
    ['no answer in time', Object.assign(new Error(), { code: 'FST_ERR_HANDLER_TIMEOUT' })],
    ['tables unavailable', new StepError('SERVICE_UNAVAILABLE', 'throttled')],
  ])('%s: 503, to be sent again', async (_name, error) => {
    const { inject } = createGateway({ place: () => Promise.reject(error) });
    expectProblem(await inject(post(SAMPLE)), 'service_unavailable');
  });

  test('a 503 names the id under which the order is placed once, and with it the repeat is the same order', async () => {
    const fingerprints: string[] = [];
    const { inject } = createGateway({
      place: (placement) => {
        fingerprints.push(placement.fingerprint);
        return fingerprints.length === 1 ? Promise.reject(engineDown()) : Promise.resolve(accepted(placement));
      },
    });
    const { orderId: _none, ...body } = { orderId: undefined, ...SAMPLE };
    const down = await inject(post(body));
    const { detail, instance } = expectProblem(down, 'service_unavailable');
    const orderId = String(instance).replace('/orders/', '');
    expect(down.headers['location']).toBe(instance);
    expect(detail).toContain(`with orderId ${orderId}`);
    expect((await inject(post({ ...body, orderId }))).statusCode).toBe(202);
    expect(fingerprints[1]).toBe(fingerprints[0]);
  });

  test.each([
    ['a defect', new TypeError('secret of the inside')],
    ['a step that failed otherwise', new StepError('VIEW_OUT_OF_STEP', 'secret of the inside')],
  ])('%s: 500 that tells nothing but its id', async (_name, error) => {
    const { inject } = createGateway({ place: () => Promise.reject(error) });
    const answer = await inject(post(SAMPLE, { 'x-request-id': 'trace-1' }));
    expect(expectProblem(answer, 'internal_error').detail).toContain('trace-1');
    expect(answer.body).not.toContain('secret');
  });
});
