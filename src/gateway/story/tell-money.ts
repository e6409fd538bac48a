import type { Tellers } from './line';
import { causeName, sentences, shownMoney } from './words';
import { shownTime } from '../../domain/shown-time';

/** Money that is held, taken, given back. */
export const TELL_MONEY = {
  'Payment Authorized': ({ amount, currency, paymentId }) => ({
    kind: 'money',
    title: `${shownMoney(amount, currency)} held, to be taken when it ships`,
    detail: sentences(`payment ${paymentId}`),
  }),
  'Payment Pending': ({ amount, currency, paymentId, until }) => ({
    kind: 'wait',
    title: `The payment company decides later about ${shownMoney(amount, currency)}: waiting until ${shownTime(until)}`,
    detail: sentences(`payment ${paymentId}`),
  }),
  'Payment Completed': ({ amount, currency, paymentId, late }) => ({
    kind: 'money',
    title: `${shownMoney(amount, currency)} charged${late ? ', too late: the order had been given up' : ''}`,
    detail: sentences(`payment ${paymentId}`),
  }),
  'Payment Refunded': ({ amount, currency, cause, reference }) => ({
    kind: 'money',
    title: `${shownMoney(amount, currency)} given back${reference === undefined ? '' : ', by hand'}`,
    detail: sentences(
      cause === undefined ? undefined : `for ${causeName(cause)}`,
      reference === undefined ? undefined : `reference: ${reference}`,
    ),
  }),
  'Payment Voided': () => ({ kind: 'money', title: 'The charge is voided: nothing is taken under it any more' }),
  'Payment Failed': ({ reason }) => ({ kind: 'end', title: 'Ended: the payment failed', detail: sentences(reason) }),
} satisfies Partial<Tellers>;
