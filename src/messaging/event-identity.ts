import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json';
import { isPlainText, MAX_TEXT } from '../domain/order';
import { isObject, memberOf } from './json';

/** By what an event is known: its sender's id where it has one, and what it says. */
export interface EventIdentity {
  source: string;
  /** absent: it is known by what it says alone */
  eventId?: string;
  /** of its type and its detail, without what a replay adds, and the trace: who sends again may be in another one */
  fingerprint: string;
}

/** The id that counts of an event, when it has one: of one that is replayed, the one that it had at first. */
export function eventIdOf(event: Record<string, unknown>): string | undefined {
  const id = isReplay(event) ? memberOf(memberOf(event['detail'], 'replay'), 'eventId') : event['id'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** True when an event comes out of the archive. */
export const isReplay = ({ detail }: Record<string, unknown>): boolean => memberOf(detail, 'replay') !== undefined;

/** Why the id of an event is none that it could be remembered by. */
export function wrongIdOf(event: Record<string, unknown>): string | undefined {
  const where = isReplay(event) ? 'detail/replay/eventId' : 'id';
  const eventId = eventIdOf(event);
  // what the archive holds has an id: without it, nobody knows whether it was taken
  if (eventId === undefined)
    return isReplay(event) ? `${where}: expected the id that the event had at first` : undefined;
  if (eventId.length > MAX_TEXT) return `${where}: expected at most ${MAX_TEXT} characters, got ${eventId.length}`;
  return isPlainText(eventId) ? undefined : `${where}: expected a text without control characters`;
}

/** @param content what was read of the event */
export function identityOf(event: Record<string, unknown>, content: object): EventIdentity {
  const eventId = eventIdOf(event);
  const text = textOf(event) ?? canonicalJson(content);
  const fingerprint = createHash('sha256').update(text).digest('base64url');
  return { source: String(event['source']), ...(eventId !== undefined && { eventId }), fingerprint };
}

/** None of what is nested deeper than JSON is written; then what was read counts, which is flat. */
function textOf({ 'detail-type': type, detail }: Record<string, unknown>): string | undefined {
  try {
    const said = isObject(detail) ? { ...detail, replay: undefined, traceparent: undefined } : detail;
    return canonicalJson({ type, detail: said });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  }
}

/** The sender's mark on everything that belongs together, when it has one. */
export function correlationIdOf({ detail }: Record<string, unknown>): string | undefined {
  const id = memberOf(detail, 'correlationId');
  return typeof id === 'string' && id !== '' && id.length <= MAX_TEXT && isPlainText(id) ? id : undefined;
}
