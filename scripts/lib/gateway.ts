import { Trouble } from '../bootstrap/trouble.cjs';

export interface GatewayOptions {
  /** of the gateway */
  url: string;
  /** nobody waits for its answers any more */
  signal?: AbortSignal;
  /** how long an answer may take, in milliseconds */
  timeoutMs?: number;
}

interface Answer {
  status: number;
  body: string;
}

const GOES_ON = 'orders that have not ended go on when the system runs again';

/**
 * The HTTP API as programs for people call it.
 *
 * Each throws Trouble in one sentence when nothing answers, and when it takes too long.
 */
export function createGateway({ url, signal, timeoutMs = 10_000 }: GatewayOptions) {
  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const until = signal ? AbortSignal.any([timeout, signal]) : timeout;
    try {
      const response = await fetch(new URL(path, url), { ...init, signal: until });
      return { status: response.status, body: await response.text() };
    } catch {
      if (!timeout.aborted) throw new Trouble(`Nothing answers at ${url} any more; ${GOES_ON}.`);
      throw new Trouble(`${url} did not answer ${init.method ?? 'GET'} ${path} within ${timeoutMs / 1000} s.`);
    }
  }

  /** The thing, unless the answer is that it is not there; Trouble when the answer is an error. */
  async function find<T>(path: string): Promise<T | undefined> {
    const answer = await ask(path);
    if (answer.status === 404) return undefined;
    const found = parse(answer.body);
    if (answer.status === 200 && found !== undefined) return found as T;
    throw new Trouble(`${url} answered GET ${path} with ${wordsOf(answer)}.`);
  }

  return { url, ask, find };
}

/** undefined when it is not JSON */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** An answer in words: what its problem says, where it is one. */
export function wordsOf({ status, body }: Answer): string {
  const problem = parse(body) as { title?: string; detail?: string } | null | undefined;
  if (status === 200) return 'what is not JSON: is another server there';
  const said = [problem?.title, problem?.detail].filter((text) => text !== undefined).join(': ');
  return said === '' ? `${status}` : `${status}: ${said}`;
}
