import { type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { type Channel, CHANNELS, MAX_TEXT, SHORTAGE_CHOICES } from '../domain/order';
import {
  isToldEvent,
  type Notification,
  notificationOf,
  type PublicDetail,
  shippedNotification,
  type ToldEvent,
  TOLD_EVENTS,
} from '../domain/notifications';
import { listed, shown } from './reason';
import { isObject, parseJson } from './json';

/** A message from the customer-notifications topic, parsed once. */
export type CustomerMessage =
  | {
      kind: 'notice';
      orderId: string;
      customerId: string;
      /** those that the order chose; absent: the customer's own preference holds */
      channels?: Channel[];
      notification: Notification;
    }
  /** nothing that the customer hears of */
  | { kind: 'nothing' }
  | { kind: 'refused'; reason: string };

const Id = Type.String({ minLength: 1, maxLength: MAX_TEXT });
const Text = Type.String();
const Time = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z$' });
const Amount = Type.Number();
const Items = Type.Array(Type.Object({ productId: Text, quantity: Type.Number() }));
const Shortages = Type.Array(Type.Object({ productId: Text, shortfall: Type.Number() }));
const Choice = Type.Union(SHORTAGE_CHOICES.map((choice) => Type.Literal(choice)));
const Channels = Type.Optional(Type.Array(Type.Union(CHANNELS.map((channel) => Type.Literal(channel)))));

/** What NotifyCustomer publishes, and the rule that tells of shipments made elsewhere. */
const Shipped = Type.Object({
  event: Type.Literal('Shipment Created'),
  orderId: Id,
  customerId: Id,
  notificationKey: Type.String({ minLength: 1, maxLength: 1024 }),
  message: Text,
  channels: Channels,
});

/** What the texts are made of, by the event that is told of; an event has more. */
const DETAILS: { [T in ToldEvent]: Record<string, TSchema> } = {
  'Inventory Reserved': {},
  'Decision Made': { choice: Choice },
  'Decision Requested': { unavailableItems: Shortages, choices: Type.Array(Choice), until: Time },
  'Order Backordered': { items: Items, until: Time },
  'Backorder Ended': { items: Items, reason: Text },
  'Payment Failed': { reason: Text },
  'Order Delayed': { dependency: Text, until: Time },
  'Shipment Delivered': { shipmentId: Id },
  'Order Cancelled': { reason: Text },
  'Order Fulfillment Failed': { reason: Text },
  'Inventory Shortage Reported': { unavailableItems: Shortages },
  'Payment Refunded': {
    amount: Amount,
    currency: Text,
    chargeKey: Text,
    refundKey: Type.Optional(Text),
    cause: Type.Optional(Text),
  },
  'Return Requested': { returnId: Id, items: Items },
  'Return Received': { returnId: Id },
  'Return Inspected': { returnId: Id, amount: Amount, currency: Text },
};

const Customer = { orderId: Id, customerId: Id, channels: Channels, channelsByDefault: Type.Optional(Type.Boolean()) };

/** Parses the body of a message: what was published, alone or in the envelope of the topic. */
export function parseCustomerMessage(body: string): CustomerMessage {
  const message = published(body);
  if (!isObject(message)) return refused('expected a notification as JSON');
  if ('notificationKey' in message) return parseShipped(message);
  const { event, detail } = message;
  if (!isToldEvent(event)) return refused(`expected event ${TOLD_EVENTS.map(shown).join(' or ')}, got ${shown(event)}`);
  return parseEvent(event, detail);
}

function parseShipped(message: object): CustomerMessage {
  if (!Value.Check(Shipped, message)) return refused(problemsOf(Shipped, message));
  const { orderId, customerId, channels, notificationKey: key, message: text } = message;
  const notification = shippedNotification({ orderId, key, text });
  return { kind: 'notice', orderId, customerId, ...(channels && { channels }), notification };
}

function parseEvent(event: ToldEvent, detail: unknown): CustomerMessage {
  const schema = Type.Object({ ...Customer, ...DETAILS[event] });
  if (!Value.Check(schema, detail)) return refused(problemsOf(schema, detail, 'detail'));
  const { orderId, customerId, channels, channelsByDefault } = detail;
  const notification = notificationOf(event, detail as unknown as PublicDetail<ToldEvent>);
  if (!notification) return { kind: 'nothing' };
  const chosen = channelsByDefault ? undefined : channels;
  return { kind: 'notice', orderId, customerId, ...(chosen && { channels: chosen }), notification };
}

const refused = (reason: string) => ({ kind: 'refused' as const, reason });

/** says where, and not what: a reason is logged */
const problemsOf = (schema: TSchema, value: unknown, where = '') =>
  listed([...Value.Errors(schema, value)].map(({ path, message }) => `${where}${path}: ${message}`));

function published(body: string): unknown {
  const outer = parseJson(body);
  return isObject(outer) && typeof outer['Message'] === 'string' ? parseJson(outer['Message']) : outer;
}
