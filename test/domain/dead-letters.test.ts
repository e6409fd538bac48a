import { capped, classify, nextTryIn, SEVERITIES, type Symptoms, TRIES } from '../../src/domain/dead-letters';
import { FAILURES } from '../../src/domain/failures';
import { TIMES } from '../support/letters';

describe('classify', () => {
  test.each<[Symptoms, string]>([
    // requirements F2
    [{ origin: 'QUEUE', errorType: 'PaymentTimeout' }, 'RETRYABLE'],
    [{ origin: 'QUEUE', errorType: 'InventoryServiceDown' }, 'RETRYABLE'],
    [{ origin: 'QUEUE', errorType: 'InvalidOrderData' }, 'PERMANENT'],
    [{ origin: 'QUEUE', errorType: 'CustomerNotFound' }, 'PERMANENT'],
    [{ origin: 'QUEUE', errorType: 'SomethingElse' }, 'UNKNOWN'],
    // what our code throws
    [{ origin: 'QUEUE', errorType: 'EngineUnavailableError' }, 'RETRYABLE'],
    [{ origin: 'QUEUE', errorType: 'SERVICE_UNAVAILABLE', reason: 'reading Inbox: TimeoutError: slow' }, 'RETRYABLE'],
    [{ origin: 'QUEUE', errorType: 'VIEW_OUT_OF_STEP' }, 'RETRYABLE'],
    [{ origin: 'QUEUE', errorType: 'CIRCUIT_OPEN' }, 'RETRYABLE'],
    [{ origin: 'QUEUE', errorType: 'REQUEST_REFUSED' }, 'PERMANENT'],
    [{ origin: 'QUEUE', errorType: 'TypeError', reason: 'x is undefined' }, 'BUG'],
    [{ origin: 'QUEUE', errorType: 'Error' }, 'BUG'],
    // throttled, wherever it is said
    [{ origin: 'QUEUE', errorType: 'ThrottlingException' }, 'THROTTLED'],
    [{ origin: 'QUEUE', errorType: 'TooManyRequestsException' }, 'THROTTLED'],
    [{ origin: 'QUEUE', errorType: 'ProvisionedThroughputExceededException' }, 'THROTTLED'],
    [{ origin: 'QUEUE', errorType: 'RequestLimitExceeded' }, 'THROTTLED'],
    [{ origin: 'QUEUE', errorType: 'SlowDown' }, 'THROTTLED'],
    [{ origin: 'QUEUE', errorType: 'SERVICE_UNAVAILABLE', reason: 'a: ThrottlingException: Rate' }, 'THROTTLED'],
    [{ origin: 'TARGET', errorCode: 'THROTTLING' }, 'THROTTLED'],
    // what somebody wrote says nothing of us
    [{ origin: 'QUEUE', errorType: 'InvalidOrderData', reason: 'got "ThrottlingException"' }, 'PERMANENT'],
    // EventBridge and SNS
    [{ origin: 'TARGET', errorCode: 'NO_PERMISSIONS' }, 'PERMANENT'],
    [{ origin: 'TARGET', errorCode: 'NO_RESOURCE' }, 'PERMANENT'],
    [{ origin: 'TARGET', errorCode: 'INTERNAL_ERROR' }, 'RETRYABLE'],
    [{ origin: 'TARGET', errorCode: 'MaximumRetryAttempts' }, 'UNKNOWN'],
    [{ origin: 'TOPIC', errorCode: 'InternalFailureServerError' }, 'RETRYABLE'],
    // nobody said anything
    [{ origin: 'QUEUE' }, 'POISON'],
    // workflows
    [{ origin: 'WORKFLOW', errorType: 'REFUND_REFUSED' }, 'PERMANENT'],
    [{ origin: 'WORKFLOW', errorType: 'Terminated' }, 'PERMANENT'],
    [{ origin: 'WORKFLOW', errorType: 'TimedOut' }, 'RETRYABLE'],
    [{ origin: 'WORKFLOW', errorType: 'RangeError' }, 'BUG'],
    [{ origin: 'WORKFLOW', errorType: 'constructor' }, 'UNKNOWN'],
  ])('%j is %s', (symptoms, expected) => expect(classify(symptoms)).toBe(expected));

  test('every failure of a step is tried again exactly when it may be', () => {
    for (const [errorType, { retryable }] of Object.entries(FAILURES))
      expect([errorType, classify({ origin: 'QUEUE', errorType })]).toEqual([
        errorType,
        retryable ? 'RETRYABLE' : 'PERMANENT',
      ]);
  });
});

describe('the policy of a class', () => {
  const pauses = (kind: keyof typeof TRIES) =>
    Array.from({ length: 10 }, (_, tries) => nextTryIn({ class: kind, tries, times: TIMES }));

  test('RETRYABLE: after a minute, doubled up to an hour, eight times', () => {
    const minutes = pauses('RETRYABLE').map((ms) => ms && ms / 60_000);
    expect(minutes).toEqual([1, 2, 4, 8, 16, 32, 60, 60, undefined, undefined]);
  });

  test('THROTTLED: after ten seconds, doubled, eight times', () => {
    const seconds = pauses('THROTTLED').map((ms) => ms && ms / 1000);
    expect(seconds).toEqual([10, 20, 40, 80, 160, 320, 640, 1280, undefined, undefined]);
  });

  test('UNKNOWN: twice', () => expect(pauses('UNKNOWN').filter((ms) => ms !== undefined)).toEqual([60_000, 120_000]));

  test.each(['PERMANENT', 'POISON', 'BUG'] as const)('%s: a person at once', (kind) => {
    expect(pauses(kind).every((ms) => ms === undefined)).toBe(true);
  });

  test('what nobody could have expected is critical', () => {
    expect(Object.entries(SEVERITIES).filter(([, severity]) => severity === 'CRITICAL')).toEqual([
      ['POISON', 'CRITICAL'],
      ['BUG', 'CRITICAL'],
    ]);
  });
});

test('a story keeps its beginning, and what happened last', () => {
  const story = Array.from({ length: 200 }, (_, n) => ({ at: '', what: 'REDRIVEN' as const, n }));
  const kept = capped(story).map(({ n }) => n);
  expect(kept).toHaveLength(51);
  expect([kept[0], kept[1], kept.at(-1)]).toEqual([0, 150, 199]);
  expect(capped(story.slice(0, 51))).toHaveLength(51);
});
