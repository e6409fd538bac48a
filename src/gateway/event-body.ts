import type { FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import { fromCloudEvent } from '../messaging/cloud-event';
import { type InboundEvent, MAX_EVENT_BYTES, parseInboundEvent } from '../messaging/inbound-event';
import { ProblemError } from './problem';
import { memberOf } from '../messaging/json';
import { refused } from '../messaging/detail';

/** The media types of CloudEvents in their JSON format. */
export const CLOUD_EVENT = 'application/cloudevents+json';
export const CLOUD_EVENTS = 'application/cloudevents-batch+json';

/** Events in one request: as many as EventBridge puts, and SQS gives, in one; the engine takes them all at once. */
export const MAX_EVENTS = 10;

/** An event as it came, and as it would be kept: in EventBridge's envelope. */
export interface ArrivedEvent {
  event: InboundEvent;
  body: string;
}

/**
 * Reads the events of a request: in EventBridge's envelope, one or a list; or CloudEvents 1.0, structured, in a batch, or
 * binary.
 *
 * @throws ProblemError invalid_batch
 */
export function readEvents({ body, headers }: FastifyRequest): ArrivedEvent[] {
  switch (mediaTypeOf(headers)) {
    case CLOUD_EVENT:
      return [cloudEvent(body)];
    case CLOUD_EVENTS:
      return batchOf(body).map(cloudEvent);
    default:
      return isBinary(headers) ? [cloudEvent(binaryEvent(headers, body))] : batchOf(body).map(arrived);
  }
}

function batchOf(body: unknown): unknown[] {
  const events: unknown[] = Array.isArray(body) ? body : [body];
  if (events.length > 0 && events.length <= MAX_EVENTS) return events;
  throw new ProblemError('invalid_batch', { detail: `expected 1 to ${MAX_EVENTS} events, got ${events.length}` });
}

function cloudEvent(value: unknown): ArrivedEvent {
  const read = fromCloudEvent(value);
  if (read.kind === 'envelope') return arrived(read.envelope);
  const id = memberOf(value, 'id');
  return { event: { ...read, ...(typeof id === 'string' && id !== '' && { eventId: id }) }, body: '' };
}

function arrived(envelope: unknown): ArrivedEvent {
  const body = textOf(envelope);
  if (body === undefined || Buffer.byteLength(body) > MAX_EVENT_BYTES) {
    const reason = `expected an event that can be kept: at most ${MAX_EVENT_BYTES} bytes as JSON, not nested for ever`;
    return { event: refused(reason), body: '' };
  }
  return { event: parseInboundEvent(envelope), body };
}

function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? '';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

const PREFIX = 'ce-';

const isBinary = (headers: IncomingHttpHeaders): boolean =>
  ['specversion', 'id', 'type', 'source'].some((name) => headers[`${PREFIX}${name}`] !== undefined);

/** The attributes are headers, and the body is the data. */
function binaryEvent(headers: IncomingHttpHeaders, data: unknown): Record<string, unknown> {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), decoded(String(value))]);
  return { ...Object.fromEntries(attributes), data };
}

/** Whatever is no ASCII is percent-encoded; what is not well encoded is taken as it is. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const mediaTypeOf = ({ 'content-type': type = '' }: IncomingHttpHeaders): string =>
  type.split(';', 1)[0]!.trim().toLowerCase();
