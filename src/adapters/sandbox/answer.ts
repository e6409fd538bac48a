import { StepError } from '../../domain/failures';

/** A call that is never answered. */
export const never = (): Promise<never> => new Promise(() => undefined);

/** A company's answer of 5xx. */
export const unavailable = (company: string): StepError =>
  new StepError('PROVIDER_UNAVAILABLE', `${company} answered with an error: service unavailable`);

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
