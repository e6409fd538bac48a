import type { EventType } from './events';
import { keys, type OrderId } from './ids';
import { ORIGIN } from './events';

/** A message as a rule makes it: `field` stands for what the event has at a place such as `$.detail.orderId`. */
export type RuleMessage = (field: (path: string) => string) => Record<string, unknown>;

/** What a rule hands to its topic: the event as it is, or a message that it makes of it. */
export type Handed = 'EVENT' | RuleMessage;

/** The rules that feed a topic, by their names, with what they hand to it; `infra/` makes the rules of it. */
export const TOPIC_RULES = {
  OrderConfirmationRule: 'EVENT',
  OrderStatusRule: 'EVENT',
  ShippingNotificationRule: shipmentNotification,
  LowStockRule: lowStockAlert,
  CustomerEventsRule: customerEvent,
  OperationsRule: operationsAlert,
} as const satisfies Record<string, Handed>;

/**
 * The message that NotifyCustomer publishes, under its key, so that whoever delivers it knows a repeated one. A field
 * that an event lacks would leave a hole in it, so it has only those that the rule asks for.
 */
function shipmentNotification(field: (path: string) => string) {
  const orderId = field('$.detail.orderId') as OrderId;
  return {
    orderId,
    event: 'Shipment Created' satisfies EventType,
    message: `Your order ${orderId} is on its way.`,
    customerId: field('$.detail.customerId'),
    notificationKey: keys.notify(orderId),
  };
}

/** The message of a product that runs out; of the same topic as the shortage that an order met. */
function lowStockAlert(field: (path: string) => string) {
  return {
    alert: 'low-stock',
    orderId: field('$.detail.orderId'),
    items: field('$.detail.items'),
    key: field('$.detail.eventId'),
    at: field('$.detail.at'),
    origin: ORIGIN,
  };
}

/**
 * An event as the topic of customers takes it: `channels` outside, where the filters of the queues look. The customer
 * stays inside: any text may be in that id, and only what is passed on as a whole is sure to stay JSON.
 */
function customerEvent(field: (path: string) => string) {
  return {
    orderId: field('$.detail.orderId'),
    event: field('$.detail-type'),
    // with every customer there are channels
    channels: field('$.detail.channels'),
    detail: field('$.detail'),
  };
}

/** For people: what, of which order; and in `detail` step, error, and the money at stake, where there are any. */
function operationsAlert(field: (path: string) => string) {
  return {
    alert: `${field('$.detail-type')}: order ${field('$.detail.orderId')}`,
    time: field('$.time'),
    detail: field('$.detail'),
  };
}

/** What a topic was to get of an event, or why nobody knows that. */
export type Remade = { message: string } | { problem: string };

/**
 * Makes again what a rule was to hand to its topic.
 *
 * @param p.ruleArn its name may have an installation's prefix
 * @param p.body the event, as EventBridge keeps it when the topic did not take it
 */
export function messageOfRule({ ruleArn, body }: { ruleArn: string; body: string }): Remade {
  const name = ruleArn.split('/').at(-1) ?? '';
  const [, handed] = Object.entries<Handed>(TOPIC_RULES).find(([rule]) => name.endsWith(rule)) ?? [];
  if (!handed) return { problem: `rule ${name === '' ? '(not said)' : name} is none of ours that feeds a topic` };
  const event = eventIn(body);
  if (!event) return { problem: 'its body is no event of EventBridge: expected `detail-type` and `detail`' };
  return { message: handed === 'EVENT' ? body : JSON.stringify(filled(handed, event)) };
}

type BusEvent = Record<string, unknown>;

function eventIn(body: string): BusEvent | undefined {
  try {
    const parsed = JSON.parse(body) as unknown;
    const event = typeof parsed === 'object' && parsed !== null ? (parsed as BusEvent) : {};
    const isEvent = typeof event['detail-type'] === 'string' && typeof event['detail'] === 'object' && event['detail'];
    return isEvent ? event : undefined;
  } catch {
    return undefined;
  }
}

const PLACE = /<(\$[\w.-]+)>/g;
const ONLY_PLACE = /^<(\$[\w.-]+)>$/;

/** As EventBridge fills it: a place alone is replaced by whatever is there, within a text by its text. */
function filled(made: RuleMessage, event: BusEvent): Record<string, unknown> {
  const fill = (value: unknown): unknown => {
    if (typeof value !== 'string') return value;
    const [, alone] = ONLY_PLACE.exec(value) ?? [];
    if (alone !== undefined) return at(event, alone);
    return value.replaceAll(PLACE, (_text, path: string) => textOf(at(event, path)));
  };
  return Object.fromEntries(Object.entries(made((path) => `<${path}>`)).map(([name, value]) => [name, fill(value)]));
}

const at = (event: BusEvent, path: string): unknown =>
  path
    .split('.')
    .slice(1)
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], event);

const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
