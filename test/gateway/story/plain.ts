import type { OrderEvent } from '../../../src/domain/events';
import { timelineOf } from '../../../src/gateway/story/timeline';

/** Names of states, keys of books, times of machines: nothing that a person should have to read. */
const RAW = /[A-Z]{2,}_[A-Z]{2,}|#|undefined|NaN|\[object|\d{4}-\d\d-\d\dT/;
/** Names of steps; an error that somebody else told may have some. */
const NAME = /\b[A-Z][a-z]+[A-Z][a-z]+\b/;

/** Holds a text to plain words. */
export function expectPlain(text: string): void {
  expect(text.trim()).toBe(text);
  expect(text).not.toMatch(RAW);
  expect(text.charAt(0)).not.toMatch(/[.,;: ]/);
  expect(text).not.toMatch(/\(\)|: $|:$| {2}|\.\./);
}

/** Holds the timeline of an order to plain words. */
export function expectPlainTimeline(events: readonly OrderEvent[]): void {
  const timeline = timelineOf(events);
  expect(timeline.map(({ sequence }) => sequence)).toEqual(events.map(({ sequence }) => sequence));
  for (const { title, detail } of timeline) {
    expectPlain(title);
    expect(title).not.toMatch(NAME);
    expect(title).not.toMatch(/\.$/);
    if (detail === undefined) continue;
    expectPlain(detail);
    expect(detail).toMatch(/\.$/);
  }
}
