import { paragraph, quoted, table } from '../../../scripts/waybill/table';

const TITLES = ['WHO', 'WHAT', 'WHY'];
const ROWS = [
  ['kim', 'CANCEL', 'the customer rang and said that it was ordered twice, by mistake, on the same day'],
  ['night shift', 'CLOSE_CASE', 'refunded'],
];

test('columns are as wide as their longest cell where nobody says how wide a line may be', () => {
  expect(table(TITLES, ROWS)).toEqual([
    'WHO          WHAT        WHY',
    'kim          CANCEL      the customer rang and said that it was ordered twice, by mistake, on the same day',
    'night shift  CLOSE_CASE  refunded',
  ]);
});

test('the last column is broken between words where the terminal is not wide enough', () => {
  expect(table(TITLES, ROWS, 60)).toEqual([
    'WHO          WHAT        WHY',
    'kim          CANCEL      the customer rang and said that it',
    '                         was ordered twice, by mistake, on',
    '                         the same day',
    'night shift  CLOSE_CASE  refunded',
  ]);
});

test('a row is broken between its cells where the last one had no room: none is cut', () => {
  const lines = table(TITLES, ROWS, 40);
  expect(lines).toEqual([
    'WHO  WHAT  WHY',
    'kim  CANCEL',
    '    the customer rang and said that it',
    '    was ordered twice, by mistake, on',
    '    the same day',
    'night shift  CLOSE_CASE  refunded',
  ]);
});

test('a cell moves no cursor', () => {
  expect(table(['A', 'B'], [['\u001b[2J', 'b\nc']])).toEqual(['A          B', '\\u001b[2J  b\\u000ac']);
});

test('a paragraph is indented after its first line', () => {
  expect(paragraph('one two three', 9, '  ')).toEqual(['one two', '  three']);
  expect(paragraph('one two three')).toEqual(['one two three']);
});

test.each([
  ['ORD-2025-001234', 'ORD-2025-001234'],
  ['CHARGE#1', "'CHARGE#1'"],
  ["it's; rm", String.raw`'it'\''s; rm'`],
  ['', "''"],
])('%j is one word for a shell: %s', (word, expected) => expect(quoted(word)).toBe(expected));
