import pino from 'pino';
import type { EventBus } from '../../src/messaging/ports';
import { CircuitOpenError } from '../../src/domain/breaker';
import { createBreaker } from '../../src/adapters/breaker/breaker';
import { createMetrics } from '../../src/metrics';
import { createRelay } from '../../src/messaging/relay';
import { describeMessage, measured } from '../../src/messaging/measure';
import { measureActivities, measureCalls } from '../../src/metrics/measure';
import { measureEvents } from '../../src/messaging/measure-events';
import { eventOfEachType, numbered, sampleValidOrder, someEvents } from '../support/contracts/events';
import { StepError } from '../../src/domain/failures';

const time = '2025-07-09T10:30:00Z';
const at = Date.parse(time);

test.each([
  ['no event', { type: 'other' }],
  ['[1]', { type: 'other' }],
  [JSON.stringify({ 'detail-type': 'Order Placed', time }), { type: 'Order Placed', at }],
  [JSON.stringify({ 'detail-type': 'Order Placed', time: 'now' }), { type: 'Order Placed' }],
  // whatever a stranger calls an event, it makes no series of its own
  [JSON.stringify({ 'detail-type': 'x'.repeat(1000), time }), { type: 'other', at }],
  // a replayed one is as old as it is
  [JSON.stringify({ 'detail-type': 'Order Created', time, 'replay-name': 'again' }), { type: 'Order Created' }],
  [JSON.stringify({ 'detail-type': 'Order Created', time, detail: { replay: {} } }), { type: 'Order Created' }],
])('a message %s', (body, expected) => {
  expect(describeMessage(body)).toEqual(expected);
});

test('a message is held while it is handled, and counted by what becomes of it', async () => {
  const metrics = createMetrics();
  const message = { name: 'order intake queue', body: JSON.stringify({ 'detail-type': 'Order Placed', time }) };
  await measured(metrics, {
    ...message,
    async handle() {
      expect(await metrics.text()).toContain('waybill_messages_held{queue="order-intake-queue"} 1\n');
      return 'done';
    },
  });
  const failing = measured(metrics, { ...message, handle: () => Promise.reject(new Error('the table is away')) });
  await expect(failing).rejects.toThrow('the table is away');
  const text = await metrics.text();
  const labels = (outcome: string) => `{queue="order-intake-queue",type="Order Placed",outcome="${outcome}"}`;
  expect(text).toContain('waybill_messages_held{queue="order-intake-queue"} 0\n');
  expect(text).toContain(`waybill_messages_total${labels('done')} 1\n`);
  expect(text).toContain(`waybill_messages_total${labels('failed')} 1\n`);
  // one that comes again has not arrived yet
  expect(text).toContain('waybill_message_age_seconds_count{queue="order-intake-queue"} 1\n');
});

test('activities are counted by how they fail, and still fail as they do', async () => {
  const metrics = createMetrics();
  const { refuse, break: defect } = measureActivities(
    {
      refuse: async (_input: object) => Promise.reject(new StepError('LABEL_REFUSED', 'no')),
      break: async () => Promise.reject(new TypeError('x is not a function')),
    },
    metrics,
  );
  await expect(refuse({})).rejects.toThrow(StepError);
  await expect(defect()).rejects.toThrow(TypeError);
  const text = await metrics.text();
  expect(text).toContain('waybill_activity_failures_total{activity="refuse",type="LABEL_REFUSED"} 1\n');
  expect(text).toContain('waybill_activity_failures_total{activity="break",type="defect"} 1\n');
  expect(text).toContain('waybill_activity_seconds_count{activity="refuse",outcome="failed"} 1\n');
  expect(text).toContain('waybill_activities_running 0\n');
});

test('calls to a company are counted by whether it answered; a no is an answer', async () => {
  const metrics = createMetrics();
  const breaker = measureCalls(createBreaker({ dependency: 'payment', failures: 2, openMs: 60_000 }), metrics);
  await breaker.run(async () => 'yes');
  const fail = (type: 'REFUND_REFUSED' | 'PROVIDER_UNAVAILABLE' | 'OUTCOME_UNKNOWN') =>
    expect(breaker.run(() => Promise.reject(new StepError(type, type)))).rejects.toThrow(type);
  await fail('REFUND_REFUSED');
  await fail('PROVIDER_UNAVAILABLE');
  await fail('OUTCOME_UNKNOWN');
  await expect(breaker.run(async () => 'never asked')).rejects.toThrow(CircuitOpenError);
  const text = await metrics.text();
  for (const [outcome, count] of Object.entries({ answered: 2, outage: 1, unknown: 1, shut: 1 }))
    expect(text).toContain(`waybill_provider_calls_total{dependency="payment",outcome="${outcome}"} ${count}\n`);
});

test('projections that are made anew count nothing of the past again, and what comes to an old order once', async () => {
  const metrics = createMetrics();
  const day = 86_400_000;
  const order = sampleValidOrder();
  const ofEach = eventOfEachType(order);
  const { 'Order Created': created, 'Payment Completed': paid, 'Promise Breached': late } = ofEach;
  const daysAgo = (days: number) => ({ at: new Date(Date.now() - days * day).toISOString() });
  const old = numbered(order.orderId, [created, paid, late], daysAgo(2));
  const young = numbered(order.orderId, [paid], { firstSequence: 4, ...daysAgo(0.5) });
  measureEvents(metrics, { before: undefined, events: [...old, ...young] });
  const text = await metrics.text();
  expect(text).toContain('waybill_charged_total{currency="USD"} 59.98\n');
  for (const name of ['waybill_orders_placed_total', 'waybill_promises_total']) expect(text).not.toContain(`\n${name}`);
});

describe('events that are not on the bus', () => {
  const events = someEvents(3);
  const stuck = (publish: EventBus['publish']): EventBus => ({
    publish,
    async *unpublished() {
      yield events;
    },
  });

  test.each<[string, EventBus['publish'], number]>([
    ['the bus takes all', async (all) => all.length, 0],
    ['it takes one', async () => 1, events.length - 1],
    ['it is away', () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'away')), events.length],
  ])('when %s: so many are left', async (_, publish, left) => {
    const metrics = createMetrics();
    const relay = createRelay({
      bus: stuck(publish),
      graceMs: 0,
      intervalMs: 1000,
      onLeft: (count) => metrics.record('waybill_unpublished_events', {}, count),
      logger: pino({ level: 'silent' }),
    });
    await relay.run().catch(() => undefined);
    expect(await metrics.text()).toContain(`waybill_unpublished_events ${left}\n`);
  });

  test('a round that cannot look does not say that none is left', async () => {
    const told: number[] = [];
    let isAway = false;
    const bus: EventBus = {
      publish: async () => 0,
      async *unpublished() {
        if (isAway) throw new StepError('SERVICE_UNAVAILABLE', 'away');
        yield events;
      },
    };
    const onLeft = (count: number) => void told.push(count);
    const relay = createRelay({ bus, graceMs: 0, intervalMs: 1000, onLeft, logger: pino({ level: 'silent' }) });
    await relay.run();
    isAway = true;
    await relay.run().catch(() => undefined);
    expect(told).toEqual([events.length]);
  });
});
