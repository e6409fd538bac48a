import type { Fail } from '../domain/order';
import { type Static, Type } from '@sinclair/typebox';
import type { FulfillmentInput, PaymentNews } from '../workflows/messages';
import { PAYMENT_MEMBERS } from '../contracts/accepted';
import { mayChargeFor, type OrderId } from '../domain/ids';
import { checkMoney, checkText, requireText } from '../domain/validation';
import { detailParser, requireOrderId } from './detail';
import { fingerprintOf } from '../submission';
import { readOrder } from './order-placed';
import { shown } from './reason';

/** What a payment company says later of a charge of ours. */
export interface PaymentToldEvent {
  kind: 'payment-news';
  orderId: OrderId;
  news: PaymentNews;
}

/** An order that was paid before it came to us. */
export interface OrderPaidEvent {
  kind: 'order-paid';
  order: Omit<FulfillmentInput, 'requestId'>;
}

/** Only the types: what is missing or has a wrong value is told in our own words. */
const PaymentDetail = Type.Partial(Type.Object({ ...PAYMENT_MEMBERS, order: Type.Unknown() }));

type Detail = Static<typeof PaymentDetail>;

/** Parses the detail of `Payment Completed`: news of a charge of ours, or a whole order that was paid elsewhere. */
export const parsePaymentCompleted = detailParser(
  PaymentDetail,
  (detail, fail): PaymentToldEvent | OrderPaidEvent | undefined =>
    detail.order === undefined ? readNews('COMPLETED', detail, fail) : readPaidOrder(detail, fail),
);

/** Parses the detail of `Payment Failed`. */
export const parsePaymentFailed = detailParser(PaymentDetail, (detail, fail) => readNews('FAILED', detail, fail));

function readNews(kind: PaymentNews['kind'], detail: Detail, fail: Fail): PaymentToldEvent | undefined {
  const orderId = requireOrderId(detail.orderId, fail);
  const payment = readPayment(detail, fail);
  const reason = detail.reason === undefined ? undefined : checkText(detail.reason, '/reason', fail);
  if (!orderId || !payment) return undefined;
  checkChargeKey(orderId, payment, fail);
  return { kind: 'payment-news', orderId, news: { kind, ...payment, ...(reason && { reason }) } };
}

/** A charge without a key goes by its payment's id: the workflow finds it by either, and no two payments share one. */
function readPayment(detail: Detail, fail: Fail): FulfillmentInput['paid'] | undefined {
  const paymentId = requireText(detail.paymentId, '/paymentId', fail);
  const chargeKey = detail.chargeKey === undefined ? paymentId : requireText(detail.chargeKey, '/chargeKey', fail);
  const money = checkMoney(detail, fail);
  return paymentId && chargeKey && money ? { chargeKey, paymentId, ...money } : undefined;
}

function checkChargeKey(orderId: OrderId, { chargeKey }: FulfillmentInput['paid'], fail: Fail): void {
  if (mayChargeFor(orderId, chargeKey)) return;
  const got = shown(chargeKey);
  fail('/chargeKey', 'invalid', `expected "charge#${orderId}#…" or a payment company's own without a "#", got ${got}`);
}

function readPaidOrder(detail: Detail, fail: Fail): OrderPaidEvent | undefined {
  const paid = readPayment(detail, fail);
  const submission = readOrder(detail.order, fail, '/order');
  if (!submission || !paid) return undefined;
  const { orderId } = submission;
  if (detail.orderId !== undefined && detail.orderId !== orderId)
    return void fail('/orderId', 'invalid', `expected none, or "${orderId}" as in the order`);
  checkChargeKey(orderId, paid, fail);
  return { kind: 'order-paid', order: { submission, paid, fingerprint: fingerprintOf({ ...submission, paid }) } };
}
