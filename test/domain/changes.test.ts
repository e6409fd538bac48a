import type { Fail } from '../../src/domain/order';
import {
  checkCancellation,
  checkDecision,
  checkInspectedItems,
  checkOperator,
  checkReason,
  checkResolution,
  checkReturnItems,
} from '../../src/domain/changes';
import { checkMoney, MAX_LINES, MAX_QUANTITY } from '../../src/domain/validation';
import { INSPECTION_OUTCOMES, RESOLUTIONS } from '../../src/domain/events';
import { SHORTAGE_CHOICES } from '../../src/domain/order';

/** What a check gives, and what it found wrong. */
function outcomeOf<T>(check: (fail: Fail) => T): { value: T; wrong: string[] } {
  const wrong: string[] = [];
  const value = check((pointer, code) => void wrong.push(`${pointer} ${code}`));
  return { value, wrong };
}

const fine = <T>(value: T) => ({ value, wrong: [] });
const refused = (...wrong: string[]) => ({ value: undefined, wrong });
const long = 'x'.repeat(257);

test('a decision is one of those that there are', () => {
  for (const choice of SHORTAGE_CHOICES)
    expect(outcomeOf((fail) => checkDecision({ choice }, fail))).toEqual(fine({ choice }));
  expect(outcomeOf((fail) => checkDecision({}, fail))).toEqual(refused('/choice required'));
  for (const choice of ['wait', 'constructor', '', long])
    expect(outcomeOf((fail) => checkDecision({ choice }, fail))).toEqual(refused('/choice invalid'));
});

test('a reason may be absent, and is a text that every table carries', () => {
  expect(outcomeOf((fail) => checkReason({}, fail))).toEqual(fine({}));
  expect(outcomeOf((fail) => checkReason({ reason: '' }, fail))).toEqual(fine({}));
  expect(outcomeOf((fail) => checkReason({ reason: '늦어요' }, fail))).toEqual(fine({ reason: '늦어요' }));
  expect(outcomeOf((fail) => checkReason({ reason: long }, fail)).wrong).toEqual(['/reason too_long']);
  expect(outcomeOf((fail) => checkReason({ reason: 'a\u0000' }, fail)).wrong).toEqual(['/reason invalid']);
});

test('who asks by hand says why, and nobody else has to', () => {
  const kim = { by: 'kim', reason: 'the customer called' };
  expect(outcomeOf((fail) => checkOperator({}, fail))).toEqual(fine({}));
  expect(outcomeOf((fail) => checkOperator(kim, fail))).toEqual(fine({ operator: kim }));
  for (const [sent, wrong] of [
    [{ by: 'kim' }, ['/reason required']],
    [{ reason: 'why' }, ['/by required']],
    [{ by: '', reason: ' ' }, ['/by required', '/reason required']],
    [{ by: long, reason: 'a\u0000' }, ['/by too_long', '/reason invalid']],
  ] as const)
    expect(outcomeOf((fail) => checkOperator(sent, fail))).toEqual({ value: {}, wrong });
});

test("a cancellation has the customer's reason, or an operator with one", () => {
  expect(outcomeOf((fail) => checkCancellation({ reason: 'twice' }, fail))).toEqual(fine({ reason: 'twice' }));
  const lee = { by: 'lee', reason: 'a fraud' };
  expect(outcomeOf((fail) => checkCancellation(lee, fail))).toEqual(fine({ operator: lee }));
  expect(outcomeOf((fail) => checkCancellation({ by: 'lee' }, fail)).wrong).toEqual(['/reason required']);
});

describe('items', () => {
  const item = { productId: 'P', quantity: 1 };

  test('of a return have one line per product', () => {
    const items = [item, { productId: 'Q', quantity: 2 }, { productId: 'P', quantity: 3 }];
    const lines = [
      { productId: 'P', quantity: 4 },
      { productId: 'Q', quantity: 2 },
    ];
    expect(outcomeOf((fail) => checkReturnItems(items, fail))).toEqual(fine(lines));
  });

  test('that were inspected keep their outcomes apart', () => {
    const items = INSPECTION_OUTCOMES.map((outcome) => ({ ...item, outcome }));
    expect(outcomeOf((fail) => checkInspectedItems(items, fail))).toEqual(fine(items));
    expect(outcomeOf((fail) => checkInspectedItems([item], fail)).wrong).toEqual(['/items/0/outcome required']);
  });

  test.each([
    [undefined, ['/items required']],
    [[], ['/items required']],
    [Array.from({ length: MAX_LINES + 1 }, () => item), ['/items too_many']],
    [
      [item, {}],
      ['/items/1/productId required', '/items/1/quantity required'],
    ],
    [[{ ...item, quantity: -1 }], ['/items/0/quantity not_positive']],
    [[{ ...item, quantity: 0.5 }], ['/items/0/quantity not_positive']],
    [[{ ...item, quantity: MAX_QUANTITY + 1 }], ['/items/0/quantity too_large']],
    [[{ ...item, productId: long }], ['/items/0/productId too_long']],
  ])('that are none are told with all that is wrong: %#', (items, wrong) => {
    expect(outcomeOf((fail) => checkReturnItems(items, fail)).wrong).toEqual(wrong);
  });
});

describe('a resolution', () => {
  const by = 'night shift';
  const full = { by, reason: 'lost', reference: 'wire 4711' };

  test('has somebody who decides, a reason to skip, a reference to settle', () => {
    expect(outcomeOf((fail) => checkResolution({ action: 'RETRY', by }, fail))).toEqual(fine({ action: 'RETRY', by }));
    for (const action of RESOLUTIONS)
      expect(outcomeOf((fail) => checkResolution({ action, ...full }, fail))).toEqual(fine({ action, ...full }));
    const wrongOf = (p: Parameters<typeof checkResolution>[0]) => outcomeOf((fail) => checkResolution(p, fail)).wrong;
    expect(wrongOf({})).toEqual(['/action required', '/by required']);
    expect(wrongOf({ action: 'SKIP', by, reference: 'x' })).toEqual(['/reason required']);
    expect(wrongOf({ action: 'SETTLE', by, reason: 'x' })).toEqual(['/reference required']);
    expect(wrongOf({ action: 'SKIP', by: ' ', reason: ' ' })).toEqual(['/by required', '/reason required']);
    expect(wrongOf({ action: 'RETRY', by, reference: long })).toEqual(['/reference too_long']);
  });
});

describe('money by itself', () => {
  test.each([
    [{ amount: 0.07, currency: 'USD' }, fine({ amount: 7, currency: 'USD' })],
    [{ amount: 1999, currency: 'JPY' }, fine({ amount: 1999, currency: 'JPY' })],
    [{ amount: 1.001, currency: 'KWD' }, fine({ amount: 1001, currency: 'KWD' })],
    [{ amount: 1.5, currency: 'JPY' }, refused('/amount too_precise')],
    [{ amount: -1, currency: 'USD' }, refused('/amount not_positive')],
    [{ amount: 1e15, currency: 'USD' }, refused('/amount too_large')],
    [{ amount: 1, currency: 'usd' }, refused('/currency unknown_currency')],
    [{ amount: 1, currency: 'XAU' }, refused('/currency unknown_currency')],
    [{}, refused('/currency required', '/amount required')],
  ])('%j', (p, expected) => {
    expect(outcomeOf((fail) => checkMoney(p, fail))).toEqual(expected);
  });
});
