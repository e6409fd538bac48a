import { Type } from '@sinclair/typebox';
import { type EventType, EVENT_SOURCES, ORIGIN } from '../domain/events';
import type { OrderId } from '../domain/ids';
import { detailParser, type Refused, refused, requireOrderId } from './detail';
import { shown } from './reason';
import { parseJson } from './json';

/** One of our own events, as it comes back over the bus: that an order has an event of this number. */
export interface OrderNews {
  kind: 'news';
  type: EventType;
  orderId: OrderId;
  sequence: number;
}

const Detail = Type.Object({
  origin: Type.Optional(Type.String()),
  orderId: Type.Optional(Type.String()),
  sequence: Type.Optional(Type.Number()),
});

const parseDetail = detailParser(Detail, (detail, fail) => {
  if (detail.origin !== ORIGIN) fail('/origin', 'invalid', `expected "${ORIGIN}", got ${shown(detail.origin)}`);
  const orderId = requireOrderId(detail.orderId, fail);
  const { sequence = 0 } = detail;
  if (!Number.isSafeInteger(sequence) || sequence < 1)
    fail('/sequence', 'invalid', `expected the number of an event, from 1, got ${shown(detail.sequence)}`);
  return orderId && { orderId, sequence };
});

/** Parses the body of a message; of what the event tells only that there is news, for the tables know the rest. */
export function parseOrderNews(body: string): OrderNews | Refused {
  const event = parseJson(body);
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    return refused('expected an EventBridge event as JSON');
  const { 'detail-type': type, detail } = event as Record<string, unknown>;
  if (!isEventType(type)) return refused(`expected the detail-type of an event of ours, got ${shown(type)}`);
  const parsed = parseDetail(detail);
  return 'kind' in parsed ? parsed : { kind: 'news', type, ...parsed };
}

const isEventType = (type: unknown): type is EventType =>
  typeof type === 'string' && Object.hasOwn(EVENT_SOURCES, type);
