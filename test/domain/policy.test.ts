import type { SubmittedPolicy, ValidationError } from '../../src/domain/order';
import { checkPolicy } from '../../src/domain/policy';
import { DEFAULT_POLICY, policyOf } from '../../src/domain/order';

const WEEK_S = 604_800;
const YEAR_S = 31_622_400;

function check(policy: unknown) {
  const errors: ValidationError[] = [];
  const fail = (pointer: string, code: string, detail: string) => void errors.push({ pointer, code, detail });
  return { policy: checkPolicy(policy as SubmittedPolicy | undefined, fail), errors };
}

describe('checkPolicy', () => {
  test.each<[string, unknown, object | undefined]>([
    ['none', undefined, undefined],
    ['an empty one', {}, undefined],
    ['names that are none', { colour: 'red', toString: 1 }, undefined],
    ['one member', { onShortage: 'WAIT' }, { onShortage: 'WAIT' }],
    ['what is usual anyway', { ...DEFAULT_POLICY }, { ...DEFAULT_POLICY }],
    ['a member beside a name that is none', { payment: 'AUTHORIZE', colour: 'red' }, { payment: 'AUTHORIZE' }],
    [
      'the shortest and the longest time',
      { decisionWithinS: 1, returnWithinS: YEAR_S },
      { decisionWithinS: 1, returnWithinS: YEAR_S },
    ],
  ])('takes %s', (_name, sent, policy) => {
    expect(check(sent)).toEqual({ policy, errors: [] });
  });

  test.each([
    ...['ASK', 'SHIP_AVAILABLE', 'WAIT', 'CANCEL'].map((word) => ['onShortage', word] as const),
    ...['SHIP_AVAILABLE', 'WAIT', 'CANCEL'].map((word) => ['onNoAnswer', word] as const),
    ...['END', 'WAIT'].map((word) => ['onUnavailable', word] as const),
    ...['CHARGE', 'AUTHORIZE'].map((word) => ['payment', word] as const),
  ])('%s may be %s', (name, word) => {
    expect(check({ [name]: word })).toEqual({ policy: { [name]: word }, errors: [] });
  });

  test.each<[string, unknown, string]>([
    // who is asked and does not answer cannot be asked again
    ['onNoAnswer', 'ASK', 'expected one of SHIP_AVAILABLE, WAIT, CANCEL'],
    ['onShortage', 'wait', 'expected one of ASK, SHIP_AVAILABLE, WAIT, CANCEL'],
    ['onUnavailable', 'CANCEL', 'expected one of END, WAIT'],
    ['payment', '', 'expected one of CHARGE, AUTHORIZE'],
    ['decisionWithinS', 0, `expected whole seconds from 1 to ${YEAR_S}, got 0`],
    ['backorderWithinS', -1, `expected whole seconds from 1 to ${YEAR_S}, got -1`],
    ['paymentWithinS', 1.5, `expected whole seconds from 1 to ${WEEK_S}, got 1.5`],
    ['pendingPaymentWithinS', YEAR_S + 1, `expected whole seconds from 1 to ${YEAR_S}, got ${YEAR_S + 1}`],
    ['returnWithinS', NaN, `expected whole seconds from 1 to ${YEAR_S}, got NaN`],
  ])('refuses %s: %j, and says what it may be', (name, value, detail) => {
    expect(check({ [name]: value }).errors).toEqual([{ pointer: `/policy/${name}`, code: 'invalid', detail }]);
  });

  test('names everything that is wrong', () => {
    const { errors } = check({ payment: 'LATER', onShortage: 'ASK', decisionWithinS: 0 });
    expect(errors.map(({ pointer }) => pointer)).toEqual(['/policy/decisionWithinS', '/policy/payment']);
  });
});

test('an order is treated as usual where it does not say otherwise', () => {
  expect(policyOf({})).toEqual(DEFAULT_POLICY);
  expect(policyOf({ policy: { onUnavailable: 'WAIT' } })).toEqual({ ...DEFAULT_POLICY, onUnavailable: 'WAIT' });
});

test('what is usual can be sent', () => {
  expect(check(DEFAULT_POLICY).errors).toEqual([]);
});
