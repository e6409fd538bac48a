import { CancellationScope, condition, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Acceptance } from '../activities/validation';
import type { AcceptAnswer, OrderInput } from './messages';
import type { OrderLog } from './order-log';
import { isPlainText, MAX_TEXT } from '../domain/order';
import { acceptUpdate } from './messages';
import { createOrderLog } from './order-log';
import { orderCancelled } from './failure';

/** One order on its way. */
export interface OrderRun {
  /** who sent the order, in which run */
  acceptance: Acceptance;
  log: OrderLog;
  /** Gives the early answer to whoever sent the order; the first one counts. */
  answer(answer: Omit<AcceptAnswer, 'orderId' | 'fingerprint' | 'requestId'> & Partial<AcceptAnswer>): void;
  /** @throws ORDER_CANCELLED where the order may still turn back and somebody asked for it */
  turnBackIfCancelled(): void;
}

/** Must run before the first await: messages that came with the start find their handlers. */
export function startRun(input: OrderInput): OrderRun {
  const { submission, fingerprint, requestId } = input;
  const { orderId, customerId } = submission;
  let given: AcceptAnswer | undefined;
  let cancelled = false;

  setHandler(acceptUpdate, async () => {
    await condition(() => given !== undefined);
    return given!;
  });
  // a cancel never stops a running charge or label: it is a flag that is read where turning back is safe
  CancellationScope.current().cancelRequested.catch(() => (cancelled = true));

  const runId = workflowInfo().firstExecutionRunId;
  // a name that will be refused would make every event as long, or keep it from the tables
  const isName = customerId && customerId.length <= MAX_TEXT && isPlainText(customerId);
  const named = isName ? { customerId } : {};
  return {
    acceptance: { ...input, runId },
    log: createOrderLog({ orderId, runId, ...named }),
    answer: (answer) => void (given ??= { orderId, fingerprint, requestId, ...answer }),
    turnBackIfCancelled() {
      if (cancelled) throw orderCancelled();
    },
  };
}
