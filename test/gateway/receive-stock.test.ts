import type { ReceiveOutcome } from '../../src/stock-client';
import { closeGateways, createGateway, type Doubles, engineDown, expectProblem } from './support';

afterEach(closeGateways);

const DELIVERY = { warehouseId: 'ICN', quantity: 5, reference: 'DN-1' };
const RECEIVED = { productId: 'a/b', ...DELIVERY, toBackorders: 2, availableQuantity: 3 };

type Receive = Doubles['receive'];

const gatewayOf = (receive: Receive) => createGateway({ receive });
const send = (
  gateway: ReturnType<typeof gatewayOf>,
  payload: unknown,
  headers: Record<string, string> = {},
  productId = 'a%2Fb',
) =>
  gateway.inject({
    method: 'POST',
    url: `/inventory/${productId}/receive`,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(payload),
  });
const answering = (outcome: ReceiveOutcome) => jest.fn<ReturnType<Receive>, Parameters<Receive>>(async () => outcome);

test('a delivery is answered with the stock after it', async () => {
  const receive = answering({ kind: 'received', received: RECEIVED });
  const answer = await send(gatewayOf(receive), DELIVERY);
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ status: 'RECEIVED', ...RECEIVED });
  expect(answer.headers['idempotent-replayed']).toBeUndefined();
  expect(receive).toHaveBeenCalledWith({ productId: 'a/b', ...DELIVERY, patienceMs: 3000 });
});

test('a delivery that was sent before says so', async () => {
  const answer = await send(gatewayOf(answering({ kind: 'replayed', received: RECEIVED })), DELIVERY);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['idempotent-replayed']).toBe('true');
});

test('a delivery that takes longer is accepted', async () => {
  const answer = await send(gatewayOf(answering({ kind: 'pending' })), DELIVERY);
  expect(answer.statusCode).toBe(202);
  expect(answer.json()).toEqual({ status: 'RECEIVING', productId: 'a/b', ...DELIVERY });
});

test('the Idempotency-Key is the reference where the body has none', async () => {
  const receive = answering({ kind: 'pending' });
  const { reference: _, ...unnamed } = DELIVERY;
  await send(gatewayOf(receive), unnamed, { 'idempotency-key': 'DN-9' });
  expect(receive).toHaveBeenCalledWith(expect.objectContaining({ reference: 'DN-9' }));
});

test.each([
  ['a reference of another delivery', { kind: 'conflict' }, 'delivery_conflict'],
  ['an unknown product', { kind: 'refused', refusal: 'UNKNOWN_PRODUCT', reason: '' }, 'product_not_found'],
  [
    'an unknown warehouse',
    { kind: 'refused', refusal: 'UNKNOWN_WAREHOUSE', reason: 'expected ICN' },
    'delivery_invalid',
  ],
] as [string, ReceiveOutcome, 'delivery_conflict'][])('%s is refused', async (_, outcome, code) => {
  const problem = expectProblem(await send(gatewayOf(answering(outcome)), DELIVERY), code);
  if (problem.code === 'delivery_invalid')
    expect(problem.errors).toEqual([{ pointer: '/warehouseId', code: 'unknown', detail: 'expected ICN' }]);
});

test('without the engine: 503', async () => {
  expectProblem(
    await send(
      gatewayOf(() => Promise.reject(engineDown())),
      DELIVERY,
    ),
    'service_unavailable',
  );
});

describe('what is wrong is said before anything is taken', () => {
  const receive = answering({ kind: 'pending' });
  const { reference: _, ...unnamed } = DELIVERY;

  test.each([
    ['no quantity', { ...DELIVERY, quantity: undefined }, '/quantity'],
    ['none', { ...DELIVERY, quantity: 0 }, '/quantity'],
    ['half a unit', { ...DELIVERY, quantity: 1.5 }, '/quantity'],
    ['a number as text', { ...DELIVERY, quantity: '5' }, '/quantity'],
    ['too many', { ...DELIVERY, quantity: 1_000_001 }, '/quantity'],
    ['no warehouse', { ...DELIVERY, warehouseId: '' }, '/warehouseId'],
    ['a reference that is none', { ...DELIVERY, reference: 'DN#1' }, '/reference'],
    ['no object', [], ''],
  ])('%s', async (_name, payload, pointer) => {
    const problem = expectProblem(await send(gatewayOf(receive), payload), 'invalid_body');
    expect(problem.errors!.map((error) => error.pointer)).toContain(pointer);
    expect(receive).not.toHaveBeenCalled();
  });

  test.each([
    ['no reference', unnamed, {}],
    ['two references', DELIVERY, { 'idempotency-key': 'DN-2' }],
  ])('%s', async (_name, payload, headers) => {
    const problem = expectProblem(await send(gatewayOf(receive), payload, headers), 'delivery_invalid');
    expect(problem.errors).toMatchObject([{ pointer: '/reference' }]);
    expect(receive).not.toHaveBeenCalled();
  });

  test('a product that can be none', async () => {
    expectProblem(await send(gatewayOf(receive), DELIVERY, {}, 'x'.repeat(257)), 'product_not_found');
    expectProblem(await send(gatewayOf(receive), DELIVERY, {}, 'a%00b'), 'product_not_found');
    expect(receive).not.toHaveBeenCalled();
  });
});
