import { setTimeout as sleep } from 'node:timers/promises';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Gateway } from './desk';
import { Trouble } from '../bootstrap/trouble.cjs';

/** Milliseconds until a stream that was cut is opened again. */
const AGAIN_MS = 1000;
/** A stream that did not open so often in a row is not to be had. */
const PATIENCE = 30;

interface Following {
  path: string;
  signal: AbortSignal;
  /** said when nothing answers any more: what goes on without the stream */
  goesOn: string;
}

/**
 * The events of a stream until it says that it is over, however often it is cut: it is taken up again after the last
 * one that came.
 *
 * @throws Trouble when it is not to be had
 */
export async function* eventsOf(gateway: Gateway, { goesOn, ...p }: Following): AsyncGenerator<EventSourceMessage> {
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
  throw new Trouble(`Nothing answers at ${gateway.url} any more; ${goesOn}.`);
}

/** The events of one connection until it ends or breaks. */
async function* oneStream(
  gateway: Gateway,
  { path, signal, lastId, onOpen }: { path: string; signal: AbortSignal; lastId: string | undefined; onOpen(): void },
): AsyncGenerator<EventSourceMessage> {
  const response = await gateway.open(path, lastId === undefined ? {} : { 'last-event-id': lastId });
  if (!response) return;
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
