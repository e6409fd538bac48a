import { closeGateways, createGateway, eventsOf, expectProblem, HAPPY, ORDER_ID } from './support';
import { fold } from '../../src/domain/projection';

afterEach(closeGateways);

const events = eventsOf(HAPPY);
const history = {
  loadOrder: async (_: string, { asOf = events.length }: { asOf?: number } = {}) => fold(events.slice(0, asOf)),
};
const get = (asOf: string, doubles = {}) =>
  createGateway({ history, ...doubles }).inject({ url: `/orders/${ORDER_ID}?asOf=${asOf}` });

test.each([
  [1, 'RECEIVED'],
  [4, 'PAID'],
  [7, 'SHIPPED'],
])('as of event %i the order is %s, and nothing can be asked for', async (asOf, status) => {
  const answer = await get(`${asOf}`);
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({ orderId: ORDER_ID, asOf, status, updatedAt: events[asOf - 1]!.at });
  expect(answer.json<{ links: object }>().links).toEqual({
    self: `/orders/${ORDER_ID}`,
    events: `/orders/${ORDER_ID}/events`,
    actions: {},
  });
});

test('without asOf the order is as it is, from the read model', async () => {
  const { inject } = createGateway({ reader: { readView: async () => fold(events) } });
  const answer = await inject({ url: `/orders/${ORDER_ID}` });
  expect(answer.json()).toMatchObject({ status: 'SHIPPED' });
  expect(answer.json()).not.toHaveProperty('asOf');
});

test('an event that the order does not have yet is refused, with how far it is', async () => {
  const problem = expectProblem(await get('8'), 'sequence_not_reached');
  const detail = "expected asOf of at most 7, the order's last event, got 8";
  expect(problem).toMatchObject({ detail, errors: [{ pointer: '/asOf', code: 'invalid', detail }] });
});

test('an order that is only received has none yet; one that there is not is not found', async () => {
  const nothing = { history: { loadOrder: async () => undefined } };
  expectProblem(await get('1', { ...nothing, isKnown: async () => true }), 'sequence_not_reached');
  expectProblem(await get('1', nothing), 'order_not_found');
});

test.each(['0', '-1', '1.5', 'now', ''])('asOf=%s is no number of an event', async (asOf) => {
  expectProblem(await get(asOf), 'invalid_parameter');
});
