import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Books, EventPublisher, LedgerEntry } from './ports';
import type { EventBatch, NewEvent, OrderEvent } from '../domain/events';
import type { OrderStatus, StatePassed } from '../domain/states';
import type { BackorderChange } from '../domain/backorders';
import type { StockMove } from '../domain/inventory';
import { CircuitOpenError } from '../domain/breaker';
import { EndpointBusyError, placeWait } from '../domain/webhooks';
import { FAILURES, StepError } from '../domain/failures';
import { canonicalJson } from '../domain/canonical-json';
import { effectOf, numberEvents } from '../domain/events';
import { statusAfter } from '../domain/projection';

/** How often this step has been tried, the first time included. */
export const attempts = (): number => Context.current().info.attempt;

/**
 * Lets a step's failures out as what Temporal and the workflow know: an `ApplicationFailure` with a type of the
 * closed list, retryable or not, and the attempts it took. Anything else is a defect and passes as it is.
 */
export function asStep<P, R>(run: (input: P) => Promise<R>): (input: P) => Promise<R> {
  return async (input) => {
    try {
      return await run(input);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      throw ApplicationFailure.create({
        type: error.type,
        message: error.message,
        nonRetryable: !FAILURES[error.type].retryable,
        // the engine waits, instead of an activity that holds a slot of the worker
        ...(error instanceof CircuitOpenError && { nextRetryDelay: millisecondsTo(error.until) }),
        ...(error instanceof EndpointBusyError && {
          nextRetryDelay: placeWait({ asked: attempts(), random: Math.random() }),
        }),
        details: [{ attempts: attempts() }],
        cause: error,
      });
    }
  };
}

/** At least one: none would be the usual back-off. */
const millisecondsTo = (time: string): number => Math.max(1, Date.parse(time) - Date.now());

export interface BookkeepingDeps {
  books: Books;
  publisher: EventPublisher;
  /** the time, ISO 8601 */
  now(): string;
}

/** What an append says of itself: the number of its last event, and its time. */
export interface Appended {
  sequence: number;
  /** ISO 8601 */
  at: string;
  /** what an earlier attempt did not know yet and therefore did not write */
  leftover?: Leftover;
  /** of the order, where an earlier attempt wrote what the workflow does not know of and that says one */
  orderStatus?: OrderStatus;
}

export interface Leftover {
  events: NewEvent[];
  states: StatePassed[];
}

export interface Step {
  /** the step's key in the ledger; a step is written once, whatever comes with it */
  key: string;
  /** what is remembered of the step, and answered when it is tried again */
  result?: Record<string, unknown>;
  stock?: StockMove[];
  backorders?: BackorderChange[];
}

export interface PostedStep {
  kind: 'posted';
  appended: Appended;
  /** what is remembered of the step: of the attempt that was written */
  result: Record<string, unknown>;
}

export type Posted = PostedStep | { kind: 'stock-changed' };

/**
 * Posts a step: its events, its entry in the ledger, what it moves. A step that is in the ledger was posted by an
 * earlier attempt, perhaps one whose workflow task was lost: then that one counts. Where such attempts of other steps
 * took the numbers, the step takes the next ones, and leaves out what they have told already.
 *
 * @throws StepError SEQUENCE_TAKEN when the numbers were taken by another run
 */
export async function post(deps: BookkeepingDeps, batch: EventBatch, step: Step): Promise<Posted> {
  const { books, publisher, now } = deps;
  const { orderId } = batch;
  /** of attempts that the workflow does not know of */
  const skipped: OrderEvent[] = [];
  for (let told = batch; ;) {
    const { firstSequence } = told;
    const at = now();
    const events = numberEvents(told, { at, attempt: attempts() });
    const after = lastStatus([...skipped, ...events]);
    const orderStatus = after === undefined ? {} : { orderStatus: after };
    const written = { sequence: firstSequence + events.length - 1, at };
    const appended = { ...written, ...(skipped.length > 0 && orderStatus) };
    const ledger = { key: step.key, result: { ...step.result, firstSequence, ...written, ...orderStatus } };
    const effects = effectsOf(events);
    const { stock = [], backorders = [] } = step;
    const outcome = await books.post({ orderId, ledger, effects, events, stock, backorders });
    switch (outcome.kind) {
      case 'posted':
        publisher.publish(events);
        return { kind: 'posted', appended, result: ledger.result };
      case 'step-known':
        return { kind: 'posted', ...(await asWritten(books, batch, outcome.result)) };
      case 'sequence-taken':
        await assertOwnRun(books, batch);
        skipped.push(...(await storedFrom(books, told, outcome.lastSequence)));
        told = withoutTold(told, { stored: skipped, lastSequence: outcome.lastSequence });
        break;
      case 'stock-changed':
        return outcome;
      case 'order-known':
        throw new StepError('SEQUENCE_TAKEN', `order ${orderId} is known, though this step does not store it`);
      default:
        return outcome satisfies never;
    }
  }
}

/** Posts a step that can only be refused when the stock is not what the ledger says. */
export async function postSurely(deps: BookkeepingDeps, batch: EventBatch, step: Step): Promise<PostedStep> {
  const posted = await post(deps, batch, step);
  if (posted.kind === 'posted') return posted;
  throw new StepError('STOCK_INCONSISTENT', `${step.key}: the stock does not hold what was reserved`);
}

/** The same, for a step of which nothing but its append is asked. */
export async function postEffect(deps: BookkeepingDeps, batch: EventBatch, step: Step): Promise<Appended> {
  return (await postSurely(deps, batch, step)).appended;
}

export const effectsOf = (events: readonly OrderEvent[]): LedgerEntry[] =>
  events.flatMap((event) => effectOf(event) ?? []);

/** How an earlier attempt wrote a step, and what of this attempt it left out. */
async function asWritten(books: Books, batch: EventBatch, result: Record<string, unknown>) {
  const { sequence, at, orderStatus } = result as unknown as Appended;
  const stored = await storedFrom(books, batch, sequence);
  const { noted: events, states } = withoutTold(batch, { stored, lastSequence: sequence });
  return { result, appended: { sequence, at, leftover: { events, states }, ...(orderStatus && { orderStatus }) } };
}

const lastStatus = (events: readonly OrderEvent[]): OrderStatus | undefined =>
  events.map(statusAfter).findLast((after) => after !== undefined);

/** What is stored from a batch's first event on. */
const storedFrom = (books: Books, { orderId, firstSequence }: EventBatch, to: number) =>
  books.readEvents({ orderId, from: firstSequence, to });

/** A batch after the events up to a number, without the facts and states that those tell. */
function withoutTold(batch: EventBatch, { stored, lastSequence }: { stored: OrderEvent[]; lastSequence: number }) {
  const { noted = [], states } = batch;
  const facts = new Set(stored.map(({ type, data }) => canonicalJson([type, data])));
  const passed = new Set(stored.flatMap((event) => event.states.map(({ name, ordinal }) => `${ordinal} ${name}`)));
  return {
    ...batch,
    firstSequence: lastSequence + 1,
    noted: noted.filter(({ type, data }) => !facts.has(canonicalJson([type, data]))),
    states: states.filter(({ name, ordinal }) => !passed.has(`${ordinal} ${name}`)),
  };
}

async function assertOwnRun(books: Books, { orderId, runId }: EventBatch): Promise<void> {
  const order = await books.readOrder(orderId);
  if (order && order.runId !== runId)
    throw new StepError('SEQUENCE_TAKEN', `order ${orderId} belongs to run ${order.runId}, not to ${runId}`);
}
