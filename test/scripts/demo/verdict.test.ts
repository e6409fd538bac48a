import { surprises } from '../../../scripts/demo/verdict';
import { lacks } from '../../../scripts/demo/needs';
import { call, endedRun, scenarioOf, shownOrder } from './support';

const charged = call('charge', 'succeeded');

test('an order that went as its scenario says surprises nobody', () => {
  expect(surprises(endedRun())).toEqual([]);
  expect(surprises(endedRun({ scenario: scenarioOf('duplicate'), answers: [200, 202, 200] }))).toEqual([]);
});

test.each([
  ['a charge too many', { journal: [charged, charged] }, 'charged more than once, expected charged once'],
  ['another end', { order: shownOrder({ status: 'PAID' }) }, 'ended as PAID, expected SHIPPED'],
  ['goods that nobody paid', { journal: [] }, 'nothing, expected charged once'],
  ['half a refund', { journal: [charged, call('refund', 'succeeded', 10)] }, 'refunded in part, expected charged once'],
  ['money without goods', { order: shownOrder({ shipments: [] }) }, 'not the value of what was shipped'],
  ['another answer', { answers: [200] }, 'answered with 200, expected 202'],
  ['trouble', { trouble: 'it did not end' }, 'it did not end'],
])('%s does', (_, changes, expected) => {
  expect(surprises(endedRun(changes)).join('; ')).toContain(expected);
});

const stockOf = (productId: string, availableQuantity: number) =>
  new Map([[productId, { availableQuantity, reservedQuantity: 0 }]]);

test('a scenario says what it needs of the stock', () => {
  const stock = stockOf('PROD-12345', 0);
  expect(lacks(scenarioOf('partial'), stock)).toContain('needs 1 of PROD-12345 in stock, and there are 0');
  expect(lacks(scenarioOf('sold_out'), stockOf('PROD-SOLD-OUT', 4))).toContain('needs none of PROD-SOLD-OUT');
  expect(lacks(scenarioOf('invalid'), stock)).toBeUndefined();
  expect(lacks(scenarioOf('pm_ok'), stockOf('PROD-12345', 1))).toBeUndefined();
});
