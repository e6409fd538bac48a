import { Type } from '@sinclair/typebox';
import { Flag, oneOf, Text, Time } from './parts';
import { CHANNELS } from '../domain/order';
import { ORIGIN, SCHEMA_VERSION } from '../domain/events';
import { TRACEPARENT_PATTERN } from '../domain/cause';

const Origin = Type.Literal(ORIGIN, { description: 'on everything that Waybill publishes' });
const EventId = Text('the same for the same event, however often it comes');
const Version = Type.Literal(SCHEMA_VERSION, { description: 'of this schema' });
const CorrelationId = Text('of what placed the order: the same in all of its events');
const CausationId = Text('of the request or event that caused this one, or the eventId of the one before it');
const Traceparent = Type.Optional(
  Type.String({ pattern: TRACEPARENT_PATTERN, description: 'W3C trace context, where the cause had one' }),
);

/** What every event of an order carries beside what it tells. */
export const ENVELOPE = {
  origin: Origin,
  eventId: EventId,
  orderId: Type.String(),
  sequence: Type.Integer({
    minimum: 1,
    description: 'of the event in its order, without gaps; they may come unordered',
  }),
  at: Time('when it was written'),
  schemaVersion: Version,
  correlationId: CorrelationId,
  causationId: CausationId,
  traceparent: Traceparent,
  customerId: Type.Optional(Text('who the order is for, where known')),
  channels: Type.Optional(Type.Array(oneOf(CHANNELS), { description: 'how the customer wants to be told' })),
  channelsByDefault: Type.Optional(Flag('the order chose none: `channels` has all')),
};

/** What an event carries that answers another and is none of an order's own. */
export const ANSWER_ENVELOPE = {
  origin: Origin,
  eventId: EventId,
  orderId: Type.String(),
  at: Time('when it was said'),
  schemaVersion: Version,
  correlationId: CorrelationId,
  causationId: CausationId,
  traceparent: Traceparent,
};

/** What an event from outside may carry beside what it tells. */
export const SENT_ENVELOPE = {
  schemaVersion: Type.Optional(Type.Literal(SCHEMA_VERSION, { description: 'of this schema; absent: 1' })),
  correlationId: Type.Optional(
    Text('on all that belongs together: the events of the order that this one places carry it on'),
  ),
  traceparent: Type.Optional(
    Type.String({ description: 'W3C trace context: the events that this one causes carry it on' }),
  ),
  replay: Type.Optional(
    Type.Object(
      { name: Type.String(), eventId: Text('of the event as it came first: the one that counts') },
      { description: 'of an event out of the archive' },
    ),
  ),
};
