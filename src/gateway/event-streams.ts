import type { FastifyReply } from 'fastify';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { HEARTBEAT, sseRetry } from './sse';
import { ProblemError } from './problem';

/** Milliseconds between two heartbeats. */
const HEARTBEAT_MS = 15_000;
/** Milliseconds that readers have for what is on its way to them when the gateway stops. */
const GRACE_MS = 1000;
/** Milliseconds before a reader that lost its stream comes back: not all of them at once. */
const RETRY_MS = { from: 1000, to: 3000 };

export interface EventStream {
  /** @returns whether more can be taken; if not, `onReady` says when */
  write(text: string): boolean;
  end(): void;
}

export interface EventStreams {
  /** @throws ProblemError when as many are open as there may be, or the gateway stops */
  expectRoom(): void;
  /**
   * Answers with a stream of server-sent events.
   *
   * @param p.onReady the reader took what there was
   * @param p.onClose once, however it ended
   * @throws ProblemError as `expectRoom`
   */
  open(reply: FastifyReply, p: { onReady(): void; onClose(): void }): EventStream;
  /** Whether an answer became a stream, which goes on or has ended. */
  isStream(reply: FastifyReply): boolean;
  /** Ends all streams at once, and opens no other. */
  endAll(): Promise<void>;
  count(): number;
}

interface Limits {
  max: number;
  heartbeatMs?: number;
  /** one more is open, or one less */
  onCount?: (step: 1 | -1) => void;
}

interface Open {
  raw: ServerResponse;
  reply: FastifyReply;
  /** bytes that the reader had left at the last heartbeat; 0: it reads */
  left: number;
}

/**
 * The live streams of a gateway. One timer keeps them all alive. Whoever does not read gets no more than what it was given
 * before it stopped, and is dropped when it took nothing of that from one heartbeat to the next.
 *
 * @param p.max how many may be open at once
 * @param p.heartbeatMs between two heartbeats, in milliseconds
 */
export function createEventStreams({ max, heartbeatMs = HEARTBEAT_MS, onCount }: Limits): EventStreams {
  const open = new Set<Open>();
  const answers = new WeakSet<ServerResponse>();
  let isEnding = false;
  let beat: NodeJS.Timeout | undefined;

  function expectRoom(): void {
    if (isEnding) throw new ProblemError('shutting_down', { detail: 'open the stream again, to another server' });
    if (open.size >= max)
      throw new ProblemError('too_many_streams', { detail: `expected less than ${max} open streams; try again later` });
  }

  function keepAlive(): void {
    for (const stream of open) {
      const { raw, reply, left } = stream;
      // of what is ended nothing is written any more, and it is waited for only while it is read
      const isLeft = raw.writableNeedDrain || raw.writableEnded;
      if (!isLeft) {
        stream.left = 0;
        raw.write(HEARTBEAT);
      } else if (left === 0 || raw.writableLength < left) stream.left = raw.writableLength;
      else {
        reply.log.info({ bytes: raw.writableLength }, 'a reader of a stream does not read: it is dropped');
        raw.destroy();
      }
    }
  }

  function forget(stream: Open): void {
    open.delete(stream);
    onCount?.(-1);
    if (open.size > 0) return;
    clearInterval(beat);
    beat = undefined;
  }

  return {
    expectRoom,
    count: () => open.size,
    isStream: ({ raw }) => answers.has(raw),

    open(reply, { onReady, onClose }) {
      expectRoom();
      const { raw } = reply;
      // nothing of it comes back to Fastify, nor its time limit
      reply.hijack();
      const stream: Open = { raw, reply, left: 0 };
      open.add(stream);
      answers.add(raw);
      onCount?.(1);
      beat ??= setInterval(keepAlive, heartbeatMs).unref();
      raw.on('drain', onReady);
      // whoever goes away is no error
      raw.on('error', () => raw.destroy());
      const closed = () => {
        forget(stream);
        onClose();
      };
      // gone before its stream was there, it does not say so again
      if (raw.closed || raw.destroyed) setImmediate(closed);
      else raw.once('close', closed);
      raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...HEADERS });
      raw.write(sseRetry(RETRY_MS.from + Math.random() * (RETRY_MS.to - RETRY_MS.from)));
      return { write: (text) => !raw.writableEnded && raw.write(text), end: () => void raw.end() };
    },

    async endAll() {
      isEnding = true;
      const ended = [...open].map(({ raw }) => new Promise((resolve) => raw.once('close', resolve)));
      for (const { raw } of open) raw.end();
      const late = new AbortController();
      const grace = delay(GRACE_MS, undefined, { signal: late.signal }).catch(() => undefined);
      await Promise.race([Promise.all(ended), grace]);
      late.abort();
      for (const { raw } of open) raw.destroy();
    },
  };
}

const HEADERS = {
  'content-type': 'text/event-stream',
  // neither kept nor packed nor held back on its way
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  // a stream is the last answer on its connection
  connection: 'close',
};
