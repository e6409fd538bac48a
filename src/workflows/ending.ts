import { allHandlersFinished, condition } from '@temporalio/workflow';
import type { NewEvent } from '../domain/events';
import type { OrderRun } from './order-run';
import { keys } from '../domain/ids';
import { refundLateSuccesses } from './payment';
import { record } from './record';
import { refuseAll } from './mail';

/** The last thing that is written of an order. */
export async function close(run: OrderRun, event: NewEvent): Promise<void> {
  run.isOver = true;
  const key = keys.end(run.acceptance.submission.orderId);
  await record(run, key, event);
}

/** Lets nobody wait for an answer, and keeps no money that came too late. */
export async function finish(run: OrderRun): Promise<void> {
  run.isOver = true;
  run.waive();
  refuseAll(run);
  await condition(allHandlersFinished);
  await refundLateSuccesses(run);
}
