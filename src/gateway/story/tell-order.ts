import type { Tellers } from './line';
import type { ResolutionAction } from '../../domain/events';
import { becauseOf, capital, CHOICES, companyName, listed, missing, sentences, shownMoney } from './words';
import { doing } from './steps';
import { shownMoment, shownTime } from '../../domain/shown-time';

const minutes = (seconds: number) => `${Math.round(seconds / 60)} minutes`;

const RESOLVED: Record<ResolutionAction, string> = {
  RETRY: 'it is tried again',
  SKIP: 'it is left, and the order goes on without it',
  SETTLE: 'it was done by hand',
};

/** The order itself: that it was placed, what was asked and decided, and how it ended. */
export const TELL_ORDER = {
  'Order Created': ({ order }) => ({
    kind: 'step',
    title: `Placed: ${listed(order.lines)} for ${shownMoney(order.totalAmount, order.currency)}`,
    detail: sentences(
      `by customer ${order.customerId}, to ${order.shippingAddress.city}, ${order.shippingAddress.country}`,
    ),
  }),
  'Order Validated': () => ({ kind: 'step', title: 'Checked: the order is right' }),
  'Order Validation Failed': ({ errors }) => ({
    kind: 'end',
    title: 'Refused: the order is not right',
    detail: sentences(...errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`))),
  }),
  'Decision Requested': ({ availableItems, unavailableItems, choices, until }) => ({
    kind: 'wait',
    title: `The customer is asked what to do, until ${shownTime(until)}`,
    detail: sentences(
      `there: ${listed(availableItems)}`,
      `missing: ${missing(unavailableItems)}`,
      `the choices: ${choices.map((choice) => CHOICES[choice]).join('; ')}`,
    ),
  }),
  'Decision Made': ({ choice, by: whose }, { by }) => ({
    kind: 'action',
    title: `${by ?? (whose === 'customer' ? 'The customer' : "The order's policy")} decides: ${CHOICES[choice]}`,
  }),
  'Order Delayed': ({ dependency, until }) => ({
    kind: 'trouble',
    title: `${capital(companyName(dependency))} is out of order: the order waits`,
    detail: sentences(`asked again at ${shownMoment(until)}`),
  }),
  'Order At Risk': ({ afterS }) => ({
    kind: 'trouble',
    title: `Nothing has shipped after ${minutes(afterS)}: the promise of 30 minutes is at risk`,
  }),
  'Promise Breached': ({ afterS }) => ({
    kind: 'trouble',
    title: `Nothing has shipped after ${minutes(afterS)}: the promise is broken`,
  }),
  'Cancellation Requested': ({ reason }, { by }) => ({
    kind: 'action',
    title: `${by ?? 'Somebody'} asks to cancel`,
    detail: sentences(reason),
  }),
  'Order Cancelled': ({ reason }) => ({ kind: 'end', title: 'Ended: cancelled', detail: sentences(reason) }),
  'Order Fulfillment Failed': ({ reason }) => ({
    kind: 'end',
    title: 'Ended: it could not be fulfilled',
    detail: sentences(reason),
  }),
  'Order Delivered': () => ({
    kind: 'step',
    title: 'Every parcel has come to its end, and the customer has the goods',
  }),
  'Order Returned': () => ({ kind: 'end', title: 'Ended: everything came back' }),
  'Order Closed': () => ({ kind: 'end', title: 'Closed: nothing can come back any more' }),
  'Address Changed': ({ address }, { by }) => ({
    kind: 'action',
    title: `${by === undefined ? 'The address changed' : `${by} changed the address`}: to ${address.city}, ${address.country}`,
  }),
  'Attention Needed': ({ step, error, because, amount, currency }) => ({
    kind: 'trouble',
    title: `${capital(doing(step))} does not work: somebody has to decide`,
    detail: sentences(
      error,
      becauseOf(because),
      amount === undefined || currency === undefined ? undefined : `${shownMoney(amount, currency)} is at stake`,
    ),
  }),
  'Attention Resolved': ({ step, action, by, reason, reference }) => ({
    kind: 'action',
    title: `${by} decides on ${doing(step)}: ${RESOLVED[action]}`,
    detail: sentences(reason, reference === undefined ? undefined : `reference: ${reference}`),
    operator: { by, ...(reason !== undefined && { reason }) },
  }),
  'Customer Notified': () => ({ kind: 'message', title: 'The customer is told that parcels are on their way' }),
} satisfies Partial<Tellers>;
