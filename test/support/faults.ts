import { StepError, type FailureType } from '../../src/domain/failures';

/** Where a call fails: before it did anything, or after it did everything, its answer lost. */
export type Fault = 'before' | 'after';

/**
 * Makes calls of a port fail by plan.
 *
 * @param plan what happens to the n-th call (from 1) of a method; nothing when it answers `undefined`
 */
export function withFaults<T extends object>(
  port: T,
  plan: (call: { method: keyof T & string; n: number }) => Fault | undefined,
  type: FailureType = 'SERVICE_UNAVAILABLE',
): T {
  const counts = new Map<string, number>();
  return new Proxy(port, {
    get(target, property, receiver) {
      const member: unknown = Reflect.get(target, property, receiver);
      if (typeof member !== 'function') return member;
      const method = property as keyof T & string;
      return async (...args: unknown[]) => {
        const n = (counts.get(method) ?? 0) + 1;
        counts.set(method, n);
        const fault = plan({ method, n });
        if (fault === 'before') throw new StepError(type, `${method} failed before it did anything`);
        const answer: unknown = await (member as (...args: unknown[]) => unknown).apply(target, args);
        if (fault === 'after') throw new StepError(type, `the answer of ${method} was lost`);
        return answer;
      };
    },
  });
}
