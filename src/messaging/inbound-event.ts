import { ORIGIN } from '../domain/events';
import { type CarrierToldEvent, parseCarrierUpdate } from './carrier-event';
import { type OrderPaidEvent, parsePaymentCompleted, parsePaymentFailed, type PaymentToldEvent } from './payment-event';
import { type OrderPlacedEvent, parseOrderPlaced } from './order-placed';
import { type Refused, refused } from './detail';
import { shown } from './reason';
import { traceparentOf } from '../domain/cause';

/** What an event from outside says, whichever way it came. */
type Content =
  | OrderPlacedEvent
  | PaymentToldEvent
  | OrderPaidEvent
  | CarrierToldEvent
  /** one of those that Waybill publishes, come back */
  | { kind: 'own' }
  /** E3 brings it into the queue that carriers' updates come by */
  | { kind: 'shipped-elsewhere' }
  | Refused;

/** An event from outside, parsed once; `eventId` and `traceparent`, W3C, are the sender's. */
export type InboundEvent = Content & { eventId?: string; traceparent?: string };

interface Supported {
  source: string;
  parse(detail: unknown): Content;
}

/** What starts or moves a workflow, by its detail-type. */
const SUPPORTED = new Map<unknown, Supported>([
  ['Order Placed', { source: 'ecommerce.orders', parse: parseOrderPlaced }],
  ['Payment Completed', { source: 'payment.service', parse: parsePaymentCompleted }],
  ['Payment Failed', { source: 'payment.service', parse: parsePaymentFailed }],
  ['Carrier Update', { source: 'carrier.updates', parse: parseCarrierUpdate }],
  ['Shipment Created', { source: 'shipping.service', parse: () => ({ kind: 'shipped-elsewhere' }) }],
]);

/** Parses the body of a message: one event. */
export function parseMessage(body: string): InboundEvent {
  return parseInboundEvent(parseJson(body));
}

/** Parses an event in the envelope that EventBridge puts around it. */
export function parseInboundEvent(value: unknown): InboundEvent {
  if (!isObject(value)) return refused('expected an EventBridge event as JSON');
  const { id, detail } = value;
  const traceparent = isObject(detail) ? traceparentOf(detail['traceparent']) : undefined;
  return {
    ...contentOf(value),
    ...(typeof id === 'string' && id !== '' && { eventId: id }),
    ...(traceparent !== undefined && { traceparent }),
  };
}

function contentOf({ source, 'detail-type': detailType, detail }: Record<string, unknown>): Content {
  const origin = originOf(detail);
  if (origin === ORIGIN) return { kind: 'own' };
  const supported = SUPPORTED.get(detailType);
  if (!supported) return refused(`expected detail-type ${oneOf(SUPPORTED.keys())}, got ${shown(detailType)}`);
  if (source !== supported.source) return refused(`expected source ${shown(supported.source)}, got ${shown(source)}`);
  // no rule of ours takes it either, so it is told instead of being taken by one way in and not by the other
  if (origin !== undefined)
    return refused(`detail/origin: expected none, or "${ORIGIN}" on what Waybill publishes, got ${shown(origin)}`);
  return supported.parse(detail);
}

const originOf = (detail: unknown): unknown =>
  isObject(detail) && Object.hasOwn(detail, 'origin') ? detail['origin'] : undefined;

const oneOf = (names: Iterable<unknown>): string => [...names].map(shown).join(' or ');

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
