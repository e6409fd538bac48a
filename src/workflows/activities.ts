import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { isFinal } from './failure';

/*
 * One proxy per retry profile. The Amazon States Language counts retries, Temporal counts attempts: MaxAttempts 3 is 4 here.
 * Local profiles turn back-offs from one second on into durable timers, so that they do not hold the workflow task.
 */

/** Retry block of ValidateOrder: first after 2 s, 3 retries, back-off 2.0. */
export const validation = proxyLocalActivities<Pick<Activities, 'validateOrder'>>({
  startToCloseTimeout: '5s',
  localRetryThreshold: '1s',
  retry: { initialInterval: '2s', backoffCoefficient: 2, maximumAttempts: 4 },
});

type Bookkeeping = Pick<
  Activities,
  | 'openBackorder'
  | 'takeBackorder'
  | 'closeBackorder'
  | 'offerStock'
  | 'restock'
  | 'refuseOrder'
  | 'checkInventory'
  | 'handlePartialInventory'
  | 'inventoryNotAvailable'
  | 'decideToGiveBack'
  | 'commitTransaction'
  | 'instructPacking'
  | 'recordEvents'
  | 'lookUpLatePayment'
  | 'recordLatePayment'
  | 'reportLatePayment'
>;

const OURS_FIRST = {
  startToCloseTimeout: '10s',
  localRetryThreshold: '1s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumAttempts: 8 },
} as const;

const OURS_THEN = {
  startToCloseTimeout: '20s',
  retry: { initialInterval: '10s', backoffCoefficient: 2, maximumInterval: '1m' },
} as const;

/**
 * Our own books and queues: an order waits for them as long as it takes. After some 25 s of local attempts a regular
 * activity goes on: it is seen pending with its last error, and its attempts cost no history.
 */
export const bookkeeping = patiently(
  proxyLocalActivities<Bookkeeping>(OURS_FIRST),
  proxyActivities<Bookkeeping>(OURS_THEN),
);

/** The undo of a reservation: more patience than the step; a stock that is not what the ledger says needs somebody. */
export const releasing = patiently(
  proxyLocalActivities<Pick<Activities, 'releaseInventory'>>(OURS_FIRST),
  proxyActivities<Pick<Activities, 'releaseInventory'>>({ ...OURS_THEN, scheduleToCloseTimeout: '1h' }),
);

type Step = (input: never) => Promise<unknown>;

let lastStep: Promise<unknown> = Promise.resolve();

/**
 * One local step at a time, of branches and handlers together: two that end in one task are told to the workflow in one
 * activation when it is replayed, and one after the other when they really ended, which is another order of what follows.
 */
function oneAtATime<T>(step: () => Promise<T>): Promise<T> {
  const next = lastStep.then(step);
  lastStep = next.catch(() => undefined);
  return next;
}

/** Goes on with a regular activity where a local one has run out of attempts. */
function patiently<T extends object>(local: T, regular: T): T {
  return new Proxy(local, {
    get: (_target, name) => {
      const [first, then] = [local[name as keyof T] as Step, regular[name as keyof T] as Step];
      return (input: never) =>
        oneAtATime(() => first(input)).catch((error: unknown) => {
          if (isFinal(error)) throw error;
          return then(input);
        });
    },
  });
}

/** The payment company, going forward: no number of attempts, only a time, in seconds. */
export const paymentFor = (withinS: number) =>
  proxyActivities<Pick<Activities, 'processPayment'>>({
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: withinS * 1000,
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '5s' },
  });

export const capturingFor = (withinS: number) =>
  proxyActivities<Pick<Activities, 'capturePayment'>>({
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: withinS * 1000,
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '15s' },
  });

/** The carriers, going forward. */
export const carriersFor = (withinS: number) =>
  proxyActivities<Pick<Activities, 'generateShippingLabel'>>({
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: withinS * 1000,
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '15s' },
  });

/** Undoing: more patience than any step it undoes; after that somebody has to look at it. */
export const undoing = proxyActivities<Pick<Activities, 'voidPayment' | 'refundPayment' | 'cancelShippingLabel'>>({
  startToCloseTimeout: '10s',
  scheduleToCloseTimeout: '1h',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** Past the point of no return there is only forward. */
export const notification = proxyActivities<Pick<Activities, 'notifyCustomer'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** Deliveries and what is said of them: our own tables and topics, waited for as long as it takes. */
export const stock = proxyActivities<Pick<Activities, 'receiveStock' | 'reportOverdueSupply'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** Suppliers: nobody waits for the answer, so there is all the patience that a company needs. */
export const suppliers = proxyActivities<Pick<Activities, 'orderFromSupplier'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10m' },
});

/** Replays: EventBridge and our own tables, tried for as long as it takes. */
export const replays = proxyActivities<Pick<Activities, 'startReplay' | 'cancelReplay' | 'endReplay'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** One attempt may take days; a worker that is gone is noticed by its silence. */
export const replayWatch = proxyActivities<Pick<Activities, 'followReplay'>>({
  startToCloseTimeout: '30d',
  heartbeatTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** The desk of dead letters: our own table and topic, waited for as long as it takes. */
export const letters = proxyActivities<Pick<Activities, 'openDeadLetter' | 'saveDeadLetter' | 'alertDeadLetter'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** What goes back to its queue or runs again: after an hour of trying it is a person's again. */
export const redriving = proxyActivities<Pick<Activities, 'redriveDeadLetter'>>({
  startToCloseTimeout: '1m',
  scheduleToCloseTimeout: '1h',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** Pages of many; nobody waits for them. */
export const bulkRedriving = proxyActivities<Pick<Activities, 'redriveDeadLetters'>>({
  startToCloseTimeout: '2m',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '1m' },
});
