import type { Static } from '@sinclair/typebox';
import type { OpenBreaker } from './needs';
import type { OrderEvent } from '../../domain/events';
import type { OrderStory } from '../story-schemas';
import type { OrderView } from '../../domain/projection';
import {
  becauseOf,
  CHOICES,
  capital,
  companyName,
  counted,
  listed,
  missing,
  parcelName,
  plain,
  shownMoney,
} from './words';
import { doing } from './steps';
import { hasEnded, parcelOf } from '../standing';
import { isDependency } from '../../domain/breaker';
import { openReturns } from './returns';
import { policyOf } from '../../domain/order';
import { shownMoment, shownTime } from '../../domain/shown-time';

export type Stuck = NonNullable<Static<typeof OrderStory>['stuck']>;

/** What an order's events say of why it does not go on. */
export interface Case {
  view: OrderView;
  events: readonly OrderEvent[];
  /** of the companies that it needs */
  breakers: readonly OpenBreaker[];
  /** milliseconds since 1970 */
  now: number;
}

/** Milliseconds after the end of a wait in which it is no wonder that the order has not gone on yet. */
const GRACE_MS = 5_000;
/** Milliseconds after which a carrier that says nothing of a parcel should be asked. */
const SILENT_MS = 5 * 86_400_000;

const EXPLAIN = [attention, decision, inspection, pendingPayment, outage, backorder, goodsOnTheirWayBack, silence];

/** Why the order waits, as far as its events say; `undefined` where they do not. The first reason counts. */
export function waitOf(given: Case): Stuck | undefined {
  if (hasEnded(given.view)) return undefined;
  for (const explain of EXPLAIN) {
    const stuck = explain(given);
    if (stuck) return stuck;
  }
  return undefined;
}

const isAhead = (until: string, { now }: Case) => Date.parse(until) + GRACE_MS > now;

/** when the last event of a type was written */
const lastOf = ({ events, view }: Case, type: OrderEvent['type']): string =>
  events.findLast((event) => event.type === type)?.at ?? view.updatedAt;

function attention({ view }: Case): Stuck | undefined {
  if (!view.attention) return undefined;
  const { step, error, amount, currency, since, because = cancelledOf(view) } = view.attention;
  const stake = amount === undefined || currency === undefined ? '' : `; ${shownMoney(amount, currency)} is at stake`;
  const sentence =
    `Somebody has to decide: ${doing(step)} does not work (${plain(error)})${stake}. ` +
    `${because === undefined ? '' : `${becauseOf(because)} `}Resolve it: try again, leave it, or say that it was done by hand.`;
  return { sentence, kind: 'decision', since, remedy: 'resolution' };
}

/** what attention of an earlier release does not say, and the order may know */
const cancelledOf = ({ cancellation }: OrderView): string | undefined =>
  cancellation && `the order is cancelled${cancellation.reason === undefined ? '' : `: ${cancellation.reason}`}`;

function decision(given: Case): Stuck | undefined {
  const { decision: asked, cancellation, unavailableItems = [] } = given.view;
  if (!asked || cancellation || !isAhead(asked.until, given)) return undefined;
  const first = given.events[0];
  const silent = first?.type === 'Order Created' ? policyOf(first.data.order).onNoAnswer : undefined;
  const sentence =
    `The customer has to decide until ${shownTime(asked.until)}, because ${missing(unavailableItems)} is missing` +
    `${silent === undefined ? '' : `; without an answer: ${CHOICES[silent]}`}. Decide for the customer, or wait.`;
  const since = lastOf(given, 'Decision Requested');
  return { sentence, kind: 'decision', since, until: asked.until, remedy: 'decision' };
}

function inspection({ view }: Case): Stuck | undefined {
  const here = openReturns(view).find(({ status }) => status === 'RECEIVED');
  if (!here) return undefined;
  const sentence = `The return ${here.returnId} is here and has to be inspected: say what became of ${listed(here.items ?? [])}.`;
  return { sentence, kind: 'decision', since: here.at };
}

