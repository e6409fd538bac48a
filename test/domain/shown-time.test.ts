import { partsOf, shownMoment, shownTime } from '../../src/domain/shown-time';

test.each([
  ['2025-07-09T14:30:05.999Z', '14:30 UTC on 9 July 2025', '14:30:05 UTC on 9 July 2025'],
  ['2025-12-31T23:59:59.000Z', '23:59 UTC on 31 December 2025', '23:59:59 UTC on 31 December 2025'],
  ['2026-01-01T00:00:00+09:00', '15:00 UTC on 31 December 2025', '15:00:00 UTC on 31 December 2025'],
])('%s is %s', (at, time, moment) => {
  expect(shownTime(at)).toBe(time);
  expect(shownMoment(at)).toBe(moment);
});

test('what is no time is told as it is', () => {
  expect(shownTime('soon')).toBe('soon');
});

test('what is told is found again, wherever it stands, whatever the month', () => {
  for (let month = 0; month < 12; month++) {
    const at = new Date(Date.UTC(2025, month, 28, 4, 5, 6)).toISOString();
    expect(partsOf(`until ${shownTime(at)}, and at ${shownMoment(at)}`)).toEqual([
      'until ',
      { at: at.replace(':06.', ':00.'), isMoment: false },
      ', and at ',
      { at, isMoment: true },
    ]);
    expect(partsOf(shownMoment(at))).toEqual([{ at, isMoment: true }]);
  }
});

test.each(['', 'at 14:30', '14:30 UTC on 9 Julember 2025', '2025-07-09T14:30:00Z', '9 July 2025'])(
  '%s tells no time of ours',
  (sentence) => {
    expect(partsOf(sentence)).toEqual(sentence === '' ? [] : [sentence]);
  },
);
