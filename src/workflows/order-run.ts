import { CancellationScope, condition, setHandler, workflowInfo } from '@temporalio/workflow';
import type { Cause } from '../domain/cause';
import type { Acceptance } from '../activities/validation';
import type { AcceptAnswer, OrderInput } from './messages';
import type { Attention, Resolution } from '../domain/events';
import type { Mail } from './mail';
import type { OrderLog } from './order-log';
import type { ShortageChoice } from '../domain/order';
import { CHANNELS, isPlainText, MAX_TEXT } from '../domain/order';
import { acceptUpdate } from './messages';
import { causeOf } from '../domain/cause';
import { createOrderLog } from './order-log';
import { type Ended, newLife, type OrderLife } from './life';
import { orderCancelled } from './failure';

/** One order on its way. */
export interface OrderRun {
  /** who sent the order, in which run */
  acceptance: Acceptance;
  log: OrderLog;
  /** what all that the order brings about hangs together with */
  lineage: { correlationId: string; traceparent?: string };
  /** what outlives the run */
  life: OrderLife;
  /** what customers and staff ask for once parcels are on their way, in the order it came */
  mail: Mail[];
  /** present while the customer has to decide; `choice` once it did */
  decision?: { choices: readonly ShortageChoice[]; choice?: ShortageChoice; cause?: Cause };
  /** present while an operator has to decide */
  attention?: Attention;
  resolution?: Resolution;
  /** who asked for it */
  resolutionCause?: Cause;
  /** how an order ended that waited for stock */
  lastWord?: Ended;
  /** nothing can be changed any more */
  isOver: boolean;
  /** Gives the early answer to whoever sent the order; the first one counts. */
  answer(answer: Omit<AcceptAnswer, 'orderId' | 'fingerprint' | 'requestId'> & Partial<AcceptAnswer>): void;
  /** Remembers that the order is to turn back. */
  cancel(cancel: NonNullable<OrderLife['cancel']>): void;
  isCancelled(): boolean;
  /** @throws ORDER_CANCELLED where the order may still turn back and somebody asked for it */
  turnBackIfCancelled(): void;
  /** Ends the watch over the promise to ship in time: it is kept, or the order waits for somebody else. */
  waive(): void;
}

/** Must run before the first await: messages that came with the start find their handlers. */
export function startRun(input: OrderInput, before?: OrderLife): OrderRun {
  const life = before ?? newLife(workflowInfo().startTime.getTime());
  const { submission, fingerprint, requestId, cause } = input;
  const { orderId, customerId } = submission;

  setHandler(acceptUpdate, () =>
    CancellationScope.nonCancellable(async () => {
      await condition(() => life.answer !== undefined);
      return life.answer!;
    }),
  );

  const runId = workflowInfo().firstExecutionRunId;
  // a name that will be refused would make every event as long, or keep it from the tables
  const isName = customerId && customerId.length <= MAX_TEXT && isPlainText(customerId);
  const channels = CHANNELS.filter((channel) => submission.channels?.includes(channel));
  const named = { ...(isName && { customerId }), ...(channels.length > 0 && { channels }) };
  const { causationId, traceparent, ...by } = cause ?? causeOf({ id: requestId }) ?? { causationId: orderId };
  const { correlationId = causationId } = by;
  const lineage = { correlationId, ...(traceparent !== undefined && { traceparent }) };
  const placedBy = causationId === correlationId ? {} : { placedBy: causationId };
  const run: OrderRun = {
    acceptance: { submission, fingerprint, requestId, runId },
    log: createOrderLog({ orderId, runId, ...named, ...lineage, ...placedBy }, life.log),
    lineage,
    life,
    mail: [],
    isOver: false,
    waive: () => undefined,
    answer: (answer) => void (life.answer ??= { orderId, fingerprint, requestId, ...answer }),
    cancel: (cancel) => void (life.cancel ??= cancel),
    isCancelled: () => life.cancel !== undefined,
    turnBackIfCancelled() {
      if (life.cancel) throw orderCancelled();
    },
  };
  // a cancel by the engine never stops a running charge or label: it is read where turning back is safe
  CancellationScope.current().cancelRequested.catch(() => run.cancel({ isEngines: true }));
  return run;
}
