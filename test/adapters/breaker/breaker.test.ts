import type { FailureType } from '../../../src/domain/failures';
import { type Breaker, createBreaker } from '../../../src/adapters/breaker/breaker';
import { CircuitOpenError } from '../../../src/domain/breaker';
import { StepError } from '../../../src/domain/failures';

const OPEN_MS = 30_000;
const START = Date.parse('2025-07-09T10:30:00.000Z');

let breaker: Breaker;
let changes: string[];
beforeEach(() => {
  jest.useFakeTimers({ now: START });
  breaker = createBreaker({ dependency: 'payment', failures: 3, openMs: OPEN_MS });
  changes = [];
  breaker.onChange(() => void changes.push(breaker.report().state));
});
afterEach(() => jest.useRealTimers());

const fails = (type: FailureType = 'PROVIDER_UNAVAILABLE') => Promise.reject(new StepError(type, type));
/** what a call through the breaker ends with */
const outcome = (call: () => Promise<unknown>): Promise<unknown> =>
  breaker.run(call).catch((error: unknown) => (error instanceof StepError ? error.type : error));
const failTimes = async (n: number, type?: FailureType) => {
  for (let i = 0; i < n; i++) await outcome(() => fails(type));
};
const answer = async () => 'answer';

test('answers and failures pass through as they are', async () => {
  expect(await breaker.run(answer)).toBe('answer');
  expect(await breaker.run(async () => undefined)).toBeUndefined();
  const failure = new StepError('PROVIDER_UNAVAILABLE', 'down');
  await expect(breaker.run(() => Promise.reject(failure))).rejects.toBe(failure);
  const defect = new TypeError('defect');
  await expect(breaker.run(() => Promise.reject(defect))).rejects.toBe(defect);
});

test.each<FailureType>(['PROVIDER_UNAVAILABLE', 'OUTCOME_UNKNOWN'])(
  '%s three times in a row opens it',
  async (type) => {
    await failTimes(2, type);
    expect(breaker.report()).toEqual({ state: 'CLOSED', failures: 2 });
    await failTimes(1, type);
    expect(breaker.report()).toEqual({
      state: 'OPEN',
      failures: 3,
      openUntil: new Date(START + OPEN_MS).toISOString(),
    });
    expect(changes).toEqual(['OPEN']);
  },
);

test('open, it asks nobody, and says until when', async () => {
  await failTimes(3);
  jest.advanceTimersByTime(OPEN_MS - 1);
  const call = jest.fn(answer);
  const error: unknown = await breaker.run(call).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CircuitOpenError);
  expect(error).toMatchObject({
    type: 'CIRCUIT_OPEN',
    dependency: 'payment',
    until: new Date(START + OPEN_MS).toISOString(),
  });
  expect(call).not.toHaveBeenCalled();
});

test('an answer in between starts the count anew', async () => {
  await failTimes(2);
  await outcome(answer);
  await failTimes(2);
  expect(breaker.report()).toEqual({ state: 'CLOSED', failures: 2 });
});

test.each<FailureType>(['LABEL_REFUSED', 'NO_CARRIER', 'REFUND_REFUSED', 'ISSUER_UNAVAILABLE'])(
  'a company that answers %s works: it never opens, and starts the count anew',
  async (type) => {
    await failTimes(2);
    expect(await outcome(() => fails(type))).toBe(type);
    expect(breaker.report()).toEqual({ state: 'CLOSED', failures: 0 });
    await failTimes(10, type);
    expect(breaker.report().state).toBe('CLOSED');
  },
);

describe('when the time is over', () => {
  beforeEach(async () => {
    await failTimes(3);
    jest.advanceTimersByTime(OPEN_MS);
  });

  test('a call that is answered closes it', async () => {
    expect(await outcome(answer)).toBe('answer');
    expect(breaker.report()).toEqual({ state: 'CLOSED', failures: 0 });
    expect(changes).toEqual(['OPEN', 'HALF_OPEN', 'CLOSED']);
  });

  test('a no closes it as well', async () => {
    expect(await outcome(() => fails('LABEL_REFUSED'))).toBe('LABEL_REFUSED');
    expect(breaker.report().state).toBe('CLOSED');
  });

  test('one more outage opens it for the same time again', async () => {
    expect(await outcome(() => fails())).toBe('PROVIDER_UNAVAILABLE');
    expect(breaker.report()).toMatchObject({
      state: 'OPEN',
      openUntil: new Date(START + 2 * OPEN_MS).toISOString(),
    });
    expect(await outcome(answer)).toBe('CIRCUIT_OPEN');
  });

  test.each(['two', 'fifty'])(
    'of %s callers exactly one tries, and the others wait for what comes of it',
    async (many) => {
      let answerProbe: (answer: string) => void = () => {};
      const probe = jest.fn(() => new Promise<string>((resolve) => (answerProbe = resolve)));
      const others = Array.from({ length: many === 'two' ? 1 : 49 }, () => jest.fn(answer));
      const waiting = [outcome(probe), ...others.map((call) => outcome(call))];
      await jest.advanceTimersByTimeAsync(100);
      expect(breaker.report().state).toBe('HALF_OPEN');
      expect(probe).toHaveBeenCalledTimes(1);
      for (const call of others) expect(call).not.toHaveBeenCalled();
      answerProbe('probed');
      expect(new Set(await Promise.all(waiting))).toEqual(new Set(['probed', 'answer']));
      for (const call of others) expect(call).toHaveBeenCalledTimes(1);
    },
  );

  test('when the one who tries fails, the others do not ask', async () => {
    const probe = jest.fn(() => fails());
    const other = jest.fn(answer);
    expect(await Promise.all([outcome(probe), outcome(other)])).toEqual(['PROVIDER_UNAVAILABLE', 'CIRCUIT_OPEN']);
    expect(probe).toHaveBeenCalledTimes(1);
    expect(other).not.toHaveBeenCalled();
  });
});

describe('a reset', () => {
  test('closes it at once, with nothing counted', async () => {
    await failTimes(3);
    breaker.reset();
    expect(breaker.report()).toEqual({ state: 'CLOSED', failures: 0 });
    expect(await outcome(answer)).toBe('answer');
    expect(changes).toEqual(['OPEN', 'CLOSED']);
    await failTimes(3);
    expect(changes).toEqual(['OPEN', 'CLOSED', 'OPEN']);
  });

  test('is not undone by calls that were under way', async () => {
    let failLate = () => {};
    const late = () =>
      new Promise((_, reject) => (failLate = () => reject(new StepError('OUTCOME_UNKNOWN', 'no answer'))));
    await failTimes(2);
    const underWay = outcome(late);
    breaker.reset();
    failLate();
    expect(await underWay).toBe('OUTCOME_UNKNOWN');
    expect(breaker.report()).toEqual({ state: 'CLOSED', failures: 0 });
    expect(changes).toEqual(['CLOSED']);
  });
});
