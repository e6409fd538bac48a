import type { DeadLetter, DeadLetterTimes } from '../../src/domain/dead-letters';
import type { DeadLetterNews } from '../../src/messaging/dead-letter-ports';
import { SEVERITIES } from '../../src/domain/dead-letters';

/** For readers of queues whose messages were never redriven. */
export const noLetters: DeadLetterNews = {
  arrived: () => Promise.reject(new Error('nothing arrives here')),
  handled: () => Promise.reject(new Error('nothing was redriven here')),
};

export const TIMES: DeadLetterTimes = {
  retryMs: 60_000,
  throttledRetryMs: 10_000,
  longestRetryMs: 3_600_000,
  lostAfterMs: 600_000,
};

export const letterIdOf = (n: number): string => `DL-${n.toString(16).padStart(24, '0')}`;

/** A record as it begins. */
export const letterOf = (changes: Partial<DeadLetter> & Pick<DeadLetter, 'id'>): DeadLetter => ({
  version: 0,
  state: 'WAITING',
  class: 'RETRYABLE',
  severity: SEVERITIES[changes.class ?? 'RETRYABLE'],
  origin: 'QUEUE',
  queue: 'order-intake-queue',
  deadAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  tries: 0,
  redrives: 0,
  arrivals: 0,
  times: TIMES,
  body: '{}',
  attributes: {},
  story: [],
  ...changes,
});
