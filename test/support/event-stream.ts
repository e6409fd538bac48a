import { get, type IncomingHttpHeaders } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface ReceivedEvent {
  id?: string;
  event?: string;
  data: string;
}

/** A stream of server-sent events, read as a browser does, on a connection of its own. */
export interface ReceivedStream {
  status: number;
  headers: IncomingHttpHeaders;
  events: ReceivedEvent[];
  comments: number;
  /** milliseconds, of `retry` */
  retry?: number;
  /** of an answer that is no stream */
  body: string;
  /** how it ended, when it did: by the server's will, or cut */
  end?: 'ended' | 'cut';
  pause(): void;
  resume(): void;
  close(): void;
  /** Waits until it is so. */
  until(is: (stream: ReceivedStream) => boolean, what?: string): Promise<void>;
}

/** Resolves with the head of the answer. */
export function openStream(url: string, headers: Record<string, string> = {}): Promise<ReceivedStream> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers: { accept: 'text/event-stream', ...headers } });
    request.on('error', reject);
    request.on('response', (response) => {
      response.setEncoding('utf8');
      const stream: ReceivedStream = {
        status: response.statusCode ?? 0,
        headers: response.headers,
        events: [],
        comments: 0,
        body: '',
        pause: () => void response.pause(),
        resume: () => void response.resume(),
        close: () => void request.destroy(),
        async until(is, what = 'more of a stream') {
          for (const deadline = Date.now() + 20_000; !is(stream); await delay(10))
            if (Date.now() > deadline)
              throw new Error(`not in time: ${what}; got ${JSON.stringify(stream.events).slice(0, 500)}`);
        },
      };
      let rest = '';
      response.on('data', (text: string) => {
        if (!response.headers['content-type']?.startsWith('text/event-stream')) return void (stream.body += text);
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop()!;
        for (const block of blocks) take(stream, block);
        return undefined;
      });
      response.on('error', () => undefined);
      response.on('close', () => (stream.end = response.complete ? 'ended' : 'cut'));
      resolve(stream);
    });
  });
}

function take(stream: ReceivedStream, block: string): void {
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon === 0) stream.comments++;
    else fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
  }
  const { data, retry, ...rest } = fields;
  if (retry !== undefined) stream.retry = Number(retry);
  if (data !== undefined) stream.events.push({ ...rest, data });
}

/** The sequences of an order's events that a stream brought, in the order in which they came. */
export const sequencesOf = ({ events }: Pick<ReceivedStream, 'events'>): number[] =>
  events.filter(({ event }) => event === 'order-event').map(({ id }) => Number(id));
