import { ApplicationFailure, condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';

/* Workflows that end in error, on the real engine. */

export interface FailingActivities {
  prepare(): Promise<void>;
  /** fails for good until somebody mends it */
  pay(): Promise<string>;
}

const { prepare, pay } = proxyActivities<FailingActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 1 },
});

/** Fails with what an activity failed with. */
export async function payWorkflow(): Promise<string> {
  await prepare();
  return pay();
}

export const endSignal = defineSignal('end');

/** Waits until it is told to end. */
export async function patientWorkflow(): Promise<string> {
  let isTold = false;
  setHandler(endSignal, () => void (isTold = true));
  await prepare();
  await condition(() => isTold);
  return 'ended';
}

/** Its failing is an answer, unless it is another one. */
export async function receiveStockWorkflow(type: string): Promise<never> {
  throw ApplicationFailure.nonRetryable('refused', type);
}
