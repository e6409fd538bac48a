import { CreateEventBusCommand, EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { Lived } from '../support/paths/run-path';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { EDGES, END_STATES, ORDER_STATUSES } from '../../src/domain/states';
import { type BusEvent, EVENT_SOURCES, toBusEvent } from '../../src/domain/events';
import { eventIdOf } from '../../src/domain/ids';
import { eventually } from '../support/contracts/condition';
import { misfitOf } from '../support/contracts/schemas';
import { expectPlain, expectPlainTimeline } from '../gateway/story/plain';
import { fold } from '../../src/domain/projection';
import { hasEnded } from '../../src/gateway/standing';
import { PATHS } from '../support/paths';
import { rests } from '../../src/gateway/story/waits';
import { runPath } from '../support/paths/run-path';
import { stuckOf } from '../../src/gateway/story/stuck';
import { plain } from '../../src/gateway/story/words';
import { statusAfter } from '../../src/domain/projection';
import { timelineOf } from '../../src/gateway/story/timeline';
import { tapBus, type TappedEvent } from '../support/bus-tap';
import { uniqueId } from '../support/orders';

let bench: OrderBench;
const lives: Lived[] = [];

/** why something had to be undone that could not be */
const REASONS = [
  'a parcel is lost (ORD-S1)',
  'more was paid than what ships costs',
  'nothing of the order is in stock',
  'somebody asked to cancel the order',
  'the address changed',
  'the customer sent goods back (ORD-R1)',
  'the label for ORD-S1: no carrier goes there',
  'the payment came after it had been given up',
  'the payment did not arrive in time',
  'the payment failed: closed',
];

const known = new Set(EDGES.map((edge) => edge.join(' → ')));
const edgesOf = ({ states }: Lived) => states.slice(1).map((to, i) => `${states[i]} → ${to}`);

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());

describe.each(Object.entries(PATHS))('%s', (_theme, paths) => {
  test.each(paths)('$name', async (path) => {
    const lived = await runPath(bench, path);
    lives.push(lived);
    const { end, status, money, stock, told } = lived;
    expect({ end, status, money, stock, told }).toEqual({
      end: path.end,
      status: path.status,
      money: path.money,
      stock: path.stock,
      told: path.told,
    });
    expect(edgesOf(lived).filter((edge) => !known.has(edge))).toEqual([]);
  });
});

test('every edge is gone by one of them', () => {
  const gone = new Set(lives.flatMap(edgesOf));
  // what runs side by side is told in one order, and between it and the customer there is always the commit
  const isOther = (edge: string) =>
    edge.startsWith('AllocateWarehouse →') || edge === 'StartFulfillment → GenerateShippingLabel';
  const never = [...known].filter((edge) => !gone.has(edge) && !isOther(edge));
  expect(never).toEqual(['GenerateShippingLabel → NotifyCustomer']);
});

test('every one of them is told in plain words', () => {
  for (const { events } of lives) expectPlainTimeline(events);
});

