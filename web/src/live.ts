import { useEffect, useRef, useState } from 'preact/hooks';
import { ask } from './api';

/** How news comes: by a stream, by asking again and again, or not at all. */
export interface Link {
  state: 'connecting' | 'live' | 'polling' | 'offline' | 'ended';
  /** milliseconds since the epoch */
  since: number;
}

/** Milliseconds between two questions where no stream comes through. */
const POLL_MS = 5000;
/** Milliseconds before a stream that was refused is asked for again. */
const AGAIN_MS = 10_000;

interface Stream {
  url: string;
  /** what its events are called */
  event: string;
  /** called with the data of each */
  onNews: (data: string) => void;
  /** asks once instead; throws when nothing answers */
  poll: () => Promise<void>;
}

/**
 * Follows a stream; while it is broken, polls, and says so. Nothing is held open for a page that nobody sees: when it is
 * seen again the stream begins anew.
 */
export function useStream(stream: Stream | undefined): Link {
  const [link, setLink] = useState<Link>({ state: 'connecting', since: Date.now() });
  const latest = useRef(stream);
  latest.current = stream;

  useEffect(() => {
    if (stream === undefined) return undefined;
    return follow(stream.url, latest, (state) =>
      setLink((before) => (before.state === state ? before : { state, since: Date.now() })),
    );
  }, [stream?.url]);
  return link;
}

function follow(
  url: string,
  latest: { current: Stream | undefined },
  tell: (state: Link['state']) => void,
): () => void {
  let source: EventSource | undefined;
  let polling: number | undefined;
  let again: number | undefined;
  let isOver = false;

  const stopPolling = () => {
    clearInterval(polling);
    polling = undefined;
  };
  const close = () => {
    source?.close();
    source = undefined;
    clearTimeout(again);
    stopPolling();
  };
  const poll = async () => {
    const ok = await latest.current?.poll().then(
      () => true,
      () => false,
    );
    if (polling !== undefined) tell(ok ? 'polling' : 'offline');
  };
  const fallBack = () => {
    if (polling === undefined) {
      polling = window.setInterval(() => void poll(), POLL_MS);
      void poll();
    }
    // a broken connection is tried again by the browser, a refused one is not
    if (source?.readyState !== EventSource.CLOSED) return;
    source = undefined;
    clearTimeout(again);
    again = window.setTimeout(open, AGAIN_MS);
  };
  const open = () => {
    const { event = 'message' } = latest.current ?? {};
    source = new EventSource(url);
    source.addEventListener('open', () => {
      stopPolling();
      tell('live');
    });
    source.addEventListener(event, ({ data }: MessageEvent<string>) => latest.current?.onNews(data));
    source.addEventListener('end', () => {
      isOver = true;
      close();
      tell('ended');
    });
    source.addEventListener('error', fallBack);
  };
  const followSight = () => {
    if (isOver) return;
    close();
    if (document.visibilityState === 'hidden') return;
    // what happened meanwhile
    void latest.current?.poll().catch(() => undefined);
    open();
  };

  open();
  document.addEventListener('visibilitychange', followSight);
  return () => {
    document.removeEventListener('visibilitychange', followSight);
    close();
  };
}

/** What is read: what was read last stays while something is read. */
export interface Loaded<T> {
  data: T | undefined;
  /** of the last reading */
  error: unknown;
  isLoading: boolean;
  /** reads it again; throws when that fails */
  reload: () => Promise<void>;
}

interface Reading<T> {
  /** of what */
  path: string;
  data?: T;
  error?: unknown;
  isLoading: boolean;
}

/** Reads what is at a path, and again when the path changes. */
export function useLoaded<T>(
  path: string,
  read: (signal: AbortSignal) => Promise<T> = (signal) => ask<T>(path, signal),
): Loaded<T> {
  const [reading, setReading] = useState<Reading<T>>({ path, isLoading: true });
  const current = useRef<AbortController>();

  const reload = async () => {
    current.current?.abort();
    const controller = (current.current = new AbortController());
    setReading((before) => ({ ...before, isLoading: true }));
    try {
      const data = await read(controller.signal);
      setReading({ path, data, isLoading: false });
    } catch (error) {
      if (controller.signal.aborted) return;
      // what is shown of another place would not be what was asked for
      setReading((before) => ({ ...(before.path === path ? before : {}), path, error, isLoading: false }));
      throw error;
    }
  };
  useEffect(() => {
    void reload().catch(() => undefined);
    return () => current.current?.abort();
  }, [path]);
  return { data: reading.data, error: reading.error, isLoading: reading.isLoading || reading.path !== path, reload };
}

/** Calls `work` every so many milliseconds while it is wanted, and the page is seen. */
export function useInterval(work: () => unknown, ms: number | undefined): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    if (ms === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState !== 'hidden') latest.current();
    }, ms);
    return () => clearInterval(timer);
  }, [ms]);
}
