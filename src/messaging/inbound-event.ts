import { ORIGIN, SCHEMA_VERSION } from '../domain/events';
import { type CarrierToldEvent, parseCarrierUpdate } from './carrier-event';
import { type OrderPaidEvent, parsePaymentCompleted, parsePaymentFailed, type PaymentToldEvent } from './payment-event';
import { type OrderPlacedEvent, parseOrderPlaced } from './order-placed';
import { correlationIdOf, eventIdOf, type EventIdentity, identityOf, isReplay, wrongIdOf } from './event-identity';
import { type Refused, refused } from './detail';
import { shown } from './reason';
import { traceparentOf } from '../domain/cause';
import { isObject, memberOf, parseJson } from './json';

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

/**
 * An event from outside, parsed once. `eventId` is the sender's; of one that is replayed, the one that it had at first.
 */
export type InboundEvent = Content & {
  eventId?: string;
  /** absent where nothing is taken */
  identity?: EventIdentity;
  /** the sender's: what belongs together has the same one */
  correlationId?: string;
  /** W3C, the sender's */
  traceparent?: string;
  /** it comes out of the archive */
  isReplay?: true;
};

/** Bytes of an event: what EventBridge and our queues take. */
export const MAX_EVENT_BYTES = 256 * 1024;

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
  const bytes = Buffer.byteLength(body);
  if (bytes > MAX_EVENT_BYTES) return refused(`expected an event of at most ${MAX_EVENT_BYTES} bytes, got ${bytes}`);
  return parseInboundEvent(parseJson(body));
}

/** Parses an event in the envelope that EventBridge puts around it. */
export function parseInboundEvent(value: unknown): InboundEvent {
  if (!isObject(value)) return refused('expected an EventBridge event as JSON');
  const content = contentOf(value);
  const eventId = eventIdOf(value);
  const marks = { ...(eventId !== undefined && { eventId }), ...(isReplay(value) && { isReplay: true as const }) };
  if (!isTaken(content)) return { ...content, ...marks };
  const wrong = wrongIdOf(value);
  if (wrong !== undefined) return refused(wrong);
  const correlationId = correlationIdOf(value);
  const traceparent = traceparentOf(memberOf(value['detail'], 'traceparent')) ?? traceparentOf(value['traceparent']);
  return {
    ...content,
    ...marks,
    identity: identityOf(value, content),
    ...(correlationId !== undefined && { correlationId }),
    ...(traceparent !== undefined && { traceparent }),
  };
}

const isTaken = ({ kind }: Content): boolean => kind !== 'own' && kind !== 'shipped-elsewhere' && kind !== 'refused';

function contentOf({ source, 'detail-type': detailType, detail }: Record<string, unknown>): Content {
  const origin = memberOf(detail, 'origin');
  if (origin === ORIGIN) return { kind: 'own' };
  const supported = SUPPORTED.get(detailType);
  if (!supported) return refused(`expected detail-type ${oneOf(SUPPORTED.keys())}, got ${shown(detailType)}`);
  if (source !== supported.source) return refused(`expected source ${shown(supported.source)}, got ${shown(source)}`);
  // no rule of ours takes it either, so it is told instead of being taken by one way in and not by the other
  if (origin !== undefined)
    return refused(`detail/origin: expected none, or "${ORIGIN}" on what Waybill publishes, got ${shown(origin)}`);
  const version = memberOf(detail, 'schemaVersion');
  if (version !== undefined && version !== SCHEMA_VERSION)
    return refused(`detail/schemaVersion: expected ${SCHEMA_VERSION}, or none, got ${shown(version)}`);
  return supported.parse(detail);
}

const oneOf = (names: Iterable<unknown>): string => [...names].map(shown).join(' or ');
