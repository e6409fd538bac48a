import { duration, money, relative, told, toldOnce, wordsOf } from '../../web/src/words';
import { shownTime } from '../../src/domain/shown-time';
import { linkTo } from '../../web/src/router';

test.each([
  [0, '0 ms'],
  [340, '340 ms'],
  [1000, '1 s'],
  [1500, '1.5 s'],
  [90_000, '1.5 min'],
  [3_600_000, '1 h'],
  [15 * 60_000, '15 min'],
  [3 * 86_400_000, '3 d'],
])('%d ms are %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('what is to come is told as such', () => {
  const now = Date.parse('2025-07-09T10:30:00Z');
  expect(relative('2025-07-09T10:30:00.400Z', now)).toBe('now');
  expect(relative('2025-07-09T10:35:00Z', now)).toBe('in 5 min');
  expect(relative('2025-07-09T07:30:00Z', now)).toBe('3 h ago');
});

test('money is told with its currency, also one that nobody knows', () => {
  expect(money(1000, 'KRW')).toMatch(/₩1,?000$/);
  expect(money(5, 'no currency')).toBe('5 no currency');
  expect(money(5, undefined)).toMatch(/^5[.,]00$/);
});

test.each([
  ['PARTIAL_INVENTORY', 'Partial inventory'],
  ['order-intake', 'Order intake'],
  ['sms', 'SMS'],
  ['GenerateShippingLabel', 'Generate shipping label'],
])('%s is %s', (name, words) => {
  expect(wordsOf(name)).toBe(words);
});

test('what is in a link comes out as it went in, and empty filters are left out', () => {
  expect(linkTo(['orders', 'a/b c'], { q: 'x&y=z', status: '' })).toBe('#/orders/a%2Fb%20c?q=x%26y%3Dz');
  expect(linkTo([])).toBe('#/');
});

test('a time in a sentence is told in the zone of the reader, with how far it is; a listener hears it once', () => {
  const now = new Date(2025, 6, 9, 10, 30).getTime();
  const at = (...time: [number, number, number, number, number, number?]) => new Date(...time).toISOString();
  const today = { at: at(2025, 6, 9, 10, 42), isMoment: false };
  expect(told(today, now)).toMatch(/^10:42( AM)? \(in 12 min\)$/);
  expect(told({ at: at(2025, 6, 9, 10, 29, 50), isMoment: true }, now)).toMatch(/^10:29:50( AM)? \(10 s ago\)$/);
  expect(told({ at: at(2025, 6, 10, 10, 30), isMoment: false }, now)).toMatch(/^Jul 10, 10:30( AM)? \(in 1 d\)$/);
  expect(told({ at: at(2026, 6, 10, 10, 30), isMoment: false }, now)).toMatch(/2026/);
  const heard = toldOnce(`Waiting until ${shownTime(today.at)}.`, now);
  expect(heard).toMatch(/^Waiting until 10:42:00( AM)?\.$/);
});
