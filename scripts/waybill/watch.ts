import { setTimeout as sleep } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Gateway, Session } from './desk';
import type { OrderStory } from '../../src/gateway/story-schemas';
import { printable } from '../lib/printable';
import { Trouble } from '../bootstrap/trouble.cjs';
import { wordsOf } from '../lib/gateway';

/** Milliseconds until a stream that was cut is opened again. */
const AGAIN_MS = 1000;
/** A stream that did not open so often in a row is not to be had. */
const PATIENCE = 30;

/**
 * Tells everything that happens to an order, as it happens, until it is closed. A stream that is cut is taken up again
 * after the last event that came.
 *
 * @returns the exit code: 1 when the order needs somebody or failed for good
 */
export async function watchOrder(session: Session, orderId: string): Promise<number> {
  const { asJson, write, paint } = session;
  const path = `/orders/${encodeURIComponent(orderId)}`;
  return session.follow(async (gateway, signal) => {
    let told = 0;
    const tellNews = async () => {
      const { timeline, stuck } = await gateway.get<OrderStory>(`${path}/story`);
      for (const { at, sequence, title, detail, operator } of timeline.filter((one) => one.sequence > told)) {
        const who = operator ? ` (${operator.by}${operator.reason === undefined ? '' : `: ${operator.reason}`})` : '';
        const what = `${title}${detail === undefined ? '' : `. ${detail}`}${who}`;
        write(`${paint('dim', clock(at))}  ${printable(what)}`);
        told = Math.max(told, sequence);
      }
      if (stuck && stuck.sentence !== lastStuck)
        write(`${paint('dim', clock(new Date().toISOString()))}  ${paint('yellow', printable(stuck.sentence))}`);
      lastStuck = stuck?.sentence;
    };
    let lastStuck: string | undefined;
    for await (const { data } of eventsOf(gateway, { path: `${path}/events`, signal })) {
      if (asJson) write(data);
      else if ((JSON.parse(data) as { sequence: number }).sequence > told)
        // a gateway that is away for a moment: it is told with what comes next
        await tellNews().catch(() => signal.throwIfAborted());
    }
    if (!asJson) await tellNews();
    const { status } = await gateway.get<{ status: string }>(path);
    return /FAILED|NEEDS_ATTENTION|UNAVAILABLE/.test(status) ? 1 : 0;
  }, 'Stopped watching; the order goes on.');
}

/** to the second, in the user's zone */
const clock = (at: string) => new Date(at).toTimeString().slice(0, 8);

/** The events of a stream until it says that it is over, however often it is cut. */
async function* eventsOf(
  gateway: Gateway,
  p: { path: string; signal: AbortSignal },
): AsyncGenerator<EventSourceMessage> {
  let lastId: string | undefined;
  for (let cuts = 0; cuts < PATIENCE; cuts++) {
    // a stream that opens is to be had, however little happens to the order
    for await (const message of oneStream(gateway, { ...p, lastId, onOpen: () => (cuts = 0) })) {
      if (message.event === 'end') return;
      lastId = message.id ?? lastId;
      yield message;
    }
    await sleep(AGAIN_MS, undefined, { signal: p.signal });
  }
  throw new Trouble(`Nothing answers at ${gateway.url} any more; the order goes on.`);
}

/** The events of one connection until it ends or breaks. */
async function* oneStream(
  { url }: Gateway,
  { path, signal, lastId, onOpen }: { path: string; signal: AbortSignal; lastId: string | undefined; onOpen(): void },
): AsyncGenerator<EventSourceMessage> {
  const headers = { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) };
  const response = await fetch(new URL(path, url), { headers, signal }).catch(() => undefined);
  signal.throwIfAborted();
  if (!response || response.status >= 500) return;
  if (response.status !== 200)
    throw new Trouble(
      `${url} answered GET ${path} with ${wordsOf({ status: response.status, body: await response.text() })}.`,
    );
  onOpen();
  const messages: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (message) => void messages.push(message) });
  const text = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      parser.feed(text.decode(chunk, { stream: true }));
      yield* messages.splice(0);
    }
  } catch {
    // cut: taken up again
    signal.throwIfAborted();
  }
}
