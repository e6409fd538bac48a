import type { EventPublisher } from '../../src/activities/ports';
import type { OrderEvent } from '../../src/domain/events';
import { createEventPublisher } from '../../src/adapters/event-publisher';
import { gate } from '../support/contracts/condition';
import { someEvents } from '../support/contracts/events';

const LINGER_MS = 20;
let calls: OrderEvent[][];
let errors: unknown[];
let publish: (events: readonly OrderEvent[]) => Promise<number>;
let publisher: EventPublisher;

beforeEach(() => {
  jest.useFakeTimers();
  calls = [];
  errors = [];
  publish = async (events) => events.length;
  const bus = {
    publish: async (events: readonly OrderEvent[]) => {
      calls.push([...events]);
      return publish(events);
    },
  };
  publisher = createEventPublisher({ bus, lingerMs: LINGER_MS, onError: (error) => errors.push(error) });
});
afterEach(() => jest.useRealTimers());

const down = () => Promise.reject(new Error('the bus is down'));

test('events wait a moment for company and go together, in the order they came', async () => {
  const events = someEvents(3);
  publisher.publish(events.slice(0, 1));
  publisher.publish(events.slice(1));
  await jest.advanceTimersByTimeAsync(LINGER_MS - 1);
  expect(calls).toEqual([]);
  await jest.advanceTimersByTimeAsync(1);
  expect(calls).toEqual([events]);
});

test('the moment begins with the first event: a steady stream is not held back', async () => {
  const events = someEvents(10);
  for (const event of events) {
    publisher.publish([event]);
    await jest.advanceTimersByTimeAsync(LINGER_MS / 2);
  }
  await publisher.flush();
  expect(calls.length).toBeGreaterThan(2);
  expect(calls.flat()).toEqual(events);
});

test('what comes while a call is under way goes after it, never beside it', async () => {
  const { opened, open } = gate();
  const events = someEvents(2);
  publish = async () => {
    await opened;
    return 1;
  };
  publisher.publish(events.slice(0, 1));
  await jest.advanceTimersByTimeAsync(LINGER_MS);
  publisher.publish(events.slice(1));
  await jest.advanceTimersByTimeAsync(LINGER_MS);
  expect(calls).toEqual([events.slice(0, 1)]);
  open();
  await publisher.flush();
  expect(calls).toEqual([events.slice(0, 1), events.slice(1)]);
});

test('flush sends at once, and resolves when all was tried', async () => {
  const events = someEvents(2);
  publisher.publish(events);
  await publisher.flush();
  expect(calls).toEqual([events]);
  await jest.advanceTimersByTimeAsync(10 * LINGER_MS);
  expect(calls).toEqual([events]);
});

test('flush with nothing to do resolves, and leaves no timer behind', async () => {
  await publisher.flush();
  publisher.publish([]);
  await publisher.flush();
  expect(calls).toEqual([]);
  expect(jest.getTimerCount()).toBe(0);
});

test('a failure is reported and never thrown', async () => {
  publish = down;
  publisher.publish(someEvents(1));
  await expect(publisher.flush()).resolves.toBeUndefined();
  expect(errors).toEqual([new Error('the bus is down')]);
});

test('after a failure nothing is tried for a moment: the relay has it', async () => {
  publish = down;
  publisher.publish(someEvents(1));
  await publisher.flush();
  publish = async (events) => events.length;
  publisher.publish(someEvents(1));
  await publisher.flush();
  expect(calls).toHaveLength(1);
  expect(errors).toHaveLength(1);
});

test('after the moment it publishes again', async () => {
  publish = down;
  publisher.publish(someEvents(1));
  await publisher.flush();
  publish = async (events) => events.length;
  await jest.advanceTimersByTimeAsync(1000);
  const events = someEvents(1);
  publisher.publish(events);
  await publisher.flush();
  expect(calls).toHaveLength(2);
  expect(calls[1]).toEqual(events);
});
