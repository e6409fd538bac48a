import { stripVTControlCharacters } from 'node:util';
import { board } from '../../../scripts/demo/board';
import { ends } from '../../../scripts/demo/ends';
import { createPaint } from '../../../scripts/lib/paint';
import { track } from '../../../scripts/demo/track';
import { SCENARIOS } from '../../../scripts/lib/scenarios';
import { call, endedRun, scenarioOf, shownOrder } from './support';

const paint = createPaint(false);
const runs = [
  ...SCENARIOS.map((scenario, i) => endedRun({ scenario, orderId: `demo-000000-${i}` })),
  endedRun({ journal: Array.from({ length: 30 }, (_, i) => call('charge', `a-word-of-its-own-${i}`)) }),
  endedRun({ trouble: 'it did not end within 180 s, and this is a long sentence that has to be broken into lines' }),
  endedRun({ notRun: 'needs 1 of PROD-12345 in stock, and there are 0: stop the system, `npm run reset`, start it' }),
];

test.each([20, 40, 60, 80, 100, 149, 150, 160, 220])('nothing is wider than a terminal of %d columns', (columns) => {
  const lines = [...board({ runs, columns, rows: 60, paint, now: 2_000 }), ...ends({ runs, columns, paint })];
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
  for (const { name } of SCENARIOS) expect(lines.join('\n')).toContain(name.slice(0, 10));
});

test.each([
  [40, 'scenario'],
  [60, 'scenario                is now                  time'],
  [80, 'scenario                is now                  VSPWLCN          paid    time'],
  [160, 'scenario                is now                  VSPWLCN          paid    time  what happens'],
])('a board of %d columns shows what fits, the most important first', (columns, header) => {
  const [first = ''] = board({ runs, columns, rows: 60, paint, now: 0 });
  expect(first.trim().replace(/ {4}time/, (gap) => (columns === 60 ? '  time' : gap))).toContain(header);
});

test('what happened is below the order, and beside it where there is room', () => {
  const run = endedRun({
    journal: [call('charge', 'declined'), call('charge', 'declined'), call('charge', 'succeeded')],
  });
  const way = 'charge declined ×2, charge succeeded';
  expect(ends({ runs: [run], columns: 80, paint })[2]).toBe(`    demo-000000-01: ${way}`);
  expect(ends({ runs: [run], columns: 100, paint })[2]).toBe(`    ${way}`);
  expect(ends({ runs: [run], columns: 160, paint })[1]).toMatch(new RegExp(`^✓ pm_ok.* 1\\.5 s {2}${way}$`));
});

test('an end that is not the expected one is marked, and says what was expected', () => {
  const lost = endedRun({ scenario: scenarioOf('pm_declined') });
  const text = ends({ runs: [lost], columns: 80, paint }).join('\n');
  expect(text).toMatch(/^✗ pm_declined +SHIPPED/m);
  expect(text).toContain('ended as SHIPPED, expected PAYMENT_FAILED');
  expect(board({ runs: [lost], columns: 80, rows: 24, paint, now: 0 })[1]).toMatch(/^✗/);
});

test('a terminal with too few rows shows those that are under way', () => {
  const { endedAt: _, ...open } = endedRun({ scenario: scenarioOf('pm_down') });
  const lines = board({ runs: [...runs, open], columns: 80, rows: 10, paint, now: 0 });
  expect(lines.length).toBeLessThan(10);
  expect(lines.filter((line) => line.includes('pm_'))).toEqual([expect.stringContaining('pm_down')]);
});

test('colours only when asked for, and they change nothing else', () => {
  const view = { runs, columns: 80, rows: 60, now: 0 };
  const plain = board({ ...view, paint });
  const coloured = board({ ...view, paint: createPaint(true) });
  expect(plain.join('')).not.toContain('\x1b');
  expect(coloured.join('')).toContain('\x1b');
  expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(plain);
});

const TO_LABEL = ['ValidateOrder', 'CheckInventory', 'ProcessPayment', 'AllocateWarehouse', 'GenerateShippingLabel'];

test.each([
  ['VALIDATION_FAILED', ['ValidateOrder'], 'failed ahead'],
  ['PAYMENT_FAILED', ['ValidateOrder', 'CheckInventory', 'ProcessPayment'], 'passed passed failed ahead'],
  ['FULFILLMENT_FAILED', TO_LABEL, 'passed passed passed passed failed ahead ahead'],
  ['PAID', TO_LABEL, 'passed passed passed passed passed ahead ahead'],
] as const)('the marks of an order that is %s', (status, passed, marks) => {
  expect(track(shownOrder({ status }, [...passed])).join(' ')).toMatch(new RegExp(`^${marks}`));
});
