import type { Entry, SandboxJournal } from './journal';
import type { ProviderSwitch } from '../../gateway/ports';
import { StepError } from '../../domain/failures';

/** A call that is never answered. */
export const never = (): Promise<never> => new Promise(() => undefined);

/**
 * A call to a sandbox company, which answers it with an error while it is switched off.
 *
 * @param entry the call as it is journaled, but for its outcome
 * @throws StepError PROVIDER_UNAVAILABLE
 */
export async function unlessSwitchedOff<T>(
  journal: SandboxJournal,
  entry: Omit<Entry, 'outcome'>,
  call: (how: ProviderSwitch) => Promise<T>,
): Promise<T> {
  const how = await journal.provider(entry.provider);
  if (how.available) return call(how);
  await journal.append({ ...entry, outcome: 'error' });
  throw new StepError('PROVIDER_UNAVAILABLE', `the ${entry.provider} sandbox answered with an error: switched off`);
}

/**
 * What our side does with an outside company: it waits only so long, and then knows nothing.
 *
 * @param ms patience in milliseconds
 * @throws StepError OUTCOME_UNKNOWN when there is no answer in time, PROVIDER_UNAVAILABLE for an error of the company
 */
export async function answerWithin<T>(ms: number, company: string, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StepError('OUTCOME_UNKNOWN', `${company} did not answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([call, late]);
  } catch (error) {
    if (error instanceof StepError && error.type !== 'SERVICE_UNAVAILABLE') throw error;
    throw new StepError('PROVIDER_UNAVAILABLE', `${company} failed: ${String(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
