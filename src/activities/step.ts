import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Books, EventPublisher, LedgerEntry, Posting, PostingOutcome } from './ports';
import type { EventBatch } from '../domain/events';
import type { StockMove } from '../domain/inventory';
import { FAILURES, StepError } from '../domain/failures';
import { effectOf, numberEvents } from '../domain/events';

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
        details: [{ attempts: attempts() }],
        cause: error,
      });
    }
  };
}

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
}

/** Posts a step's events with what else it writes, and hands the events to the bus. */
export async function post(
  { books, publisher, now }: BookkeepingDeps,
  batch: EventBatch,
  rest: Omit<Posting, 'orderId' | 'events'> = {},
): Promise<{ outcome: PostingOutcome; appended: Appended }> {
  const at = now();
  const events = numberEvents(batch, { at, attempt: attempts() });
  const effects = events.flatMap((event) => effectOf(event) ?? []);
  const outcome = await books.post({ orderId: batch.orderId, events, effects, ...rest });
  const sequence = batch.firstSequence + events.length - 1;
  if (outcome.kind !== 'posted') return { outcome, appended: { sequence, at } };
  publisher.publish(outcome.events);
  return { outcome, appended: { sequence, at: outcome.events.at(-1)?.at ?? at } };
}

/** Posts a step that has one effect; an effect that is in the ledger already was posted by an earlier attempt. */
export async function postEffect(
  deps: BookkeepingDeps,
  batch: EventBatch,
  effect: { ledger: LedgerEntry; stock: StockMove[] },
): Promise<Appended> {
  const { outcome, appended } = await post(deps, batch, effect);
  if (outcome.kind === 'stock-changed')
    throw new StepError('STOCK_INCONSISTENT', `${effect.ledger.key}: the stock does not hold what was reserved`);
  return appended;
}
