import type { OrderRun } from './order-run';

/** The order waits for what its carriers and its customer do next. */
export function awaitDelivery({ life }: OrderRun): void {
  if (life.parcels.length > 0) life.awaitsSince ??= new Date().toISOString();
}

/** It does something itself: call it before another state is entered. */
export function leaveAwaitDelivery({ life, log }: OrderRun): void {
  if (life.awaitsSince !== undefined) log.enter('AwaitDelivery', life.awaitsSince)();
  delete life.awaitsSince;
}
