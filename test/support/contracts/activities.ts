import { DefaultLogger } from '@temporalio/worker';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { EventBatch, NewEvent } from '../../../src/domain/events';
import type { OrderId } from '../../../src/domain/ids';

/** Runs an activity as a worker does, in its n-th attempt. */
export function runActivity<P, R>(activity: (input: P) => Promise<R>, input: P, { attempt = 1 } = {}): Promise<R> {
  const logger = new DefaultLogger('ERROR');
  return new MockActivityEnvironment({ attempt }, { logger }).run(activity, input);
}

/** A batch of an order that has nothing yet. */
export const batchOf = (orderId: OrderId, events: NewEvent[] = [], firstSequence = 1): EventBatch => ({
  orderId,
  runId: 'run-1',
  customerId: 'CUST-567890',
  firstSequence,
  events,
  states: [],
});
