import fc from 'fast-check';
import type { Secret } from '../../src/domain/webhooks';
import {
  concerns,
  isDead,
  listensTo,
  PUBLIC_EVENTS,
  rotated,
  validSecrets,
  waitAfter,
  WAITS,
} from '../../src/domain/webhooks';
import { EVENT_SOURCES } from '../../src/domain/events';
import { withoutPersonalData } from '../../src/domain/personal-data';

const HOUR = 3_600_000;

describe('who is told of what', () => {
  test('without events all that are public, and nothing that is for operations only', () => {
    const told = Object.keys(EVENT_SOURCES).filter((type) => listensTo({ webhookId: 'w' }, { type }));
    expect(told).toEqual(PUBLIC_EVENTS);
    const internal = ['Attention Needed', 'Attention Resolved', 'Order At Risk', 'Promise Breached', 'Stock Low'];
    expect(
      Object.keys(EVENT_SOURCES)
        .filter((type) => !told.includes(type))
        .toSorted(),
    ).toEqual(internal);
  });

  test.each([
    ['the event it asked for', { events: ['Order Created' as const] }, 'C1', true],
    ['another one', { events: ['Order Closed' as const] }, 'C1', false],
    ['its own customer', { customerId: 'C1' }, 'C1', true],
    ['another customer', { customerId: 'C2' }, 'C1', false],
    ['an order of nobody known', { customerId: 'C2' }, undefined, false],
  ])('%s', (_, filter, customerId, expected) => {
    expect(listensTo({ webhookId: 'w', ...filter }, { type: 'Order Created', customerId })).toBe(expected);
  });

  test('of another customer nobody is told, whatever was asked for by hand', () => {
    expect(concerns({ customerId: 'C1' }, { customerId: 'C2' })).toBe(false);
    expect(concerns({}, { customerId: 'C2' })).toBe(true);
  });
});

describe('secrets', () => {
  const now = '2026-01-01T00:00:00.000Z';
  const names = (secrets: Secret[], at: string) => validSecrets(secrets, at).map(({ secret }) => secret);

  test('the old one signs for a day more', () => {
    const secrets = rotated([{ secret: 'a' }], { secret: 'b', now });
    expect(names(secrets, now)).toEqual(['b', 'a']);
    expect(names(secrets, '2026-01-01T23:59:59.999Z')).toEqual(['b', 'a']);
    expect(names(secrets, '2026-01-02T00:00:00.000Z')).toEqual(['b']);
  });

  test('replaced again within the day, each keeps its own end; what is over is forgotten', () => {
    const twice = rotated(rotated([{ secret: 'a' }], { secret: 'b', now }), {
      secret: 'c',
      now: '2026-01-01T12:00:00.000Z',
    });
    expect(names(twice, '2026-01-01T13:00:00.000Z')).toEqual(['c', 'b', 'a']);
    expect(names(twice, '2026-01-02T06:00:00.000Z')).toEqual(['c', 'b']);
    expect(rotated(twice, { secret: 'd', now: '2026-01-03T00:00:00.000Z' })).toHaveLength(2);
  });
});

describe('waits', () => {
  test('grow from seconds to a day, ten attempts over three days, and then there is none', () => {
    const waits = WAITS.slice(1).map((_, i) => waitAfter({ deliveryId: 'd', tried: i + 1 }) ?? 0);
    expect(waits).toHaveLength(9);
    for (const [i, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(WAITS[i + 1]!);
      expect(wait).toBeLessThanOrEqual(WAITS[i + 1]! * 1.2);
    }
    expect(waits.reduce((all, wait) => all + wait, 0)).toBeGreaterThan(72 * HOUR);
    expect(waitAfter({ deliveryId: 'd', tried: 10 })).toBeUndefined();
  });

  test('are the same for the same attempt, and not the same for all', () => {
    const ids = Array.from({ length: 50 }, (_, i) => `d${i}`);
    const waits = ids.map((deliveryId) => waitAfter({ deliveryId, tried: 3 }));
    expect(ids.map((deliveryId) => waitAfter({ deliveryId, tried: 3 }))).toEqual(waits);
    expect(new Set(waits).size).toBeGreaterThan(25);
  });

  test.each([
    ['less than the usual', 1, 5000],
    ['more', 3600, HOUR],
    ['more than a day', 10 * 86_400, 24 * HOUR],
  ])('an endpoint that asks for %s', (_, retryAfterS, least) => {
    const wait = waitAfter({ deliveryId: 'd', tried: 1, retryAfterS }) ?? 0;
    expect(wait).toBeGreaterThanOrEqual(least);
    expect(wait).toBeLessThanOrEqual(Math.max(least, 6000));
  });
});

test.each([
  ['never failed', {}, false],
  ['failed often, for a short time', { failingSince: '2026-01-05T00:00:01.000Z', failedAttempts: 99 }, false],
  ['failed for long, but seldom', { failingSince: '2026-01-01T00:00:00.000Z', failedAttempts: 9 }, false],
  ['failed often, and for long', { failingSince: '2026-01-05T00:00:00.000Z', failedAttempts: 10 }, true],
])('an endpoint that %s', (_, webhook, dead) => {
  expect(isDead(webhook, { now: '2026-01-06T00:00:00.000Z', afterS: 86_400 })).toBe(dead);
});

describe('an answer is kept without personal data', () => {
  test.each([
    ['no such order for jane.doe@example.com', 'no such order for …'],
    ['call +82 10-1234-5678 now', 'call … now'],
    ['card 4111 1111 1111 1111 declined', 'card … declined'],
    ['status 503, order ORD-12', 'status 503, order ORD-12'],
    ['a\nb\u0000c\td', 'a b c d'],
  ])('%j', (text, kept) => expect(withoutPersonalData(text)).toBe(kept));

  test('whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.emailAddress(), (text, email) => {
        const kept = withoutPersonalData(`${text} ${email} ${text}`);
        expect(kept).not.toContain(email);
        expect(kept).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
