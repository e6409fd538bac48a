import type { Breaker } from '../adapters/breaker/breaker';
import type { Metrics } from '../metrics';
import { CircuitOpenError } from '../domain/breaker';
import { isFailureType, StepError } from '../domain/failures';

type Counts = Pick<Metrics, 'record'>;

/** A breaker that counts the calls through it by how they ended. */
export function measureCalls(breaker: Breaker, { record }: Counts): Breaker {
  const { dependency } = breaker;
  return {
    ...breaker,
    async run(call) {
      try {
        const answer = await breaker.run(call);
        record('waybill_provider_calls_total', { dependency, outcome: 'answered' });
        return answer;
      } catch (error) {
        record('waybill_provider_calls_total', { dependency, outcome: outcomeOf(error) });
        throw error;
      }
    },
  };
}

function outcomeOf(error: unknown): 'answered' | 'outage' | 'unknown' | 'shut' {
  if (error instanceof CircuitOpenError) return 'shut';
  if (!(error instanceof StepError)) return 'answered';
  if (error.type === 'OUTCOME_UNKNOWN') return 'unknown';
  return error.type === 'PROVIDER_UNAVAILABLE' ? 'outage' : 'answered';
}

type Activity = (...args: never[]) => Promise<unknown>;

/** Activities, every attempt at which is counted and timed: local ones too, of which the engine's SDK says less. */
export function measureActivities<T extends object>(activities: T, { record }: Counts): T {
  const measured = Object.entries(activities as Record<string, Activity>).map(([activity, run]) => {
    const counted = async (...args: never[]): Promise<unknown> => {
      const begun = performance.now();
      record('waybill_activities_running', {}, 1);
      let outcome: 'ok' | 'failed' = 'failed';
      try {
        const result = await run(...args);
        outcome = 'ok';
        return result;
      } catch (error) {
        record('waybill_activity_failures_total', { activity, type: failureOf(error) });
        throw error;
      } finally {
        record('waybill_activities_running', {}, -1);
        record('waybill_activity_seconds', { activity, outcome }, (performance.now() - begun) / 1000);
      }
    };
    return [activity, counted] as const;
  });
  return Object.fromEntries(measured) as T;
}

/** The type of the closed list, however the activity threw it. */
function failureOf(error: unknown): string {
  if (error instanceof Error && error.name === 'CancelledFailure') return 'cancelled';
  const type = (error as { type?: unknown } | undefined)?.type;
  return isFailureType(type) ? type : 'defect';
}
