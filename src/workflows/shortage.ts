import { condition } from '@temporalio/workflow';
import type { Cause } from '../domain/cause';
import type { OrderRun } from './order-run';
import type { Reservation } from '../activities/inventory';
import { causedBy } from '../domain/cause';
import { isPaid } from './payment';
import { record } from './record';
import { policyOf, SHORTAGE_CHOICES, type ShortageChoice } from '../domain/order';

/** What becomes of an order of which a part is there: decided beforehand, or asked; without an answer, by its policy. */
export async function chooseOnShortage(run: OrderRun, reservation: Reservation): Promise<ShortageChoice> {
  const { onShortage } = policyOf(run.life.order!);
  const asked = onShortage === 'ASK' ? await ask(run, reservation) : undefined;
  const chosen = onShortage === 'ASK' ? (asked?.choice ?? policyOf(run.life.order!).onNoAnswer) : onShortage;
  // what was paid elsewhere does not wait: the rest of the money goes back
  const choice = chosen === 'WAIT' && isPaid(run) ? 'SHIP_AVAILABLE' : chosen;
  const data = { choice, by: asked ? ('customer' as const) : ('policy' as const) };
  run.log.note({ type: 'Decision Made', data, ...causedBy(asked?.cause) });
  return choice;
}

async function ask(
  run: OrderRun,
  { availableItems, unavailableItems }: Reservation,
): Promise<{ choice: ShortageChoice; cause?: Cause } | undefined> {
  const { orderId } = run.acceptance.submission;
  const withinMs = policyOf(run.life.order!).decisionWithinS * 1000;
  const until = new Date(Date.now() + withinMs).toISOString();
  const choices = SHORTAGE_CHOICES.filter((choice) => choice !== 'WAIT' || !isPaid(run));
  run.waive();
  run.decision = { choices };
  const data = { availableItems, unavailableItems, choices, until };
  await record(run, `ask#${orderId}`, { type: 'Decision Requested', data });
  await condition(() => run.decision?.choice !== undefined || run.isCancelled(), withinMs);
  const { choice, cause } = run.decision;
  delete run.decision;
  if (run.isCancelled()) return { choice: 'CANCEL', ...causedBy(run.life.cancel?.cause) };
  return choice && { choice, ...causedBy(cause) };
}
