import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { EndState } from '../domain/states';
import type { OrderInput } from './messages';
import type { Ended, OrderLife } from './life';
import type { OrderRun } from './order-run';
import { awaitDelivery, leaveAwaitDelivery } from './await-delivery';
import { answerMail, expireReturns, returnParcels } from './returns';
import { causedBy } from '../domain/cause';
import { close } from './ending';
import { closeBackorder, fillBackorder } from './backorder';
import { flush, record } from './record';
import { followCarriers } from './carrier-news';
import { isFinal, isOpen, reasonOf } from './life';
import { keys } from '../domain/ids';
import { policyOf } from '../domain/order';
import { refundLateSuccesses } from './payment';
import { relabelParcels } from './relabel';

/** Events after which a run hands over to the next one, so that no history grows without end. */
const LONG_HISTORY = 2_000;
/** From so many on it does not wait for a quiet moment any more. */
const VERY_LONG_HISTORY = 2 * LONG_HISTORY;
/** Milliseconds without news. */
const QUIET_MS = 1_000;

/**
 * The life after, of an order that has parcels on their way or waits for stock: it looks at everything that it was
 * told, one after the other, then waits for more, until its parcels have come to their end and nothing can come back.
 *
 * @returns the state that it ended in
 */
export async function aftercare(run: OrderRun, input: OrderInput): Promise<EndState> {
  for (;;) {
    awaitDelivery(run);
    await catchUp(run);
    const ended = run.lastWord ?? endOf(run);
    if (ended && !hasNews(run)) return end(run, ended);
    if (workflowInfo().historyLength >= LONG_HISTORY && !hasNews(run)) await handOver(run, input);
    await somethingNew(run);
  }
}

async function catchUp(run: OrderRun): Promise<void> {
  await refundLateSuccesses(run);
  await followCarriers(run);
  await relabelParcels(run);
  await cancelWhatHasShipped(run);
  await answerMail(run);
  await lookAfterBackorder(run);
  await noteArrival(run);
  await expireReturns(run);
}

/** Somebody cancelled when parcels were under way: what is still to come does not, and what has shipped comes back. */
async function cancelWhatHasShipped(run: OrderRun): Promise<void> {
  const { life, log } = run;
  const { cancel } = life;
  if (!cancel || cancel.isDone) return;
  const reason = reasonOf(cancel);
  const status = life.parcels.length > 0 ? log.status() : 'CANCELLED';
  if (life.backorder) await closeBackorder(run, { items: life.backorder.items, reason, status });
  // what an operator cancels at the engine only ends what can still turn back
  const returnId = cancel.isEngines ? undefined : await returnParcels(run, { reason, ...causedBy(cancel.cause) });
  Object.assign(cancel, { isDone: true, ...(returnId !== undefined && { returnId }) });
  if (life.parcels.length === 0)
    run.lastWord ??= {
      kind: 'ENDED',
      state: 'RollbackTransaction',
      event: { type: 'Order Cancelled', data: { reason }, ...causedBy(cancel.cause) },
    };
  await flush(run, keys.nth('cancel', run.acceptance.submission.orderId, 1));
}

async function lookAfterBackorder(run: OrderRun): Promise<void> {
  const { life, log } = run;
  if (life.backorder && life.stockArrived) {
    delete life.stockArrived;
    await fillBackorder(run);
  }
  if (!life.backorder || life.backorder.until > Date.now()) return;
  const hasParcels = life.parcels.length > 0;
  const reason = 'the stock did not arrive in time';
  const status = hasParcels ? log.status() : 'INVENTORY_UNAVAILABLE';
  await closeBackorder(run, { items: life.backorder.items, reason, status });
  if (!hasParcels) run.lastWord = { kind: 'ENDED', state: 'InventoryNotAvailable' };
}

/** All parcels have come to their end, and no more will ship. */
async function noteArrival(run: OrderRun): Promise<void> {
  const { life } = run;
  const isThere = life.parcels.length > 0 && life.parcels.every(isFinal) && !life.backorder;
  if (!isThere || life.returnUntil !== undefined) return;
  if (!keepsSomething(life)) return;
  life.returnUntil = Date.now() + policyOf(life.order!).returnWithinS * 1000;
  await record(run, `arrived#${life.order!.orderId}`, { type: 'Order Delivered', data: {} });
}

const keepsSomething = ({ kept }: OrderLife): boolean => Object.values(kept).some((quantity) => quantity > 0);

/** How the order ended; `undefined` while something may still happen to it. */
function endOf({ life }: OrderRun): Ended | undefined {
  const { parcels, returns, backorder, returnUntil } = life;
  if (backorder !== undefined || parcels.length === 0) return undefined;
  // also where the goods came back before their carrier said anything
  if (!keepsSomething(life)) return nothingKept(life);
  const isAwaited = !parcels.every(isFinal) || returns.some(isOpen);
  if (isAwaited || returnUntil === undefined || returnUntil > Date.now()) return undefined;
  return { kind: 'ENDED', state: 'AwaitDelivery', event: { type: 'Order Closed', data: {} } };
}

function nothingKept({ parcels }: OrderLife): Ended {
  const isLost = parcels.every(({ status }) => status === 'LOST');
  const lost = { type: 'Order Fulfillment Failed' as const, data: { reason: 'the carrier lost the parcel' } };
  return { kind: 'ENDED', state: 'AwaitDelivery', event: isLost ? lost : { type: 'Order Returned', data: {} } };
}

async function end(run: OrderRun, { state, event }: Ended): Promise<EndState> {
  awaitDelivery(run);
  leaveAwaitDelivery(run);
  if (event) await close(run, event);
  return state;
}

const hasNews = ({ life, mail }: OrderRun): boolean =>
  mail.length > 0 ||
  life.carrierNews.length > 0 ||
  life.paymentNews.length > 0 ||
  (life.stockArrived === true && life.backorder !== undefined) ||
  (life.cancel !== undefined && !life.cancel.isDone);

/** Waits for news, or for a time limit: without one it costs nothing. */
async function somethingNew(run: OrderRun): Promise<void> {
  const limit = nextLimit(run.life);
  const news = () => hasNews(run);
  if (limit === undefined) await condition(news);
  else await condition(news, Math.max(1, limit - Date.now()));
}

function nextLimit({ backorder, returns, returnUntil }: OrderLife): number | undefined {
  const limits = returns.filter(({ status }) => status === 'REQUESTED').map(({ until }) => until);
  if (backorder) limits.push(backorder.until);
  // past it an order only waits for what is on its way back
  if (returnUntil !== undefined && returnUntil > Date.now()) limits.push(returnUntil);
  return limits.length > 0 ? Math.min(...limits) : undefined;
}

/** The next run goes on where this one stands; whoever waits for an answer has it first. */
async function handOver(run: OrderRun, input: OrderInput): Promise<void> {
  // the engine refuses a task that ends a run when news came meanwhile: it should have no other work to do again
  const isLate = workflowInfo().historyLength >= VERY_LONG_HISTORY;
  if (!isLate && (await condition(() => hasNews(run), QUIET_MS))) return;
  await condition(allHandlersFinished);
  if (hasNews(run)) return;
  run.life.log = run.log.position();
  await continueAsNew<(input: OrderInput, life: OrderLife) => Promise<unknown>>(input, run.life);
}
