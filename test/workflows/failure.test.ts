import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { failureOf, hasReason } from '../../src/workflows/failure';

const down = ApplicationFailure.create({ type: 'PROVIDER_UNAVAILABLE', message: 'down', details: [{ attempts: 7 }] });
const timedOut = (cause?: Error) =>
  Object.assign(new TimeoutFailure('activity timed out', undefined, TimeoutType.SCHEDULE_TO_CLOSE), { cause });
const inActivity = (cause: Error) =>
  new ActivityFailure('activity failed', 'processPayment', '1', RetryState.TIMEOUT, undefined, cause);

test.each([
  ['a local activity throws it bare', down],
  ['a regular activity wraps it', inActivity(down)],
  ['a time-out holds it as its cause', inActivity(timedOut(down))],
])('%s: the reason is found', (_, error) => {
  expect(failureOf(error)).toEqual({ type: 'PROVIDER_UNAVAILABLE', message: 'down', attempts: 7 });
  expect(hasReason(error)).toBe(true);
});

test('a time-out without a cause has nobody behind it', () => {
  const error = inActivity(timedOut());
  expect(hasReason(error)).toBe(false);
  expect(failureOf(error)).toEqual({ message: 'activity timed out', attempts: 0 });
});

test('a failure of a type that is not in the list has a message only', () => {
  expect(failureOf(ApplicationFailure.create({ type: 'TypeError', message: 'oops' }))).toEqual({
    message: 'oops',
    attempts: 0,
  });
});

test('a defect is nobody’s step failure: it is thrown on, so that the workflow task fails', () => {
  const defect = new TypeError('undefined is not a function');
  expect(() => failureOf(defect)).toThrow(defect);
  expect(() => hasReason(defect)).toThrow(defect);
});