test('wherever they rest for long somebody is told why, and what to do; where they have ended nobody is', () => {
  const progress = { state: 'RUNNING' as const, startedAt: '', activities: [] };
  const look = { kind: 'described' as const, at: '', progress };
  let explained = 0;
  for (const { events } of lives)
    for (const { sequence } of events) {
      const told = events.slice(0, sequence);
      const view = fold(told)!;
      const given = { view, events: told, breakers: [], now: Date.parse(view.updatedAt) + 120_000 };
      const sentence = stuckOf(given, look)?.sentence;
      if (hasEnded(view)) expect(sentence).toBeUndefined();
      else if (!rests(given)) expect(sentence).toEqual(expect.any(String));
      if (sentence === undefined) continue;
      explained++;
      expectPlain(sentence);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
  expect(explained).toBeGreaterThan(500);
});

test('whoever has to decide is told why the order came to that, while it is so', () => {
  const told: string[] = [];
  for (const { events } of lives)
    for (const event of events) {
      if (event.type !== 'Attention Needed') continue;
      const { because = '' } = event.data;
      const before = events.slice(0, event.sequence);
      const view = fold(before)!;
      const given = { view, events: before, breakers: [], now: Date.parse(view.updatedAt) };
      expect(stuckOf(given)?.sentence).toContain(`Why it has to be done: ${plain(because)}.`);
      expect(timelineOf(before).at(-1)?.detail).toContain(`Why it has to be done: ${plain(because)}.`);
      told.push(because.replace(/ORD[\w-]+(?=-[SR]\d)/, 'ORD'));
    }
  expect([...new Set(told)].toSorted()).toEqual(REASONS);
});

/** what comes of a request, or of an event of somebody else's; all others come of the one before them */
const CAUSED = [
  'Address Changed',
  'Attention Resolved',
  'Cancellation Requested',
  'Decision Made',
  'Order Cancelled',
  'Payment Completed',
  'Payment Failed',
  'Return Inspected',
  'Return Received',
  'Return Requested',
  'Shipment Delivered',
  'Shipment Lost',
  'Shipment Returned',
  'Shipment Tracked',
];

test('every event says what placed its order, and what caused it', () => {
  const caused = new Set<string>();
  for (const { events } of lives) {
    const [first] = events;
    expect(first!.causationId).toBe(first!.correlationId);
    for (const [i, { correlationId, causationId, type }] of events.entries()) {
      expect(correlationId).toBe(first!.correlationId);
      if (i === 0 || causationId === eventIdOf(events[i - 1]!.orderId, i)) continue;
      expect(causationId).toMatch(/^(req|event)-/);
      caused.add(type);
    }
  }
  expect([...caused].toSorted()).toEqual(CAUSED);
});

test('every event goes over the bus as its schema says, and none of them never', async () => {
  const sent = lives.flatMap(({ events }) => events.map(toBusEvent));
  const got = await overTheBus(sent);
  expect(got).toHaveLength(sent.length);
  expect(got.flatMap((event) => misfitOf(event) ?? [])).toEqual([]);
  const seen = new Set(got.map((event) => event['detail-type']));
  expect(Object.keys(EVENT_SOURCES).filter((type) => !seen.has(type))).toEqual([]);
});

/** Puts events on a bus of their own, and takes them off again. */
async function overTheBus(sent: readonly BusEvent[]): Promise<TappedEvent[]> {
  const EventBusName = uniqueId('paths');
  const bus = new EventBridgeClient({});
  await bus.send(new CreateEventBusCommand({ Name: EventBusName }));
  const tap = await tapBus({ endpoint: process.env['AWS_ENDPOINT_URL']!, busName: EventBusName });
  for (let from = 0; from < sent.length; from += 10) {
    const Entries = sent.slice(from, from + 10).map(({ source: Source, detailType: DetailType, detail }) => {
      return { EventBusName, Source, DetailType, Detail: JSON.stringify(detail) };
    });
    await bus.send(new PutEventsCommand({ Entries }));
  }
  const got: TappedEvent[] = [];
  await eventually(
    async () => got.push(...(await tap.take())),
    (n) => n >= sent.length,
  );
  tap.destroy();
  bus.destroy();
  return got;
}

test('every status, every end and every event is in one of them', () => {
  const events = lives.flatMap((lived) => lived.events);
  const statuses = new Set(events.map((event) => statusAfter(event)));
  expect(ORDER_STATUSES.filter((status) => !statuses.has(status))).toEqual([]);
  const ends = new Set(lives.map(({ end }) => end));
  // where the state machine of requirements B ends, parcels are on their way
  expect(END_STATES.filter((end) => !ends.has(end))).toEqual(['NotifyCustomer']);
  const types = new Set<string>(events.map(({ type }) => type));
  expect(Object.keys(EVENT_SOURCES).filter((type) => !types.has(type))).toEqual([]);
});
