import { BACKORDER_PRODUCTS, one, orderOf, SOLD_OUT } from '../../src/gateway/sandbox/orders';
import { type Scenario, shipped } from './scenario';
import * as c from './scenario-calls';

/** a back-order that nobody fills goes home the same day */
const PATIENCE_S = 120;

const partly = { 'PROD-12345': 1, [SOLD_OUT]: 1 };
const cancelled = { end: 'CANCELLED', money: 'nothing' } as const;
const returned = { end: 'RETURNED', money: 'refunded in full' } as const;
const delivered = { end: 'DELIVERED', money: 'charged once' } as const;

/** A part of what was ordered is there, or nothing. */
const SHORTAGES: readonly Scenario[] = [
  {
    name: 'partial',
    happens: 'a part is there, and its policy says beforehand: charged and shipped without asking',
    order: { ...orderOf(partly), policy: { onShortage: 'SHIP_AVAILABLE' } },
    ...shipped,
  },
  {
    name: 'partial_ship',
    happens: 'a part is there; the customer, who is asked, wants it without the rest',
    order: orderOf(partly),
    steps: [{ after: 'Decision Requested', ...c.decide('SHIP_AVAILABLE') }],
    ...shipped,
  },
  {
    name: 'partial_wait',
    happens: 'a part is there and ships, the rest when it arrives: two parcels, each charged when it ships',
    order: { ...orderOf({ 'PROD-12345': 1, [BACKORDER_PRODUCTS[0]]: 1 }), policy: { backorderWithinS: PATIENCE_S } },
    steps: [
      { after: 'Decision Requested', ...c.decide('WAIT') },
      { after: 'Customer Notified', ...c.receiveStock(BACKORDER_PRODUCTS[0], 1) },
    ],
    until: 'Customer Notified',
    end: 'SHIPPED',
    money: 'charged for each shipment',
  },
  {
    name: 'partial_cancel',
    happens: 'a part is there; the customer, who is asked, wants nothing',
    order: orderOf(partly),
    steps: [{ after: 'Decision Requested', ...c.decide('CANCEL') }],
    ...cancelled,
  },
  {
    name: 'partial_no_answer',
    happens: 'a part is there; nobody answers within 3 s, so its policy decides: shipped without the rest',
    order: { ...orderOf(partly), policy: { decisionWithinS: 3 } },
    ...shipped,
  },
  {
    name: 'sold_out',
    happens: 'nothing of it is there',
    order: orderOf({ [SOLD_OUT]: 1 }),
    end: 'INVENTORY_UNAVAILABLE',
    money: 'nothing',
  },
  {
    name: 'sold_out_wait',
    happens: 'nothing of it is there, but the order waits; a delivery arrives, it is charged and shipped',
    order: {
      ...orderOf({ [BACKORDER_PRODUCTS[1]]: 1 }),
      policy: { onUnavailable: 'WAIT', backorderWithinS: PATIENCE_S },
    },
    steps: [{ after: 'Order Backordered', ...c.receiveStock(BACKORDER_PRODUCTS[1], 1) }],
    ...shipped,
  },
  {
    name: 'sold_out_given_up',
    happens: 'nothing of it is there; the order waits, and gives up after 4 s',
    order: { ...orderOf({ [SOLD_OUT]: 1 }), policy: { onUnavailable: 'WAIT', backorderWithinS: 4 } },
    until: 'Backorder Ended',
    end: 'INVENTORY_UNAVAILABLE',
    money: 'nothing',
  },
];

/** the carrier does not answer in time: long enough to change one's mind */
const SLOW_LABEL = '77777';

const pending = (pendingPaymentWithinS: number) =>
  one({ paymentMethod: 'pm_pending', policy: { pendingPaymentWithinS } });

/** The money comes later, or is held first. */
const PAYMENTS: readonly Scenario[] = [
  {
    name: 'pending_paid',
    happens: 'the payment company takes its time, then has the money',
    order: pending(PATIENCE_S),
    steps: [{ after: 'Payment Pending', ...c.settlePayment('succeeded') }],
    ...shipped,
  },
  {
    name: 'pending_failed',
    happens: 'the payment company takes its time, then does not get the money',
    order: pending(PATIENCE_S),
    steps: [{ after: 'Payment Pending', ...c.settlePayment('failed') }],
    end: 'PAYMENT_FAILED',
    money: 'nothing',
  },
  {
    name: 'pending_never',
    happens: 'the payment company does not decide within 3 s: voided',
    order: pending(3),
    ...cancelled,
  },
  {
    name: 'pending_late',
    happens: 'not decided within 3 s: voided; then the money comes nevertheless, and is refunded',
    order: pending(3),
    steps: [{ after: 'Order Cancelled', ...c.settlePayment('succeeded') }],
    until: 'Payment Refunded',
    end: 'CANCELLED',
    money: 'refunded in full',
  },
  {
    name: 'authorize',
    happens: 'the money is held, and taken when it ships',
    order: one({ policy: { payment: 'AUTHORIZE' } }),
    end: 'SHIPPED',
    money: 'held, then taken',
  },
  {
    name: 'authorize_cancelled',
    happens: 'cancelled at once, while the money is held or its label is booked: let go, no label left',
    order: one({ zipCode: SLOW_LABEL, policy: { payment: 'AUTHORIZE' } }),
    steps: [{ after: 'at once', ...c.cancel('ordered twice') }],
    end: 'CANCELLED',
    money: 'held, then let go',
  },
];

