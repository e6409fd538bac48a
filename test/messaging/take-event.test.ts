import type { EventOrders } from '../../src/messaging/take-event';
import type { InboundEvent } from '../../src/messaging/inbound-event';
import type { PaymentNews } from '../../src/workflows/messages';
import { EngineUnavailableError } from '../../src/client';
import { fingerprintOf } from '../../src/submission';
import { sampleOrder } from '../support/orders';
import { takeEvent } from '../../src/messaging/take-event';

const submission = sampleOrder();
const { orderId } = submission;
const money = { chargeKey: 'charge#1', paymentId: 'pay-1', amount: 1999, currency: 'USD' };
const paymentEvent = (kind: PaymentNews['kind']): InboundEvent => ({
  kind: 'payment-news',
  orderId,
  news: { kind, ...money },
});
const carrierEvent: InboundEvent = {
  kind: 'carrier-news',
  orderId,
  news: { updateId: 'u-1', trackingNumber: 'T-1', status: 'DELIVERED' },
};
const paidEvent: InboundEvent = {
  kind: 'order-paid',
  order: { submission, paid: money, fingerprint: fingerprintOf({ ...submission, paid: money }) },
};

/** Takes an event where the engine answers so, and notes what it was asked. */
async function take(event: InboundEvent, answers: Partial<EventOrders> = {}) {
  const calls: unknown[][] = [];
  const asked =
    <A extends unknown[], R>(name: string, answer: (...args: A) => R) =>
    (...args: A): R => {
      calls.push([name, ...args]);
      return answer(...args);
    };
  const never = () => Promise.reject(new Error('nobody asks that'));
  const orders: EventOrders = {
    place: asked('place', answers.place ?? never),
    fulfill: asked('fulfill', answers.fulfill ?? never),
    tellPayment: asked('tellPayment', answers.tellPayment ?? never),
    tellCarrier: asked('tellCarrier', answers.tellCarrier ?? never),
    refundLate: asked('refundLate', answers.refundLate ?? never),
  };
  return { taken: await takeEvent({ event, orders, requestId: 'req-1', patienceMs: 100 }), calls };
}

test.each([
  ['told', 'ACCEPTED'],
  ['closed', 'IGNORED'],
  ['unknown', 'EARLY'],
] as const)('a carrier’s update for an order that is %s: %s', async (kind, status) => {
  const { taken, calls } = await take(carrierEvent, { tellCarrier: async () => ({ kind }) });
  expect(taken).toMatchObject({ status, orderId });
  expect(calls).toEqual([['tellCarrier', orderId, carrierEvent.kind === 'carrier-news' && carrierEvent.news]]);
});

test.each([
  ['COMPLETED', 'told', 'ACCEPTED'],
  ['FAILED', 'told', 'ACCEPTED'],
  ['FAILED', 'closed', 'IGNORED'],
  ['COMPLETED', 'unknown', 'EARLY'],
  ['FAILED', 'unknown', 'EARLY'],
] as const)('a payment that %s for an order that is %s: %s', async (payment, kind, status) => {
  const { taken, calls } = await take(paymentEvent(payment), { tellPayment: async () => ({ kind }) });
  expect(taken).toMatchObject({ status, orderId });
  expect(calls).toEqual([['tellPayment', orderId, { kind: payment, ...money }]]);
});

test.each([
  ['started', 'ACCEPTED'],
  ['known', 'DUPLICATE'],
  ['accounted', 'IGNORED'],
] as const)('a success for a closed order goes back, unless it was accounted for: %s is %s', async (kind, status) => {
  const { taken, calls } = await take(paymentEvent('COMPLETED'), {
    tellPayment: async () => ({ kind: 'closed' }),
    refundLate: async () => ({ kind }),
  });
  expect(taken).toMatchObject({ status, orderId });
  expect(calls[1]).toEqual(['refundLate', { orderId, ...money }]);
});

test.each([
  ['accepted', 'ACCEPTED'],
  ['replayed', 'DUPLICATE'],
  ['conflict', 'REJECTED'],
  ['payment-used', 'REJECTED'],
] as const)('an order that was paid elsewhere and is %s: %s', async (kind, status) => {
  const { taken, calls } = await take(paidEvent, { fulfill: async () => ({ kind }) });
  expect(taken).toMatchObject({ status, orderId });
  expect(calls).toEqual([['fulfill', { ...(paidEvent.kind === 'order-paid' && paidEvent.order), requestId: 'req-1' }]]);
});

test('what asks for nothing asks nobody', async () => {
  for (const kind of ['own', 'shipped-elsewhere'] as const)
    expect(await take({ kind })).toMatchObject({ taken: { status: 'IGNORED' }, calls: [] });
});

test('what nobody confirms is still its sender’s', async () => {
  const down = () => Promise.reject(new EngineUnavailableError('the engine is down'));
  const answers = { fulfill: down, tellPayment: down, tellCarrier: down };
  for (const event of [paidEvent, paymentEvent('FAILED'), carrierEvent])
    await expect(take(event, answers)).rejects.toThrow(EngineUnavailableError);
  const closed = { tellPayment: async () => ({ kind: 'closed' as const }), refundLate: down };
  await expect(take(paymentEvent('COMPLETED'), closed)).rejects.toThrow(EngineUnavailableError);
});

describe('an event that has an id is the cause of what comes of it, with its trace', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const cause = { causationId: 'event-1', traceparent };
  const named = { eventId: 'event-1', traceparent };

  test.each<[string, InboundEvent, Partial<EventOrders>]>([
    ['tellPayment', paymentEvent('COMPLETED'), { tellPayment: async () => ({ kind: 'told' }) }],
    ['tellCarrier', carrierEvent, { tellCarrier: async () => ({ kind: 'told' }) }],
  ])('%s', async (name, event, answers) => {
    const { calls } = await take({ ...event, ...named }, answers);
    expect(calls).toEqual([[name, orderId, expect.objectContaining({ cause })]]);
    const without = await take(event, answers);
    expect(without.calls[0]![2]).not.toHaveProperty('cause');
  });

  test('fulfill', async () => {
    const { calls } = await take({ ...paidEvent, ...named }, { fulfill: async () => ({ kind: 'accepted' }) });
    expect(calls).toEqual([['fulfill', expect.objectContaining({ cause })]]);
  });
});
