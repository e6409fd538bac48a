import { closeBooks, countMessages } from '../../../scripts/demo/books';
import { surprises } from '../../../scripts/demo/verdict';
import { lacks } from '../../../scripts/demo/needs';
import { call, endedRun, event, scenarioOf, shownOrder } from './support';

const charged = call('charge', 'succeeded');

test('an order that went as its scenario says surprises nobody', () => {
  expect(surprises(endedRun())).toEqual([]);
  expect(surprises(endedRun({ scenario: scenarioOf('duplicate'), answers: [200, 202, 200] }))).toEqual([]);
  const invalid = {
    scenario: scenarioOf('invalid'),
    order: shownOrder({ status: 'VALIDATION_FAILED', shipments: [], ...settled(0) }),
    journal: [],
  };
  expect(surprises(endedRun({ ...invalid, answers: [422] }))).toEqual([]);
  // found out after the answer was due
  expect(surprises(endedRun({ ...invalid, answers: [202] }))).toEqual([]);
  expect(surprises(endedRun({ ...invalid, answers: [200] }))).toEqual(['answered with 200, expected 422']);
});

test.each([
  ['a charge too many', { journal: [charged, charged] }, 'charged more than once, expected charged once'],
  ['another end', { order: shownOrder({ status: 'PAID' }) }, 'ended as PAID, expected SHIPPED'],
  ['goods that nobody paid', { journal: [] }, 'nothing, expected charged once'],
  ['half a refund', { journal: [charged, call('refund', 'succeeded', 10)] }, 'refunded in part, expected charged once'],
  ['money without goods', { order: shownOrder({ shipments: [] }) }, 'not the value of what the customer keeps'],
  ['another answer', { answers: [200] }, 'answered with 200, expected 202'],
  ['trouble', { trouble: 'it did not end' }, 'it did not end'],
])('%s does', (_, changes, expected) => {
  expect(surprises(endedRun(changes)).join('; ')).toContain(expected);
});

const held = call('charge', 'authorized');
const settled = (taken: number, refunded = 0) => ({ payment: { charged: taken, refunded, currency: 'USD' } });
const [parcel] = shownOrder().shipments;
const returned = event('Return Inspected', {
  items: [{ productId: 'PROD-12345', quantity: 1, outcome: 'WRITE_OFF' }],
});

test.each([
  ['pending_paid', { journal: [call('charge', 'pending'), call('settle', 'succeeded')] }],
  ['authorize', { journal: [held, call('capture', 'succeeded')] }],
  [
    'authorize_cancelled',
    {
      journal: [held, call('void', 'succeeded')],
      order: shownOrder({ status: 'CANCELLED', shipments: [], ...settled(0) }),
    },
  ],
  [
    'partial_wait',
    { journal: [charged, charged], order: shownOrder({ shipments: [parcel!, parcel!], ...settled(59.98) }) },
  ],
  [
    'return',
    {
      journal: [call('charge', 'succeeded', 59.98), call('refund', 'succeeded')],
      order: shownOrder({ status: 'DELIVERED', shipments: [parcel!, parcel!], ...settled(59.98, 29.99) }),
      events: [returned],
    },
  ],
  [
    'lost',
    {
      journal: [charged, call('refund', 'succeeded')],
      order: shownOrder({
        status: 'FULFILLMENT_FAILED',
        shipments: [{ ...parcel!, status: 'LOST' }],
        ...settled(29.99, 29.99),
      }),
    },
  ],
  [
    'refund_settled',
    {
      journal: [charged, call('refund', 'refused')],
      order: shownOrder({ status: 'FULFILLMENT_FAILED', shipments: [], ...settled(29.99, 29.99) }),
      events: [event('Payment Refunded', { amount: 29.99, reference: 'bank transfer' })],
    },
  ],
])('money and goods of %s', (name, changes) => {
  const run = endedRun({ scenario: scenarioOf(name), ...changes });
  expect(surprises(run)).toEqual([]);
  expect(closeBooks([run]).map(({ verdict }) => verdict)).toEqual(['right', 'right']);
});

test('goods that came back are not kept, unless they were rejected', () => {
  expect(closeBooks([endedRun({ events: [returned] })])[0]?.verdict).toBe('wrong');
  const rejected = event('Return Inspected', {
    items: [{ productId: 'PROD-12345', quantity: 1, outcome: 'REJECT' }],
  });
  expect(closeBooks([endedRun({ events: [rejected] })])[0]?.verdict).toBe('right');
});

test('a message that is delivered twice on a channel is found, one on two channels is not', () => {
  const message = (operation: 'email' | 'sms') => ({
    ...charged,
    provider: 'notification' as const,
    operation,
    key: 'notify#1',
  });
  const journal = [message('email'), message('sms'), { ...message('sms'), outcome: 'replayed' }];
  expect(countMessages([endedRun({ journal })])).toEqual({
    verdict: 'right',
    text: '2 messages on their channels, none twice',
  });
  expect(countMessages([endedRun({ journal: [...journal, message('sms')] })])).toMatchObject({
    verdict: 'wrong',
    text: '3 messages on their channels, twice: sms notify#1',
  });
  expect(countMessages([endedRun()]).verdict).toBe('wrong');
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
