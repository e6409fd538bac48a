import { condition } from '@temporalio/workflow';
import type { Attention, NewEvent, Resolution } from '../domain/events';
import type { OrderRun } from './order-run';
import { causedBy } from '../domain/cause';
import { failureOf, hasReason } from './failure';
import { keys } from '../domain/ids';
import { leaveAwaitDelivery } from './await-delivery';
import { record } from './record';

/** Something that has to be given back, by its own key; it is tried until it works or somebody settles it. */
export interface Undo {
  /** what it does, as operators read it, and under which key; and the money at stake, in minor units */
  about(): Omit<Attention, 'n' | 'error' | 'because'>;
  run(): Promise<void>;
  /** it was done by hand */
  settled?(resolution: Resolution): void;
}

/**
 * Undoes: what does not work although it was tried for long waits for an operator, and nothing goes past it.
 *
 * @param because why it has to be done, as the operator is told
 */
export async function undoSurely(run: OrderRun, undo: Undo, because: string): Promise<void> {
  for (;;) {
    const failure = await undo.run().then(
      () => undefined,
      (error: unknown) => ({ ...failureOf(error), isWorth: hasReason(error) }),
    );
    if (!failure) return;
    // nobody said no: the worker was lost, or our own books are out of reach, where nothing could be written down either
    if (!failure.isWorth || failure.type === 'SERVICE_UNAVAILABLE') continue;
    const resolution = await askSomebody(run, { ...undo.about(), error: failure.message, because });
    if (resolution.action === 'SETTLE') undo.settled?.(resolution);
    if (resolution.action !== 'RETRY') return;
  }
}

/** Parks the order in NEEDS_ATTENTION until an operator resolves it. */
async function askSomebody(run: OrderRun, trouble: Omit<Attention, 'n'>): Promise<Resolution> {
  const { life, log } = run;
  const { orderId } = run.acceptance.submission;
  const before = log.status();
  const n = ++life.attentions;
  const attention = { n, ...trouble };
  leaveAwaitDelivery(run);
  const leave = log.enter('NeedsAttention');
  // from here on nothing is changed, and whoever reads of it can resolve it
  run.attention = attention;
  await record(run, keys.nth('attention', orderId, n), { type: 'Attention Needed', data: attention });
  await condition(() => run.resolution !== undefined);
  const resolution = run.resolution!;
  const { step, key } = attention;
  leave();
  const data = { ...resolution, n, step, key, status: before };
  const resolved: NewEvent = { type: 'Attention Resolved', data, ...causedBy(run.resolutionCause) };
  await record(run, keys.nth('resolution', orderId, n), resolved);
  delete run.attention;
  delete run.resolution;
  delete run.resolutionCause;
  return resolution;
}