/** A company is left alone that the order needs now. */
function outage(given: Case): Stuck | undefined {
  const { delayed } = given.view;
  const open = given.breakers.find(({ state }) => state === 'OPEN');
  if (open?.openUntil !== undefined && isAhead(open.openUntil, given)) {
    const { dependency, openUntil: until } = open;
    const since = delayed?.dependency === dependency ? delayed.since : given.view.updatedAt;
    const sentence =
      `${capital(companyName(dependency))} is out of order, and is asked again at ${shownMoment(until)}; ` +
      'the order goes on by itself. If the company works again, reset its breaker.';
    return { sentence, kind: 'trouble', since, until, remedy: 'reset-breaker', dependency };
  }
  if (!delayed || !isAhead(delayed.until, given) || wentOnSince(given, delayed.since)) return undefined;
  const { dependency, since, until } = delayed;
  const sentence = `${capital(companyName(dependency))} was out of order; it is asked again at ${shownMoment(until)}, and the order goes on by itself.`;
  return { sentence, kind: 'trouble', since, until, ...(isDependency(dependency) && { dependency }) };
}

/** Events that show that the company which the order was delayed by answered after all. */
const ANSWERS: ReadonlySet<OrderEvent['type']> = new Set<OrderEvent['type']>([
  'Shipping Label Generated',
  'Shipping Label Replaced',
  'Address Changed',
]);

const wentOnSince = ({ events }: Case, since: string): boolean =>
  events.some(({ type, at }) => ANSWERS.has(type) && at > since);

function pendingPayment(given: Case): Stuck | undefined {
  const { pendingPayment: pending, cancellation } = given.view;
  if (!pending || cancellation || !isAhead(pending.until, given)) return undefined;
  const { amount, currency, until } = pending;
  const sentence =
    `The payment company has not decided about ${shownMoney(amount, currency)}: the order waits until ${shownTime(until)}, ` +
    'and is cancelled then. Its word comes as an event; ask the company, or cancel.';
  return { sentence, kind: 'waiting', since: lastOf(given, 'Payment Pending'), until };
}

function backorder(given: Case): Stuck | undefined {
  const { backorder: waits, cancellation } = given.view;
  if (!waits || cancellation || !isAhead(waits.until, given)) return undefined;
  const { items, until } = waits;
  const sentence = `Waiting for ${listed(items)} until ${shownTime(until)}: it goes on when the stock comes in and it is its turn. Receive stock, or cancel.`;
  return { sentence, kind: 'waiting', since: lastOf(given, 'Order Backordered'), until };
}

function goodsOnTheirWayBack({ view }: Case): Stuck | undefined {
  const open = openReturns(view);
  const [first] = open;
  if (!first) return undefined;
  const what = open.map(({ returnId, items = [] }) => `${listed(items)} (${returnId})`).join(', ');
  const sentence = `Waiting for ${counted(open.length, 'return')}: ${what}. When the goods arrive, say so, and inspect them.`;
  return { sentence, kind: 'waiting', since: first.at };
}

function silence({ view, now }: Case): Stuck | undefined {
  if (view.currentState !== 'AwaitDelivery') return undefined;
  for (const shipment of view.shipments) {
    const { status, carrier, trackingNumber, updatedAt = shippedAt(view) } = parcelOf(view, shipment);
    const isOver = status === 'DELIVERED' || status === 'LOST' || status === 'RETURNED';
    if (isOver || now - Date.parse(updatedAt) < SILENT_MS) continue;
    const sentence = `${carrier} has said nothing of ${parcelName(shipment.shipmentId)} (${trackingNumber}) since ${shownTime(updatedAt)}: ask the carrier what became of it.`;
    return { sentence, kind: 'trouble', since: updatedAt };
  }
  return undefined;
}

/** when its last parcel was handed over, as far as it is known */
const shippedAt = ({ states, updatedAt }: OrderView): string =>
  states.findLast(({ name }) => name === 'CommitTransaction')?.exitedAt ?? updatedAt;

/** True where nothing is to happen until somebody outside does something: its parcels are on their way, or there. */
export function rests({ view, events }: Case): boolean {
  if (hasEnded(view)) return true;
  const last = events.at(-1);
  const isToBeRefunded = last?.type === 'Return Inspected' && last.data.amount > 0;
  return view.currentState === 'AwaitDelivery' && !view.backorder && !isToBeRefunded;
}