const BOUGHT = { productId: 'PROD-12345', quantity: 1 };

/** Somebody changes their mind. */
const CHANGES: readonly Scenario[] = [
  {
    name: 'cancel',
    happens: 'cancelled at once, while it is charged or its label is booked: refunded, no label left',
    order: one({ zipCode: SLOW_LABEL }),
    steps: [{ after: 'at once', ...c.cancel('ordered twice') }],
    end: 'CANCELLED',
    money: 'refunded in full',
  },
  {
    name: 'cancel_pending',
    happens: 'cancelled while the payment is pending: voided',
    order: pending(PATIENCE_S),
    steps: [{ after: 'Payment Pending', ...c.cancel('found it cheaper') }],
    ...cancelled,
  },
  {
    name: 'cancel_shipped',
    happens: 'cancelled with the parcel on its way: it arrives, goes back, and is refunded',
    order: one(),
    steps: [
      { after: 'Customer Notified', ...c.cancel('found it cheaper') },
      { after: 'Return Requested', ...c.carrierSays('DELIVERED') },
      { after: 'Shipment Delivered', ...c.receiveReturn() },
      { after: 'Return Received', ...c.inspectReturn([{ ...BOUGHT, outcome: 'RESTOCK' }]) },
    ],
    ...returned,
  },
  {
    name: 'address',
    happens: 'another address before the carrier came: a new label, the old one cancelled; then delivered',
    order: one(),
    steps: [
      {
        after: 'Customer Notified',
        ...c.moveTo({ street: '456 Oak Ave', city: 'Busan', country: 'KR', zipCode: '48058' }),
      },
      { after: 'Shipping Label Replaced', ...c.carrierSays('DELIVERED') },
    ],
    ...delivered,
  },
  {
    name: 'return',
    happens: 'one of two comes back after delivery: inspected, refunded, and in stock again',
    order: orderOf({ 'PROD-12345': 2 }),
    steps: [
      { after: 'Customer Notified', ...c.carrierSays('DELIVERED') },
      { after: 'Order Delivered', ...c.returnItems([BOUGHT], 'too small') },
      { after: 'Return Requested', ...c.receiveReturn() },
      { after: 'Return Received', ...c.inspectReturn([{ ...BOUGHT, outcome: 'RESTOCK' }]) },
    ],
    until: 'Inventory Restocked',
    end: 'DELIVERED',
    money: 'refunded in part',
  },
];

/** What carriers do with a parcel. */
const PARCELS: readonly Scenario[] = [
  {
    name: 'delivered',
    happens: 'the carrier tells of each step, in the wrong order and one twice',
    order: one(),
    steps: [
      { after: 'Customer Notified', ...c.carrierSays('IN_TRANSIT', 'PICKED_UP', 'IN_TRANSIT') },
      { after: 'Shipment Tracked', ...c.carrierSays('DELIVERED') },
    ],
    ...delivered,
  },
  {
    name: 'lost',
    happens: 'the carrier loses the parcel: refunded',
    order: one(),
    steps: [{ after: 'Customer Notified', ...c.carrierSays('LOST') }],
    end: 'FULFILLMENT_FAILED',
    money: 'refunded in full',
  },
  {
    name: 'sent_back',
    happens: 'nobody opens, so the carrier brings it back: refunded, and in stock again',
    order: one(),
    steps: [{ after: 'Customer Notified', ...c.carrierSays('RETURNED') }],
    ...returned,
  },
];

/** no carrier takes it, and the bank does not take the money back */
const unrefundable = one({ paymentMethod: 'pm_refund_refused', zipCode: '99999' });

/** What cannot be undone, and companies that are out of order. */
const TROUBLES: readonly Scenario[] = [
  {
    name: 'refund_settled',
    happens: 'no label, and the refund is refused for good: somebody gives it back by hand, and says so',
    order: unrefundable,
    steps: [
      {
        after: 'Attention Needed',
        ...c.resolve({ action: 'SETTLE', by: 'night shift', reference: 'bank transfer ORDER_ID' }),
      },
    ],
    end: 'FULFILLMENT_FAILED',
    money: 'given back by hand',
  },
  {
    name: 'refund_retried',
    happens: 'no label, and the refund is refused; once the bank accepts it, somebody has it tried again',
    order: unrefundable,
    steps: [
      { after: 'Attention Needed', ...c.switchProvider('payment', { refunds: 'accepted' }) },
      { after: 'at once', ...c.resolve({ action: 'RETRY', by: 'night shift' }) },
    ],
    end: 'FULFILLMENT_FAILED',
    money: 'refunded in full',
    alone: { restore: [c.switchProvider('payment', { refunds: 'refused' })] },
  },
  {
    name: 'outage',
    happens: 'the payment company is out of order, so the order waits; on again, it is charged and shipped',
    order: one(),
    steps: [{ after: 'Order Delayed', ...c.switchProvider('payment', { available: true }) }],
    alone: {
      before: [c.switchProvider('payment', { available: false })],
      restore: [c.switchProvider('payment', { available: true })],
    },
    ...shipped,
  },
];

/** What can happen to an order beside its straight way, and what is done to it for that. */
export const LIFE_SCENARIOS: readonly Scenario[] = [...SHORTAGES, ...PAYMENTS, ...CHANGES, ...PARCELS, ...TROUBLES];
