import type { Contract } from './contract';
import type { OtherMessageName } from './messages';
import { CONTRACTS } from './catalogue';
import { PROJECTED_EVENTS } from '../domain/projections';
import { PUBLIC_EVENTS } from '../domain/webhooks';

/** Where messages are sent or read. */
export interface Channel {
  kind: 'bus' | 'queue' | 'topic' | 'http' | 'webhook';
  says: string;
  /** what Waybill does there: it reads its queues, and what a rule or a topic brings into them is sent elsewhere */
  does: ('send' | 'receive')[];
  contracts: readonly Contract[];
  others?: readonly OtherMessageName[];
}

const select = (direction: Contract['direction'], types?: Iterable<string>) => {
  const wanted = types && new Set(types);
  return CONTRACTS.filter((one) => one.direction === direction && (!wanted || wanted.has(one.type)));
};

const published = (...types: string[]) => select('published', types);
const accepted = (...types: string[]) => select('accepted', types);
const ofStatus = select('published', PROJECTED_EVENTS);
const told: OtherMessageName[] = ['shipping-notice', 'customer-event'];
const PAYMENT = ['Payment Completed', 'Payment Failed'];

type Doing = Channel['does'][number];

const queue = (does: Doing | Doing[], says: string, of: Partial<Channel>): Channel => ({
  kind: 'queue',
  does: [does].flat(),
  says,
  contracts: [],
  ...of,
});
const topic = (says: string, of: Partial<Channel>): Channel => ({
  kind: 'topic',
  does: ['send'],
  says,
  contracts: [],
  ...of,
});

/** Every channel by its address: the names that the stack gives without a prefix. */
export const CHANNELS: Record<string, Channel> = {
  waybill: {
    kind: 'bus',
    does: ['send', 'receive'],
    says: 'The bus: everything that happens to an order, and what others tell of it. At least once, in no order.',
    contracts: CONTRACTS,
  },
  '/events': {
    kind: 'http',
    does: ['receive'],
    says: 'For API destinations and whoever else delivers events: one in its envelope, or a list.',
    contracts: select('accepted'),
  },
  'order-intake-queue': queue('receive', 'Orders.', { contracts: accepted('Order Placed') }),
  'inventory-check-queue': queue('receive', 'The same orders, as stock enquiries.', {
    contracts: accepted('Order Placed'),
  }),
  'payment-processing-queue': queue('receive', 'What payment companies tell.', { contracts: accepted(...PAYMENT) }),
  'tracking-update-queue': queue('receive', 'What carriers tell, and shipments.', {
    contracts: [...accepted('Carrier Update', 'Shipment Created'), ...published('Shipment Created')],
  }),
  'partial-inventory-queue': queue(['send', 'receive'], 'Orders of which a part is there.', {
    others: ['partial-inventory-report'],
  }),
  'shipping-queue': queue(['send', 'receive'], 'What warehouses are to pack.', { others: ['packing-instruction'] }),
  'order-status-queue': queue('receive', 'Events that change the status of an order, or count in reports.', {
    contracts: ofStatus,
  }),
  'analytics-queue': queue('receive', 'The same events, for reports.', { contracts: ofStatus }),
  'email-queue': queue('receive', 'What customers are told by e-mail.', { others: told }),
  'sms-queue': queue('receive', 'What customers are told by SMS.', { others: told }),
  'push-queue': queue('receive', 'What customers are told by push.', { others: told }),
  'reorder-queue': queue('receive', 'Alerts that more stock would end.', {
    others: ['shortage-alert', 'low-stock-alert'],
  }),
  'webhook-events-queue': queue('receive', 'Events that shops may hear of.', {
    contracts: published(...PUBLIC_EVENTS),
  }),
  'replay-queue': queue('receive', 'What comes out of the archive, with the name of its replay around it.', {
    contracts: CONTRACTS,
  }),
  'replay-sandbox-queue': queue('send', 'The same, where somebody wants to look at it first.', {
    contracts: CONTRACTS,
  }),
  webhooks: {
    kind: 'webhook',
    does: ['send'],
    says: 'What shops subscribed to, at the address that each of them gave.',
    contracts: [],
    others: ['webhook-message'],
  },
  'customer-notifications': topic('What customers are told; by `channels` it goes to three queues.', { others: told }),
  'order-status': topic('Events that change the status of an order, or count in reports.', { contracts: ofStatus }),
  'order-confirmation': topic('Payments that completed, as companies and as orders tell it.', {
    contracts: [...published('Payment Completed'), ...accepted('Payment Completed')],
  }),
  'inventory-alerts': topic('Stock that is missing or runs out.', { others: ['shortage-alert', 'low-stock-alert'] }),
  'operations-alerts': topic('What operations have to see to; the alarms of the stack as well.', {
    others: [
      'operations-alert',
      'late-refund-alert',
      'overdue-supply-alert',
      'dead-letter-alert',
      'case-alert',
      'webhook-disabled-alert',
    ],
  }),
};
