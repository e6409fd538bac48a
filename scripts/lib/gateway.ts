import { LOOPBACK } from './ports';
import { printable } from './printable';
import { portOf } from './settings';
import { Trouble } from '../bootstrap/trouble.cjs';

/**
 * The gateway of the system that `npm start` runs with the same environment, unless another one is named.
 *
 * @throws Trouble that says what was expected
 */
export function gatewayUrl({ WAYBILL_URL, PORT }: NodeJS.ProcessEnv, given?: string): string {
  const named = given ?? (WAYBILL_URL || undefined);
  if (named === undefined && PORT && Number(PORT) === 0)
    throw new Trouble(`PORT=${PORT} took any free port: name the gateway with --url.`);
  const url = named ?? `http://${LOOPBACK}:${portOf(PORT, 'PORT')}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new Trouble(`${url} is not an address like http://127.0.0.1:3000.`);
}

export interface GatewayOptions {
  /** of the gateway */
  url: string;
  /** nobody waits for its answers any more */
  signal?: AbortSignal;
  /** how long an answer may take, in milliseconds */
  timeoutMs?: number;
  /** what is said to do where it did not answer once; without it, it is one that did before */
  orElse?: string;
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
export function createGateway({ url, signal, timeoutMs = 10_000, orElse }: GatewayOptions) {
  let hasAnswered = orElse === undefined;

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const until = signal ? AbortSignal.any([timeout, signal]) : timeout;
    try {
      const response = await fetch(new URL(path, url), { ...init, signal: until });
      hasAnswered = true;
      return { status: response.status, body: await response.text() };
    } catch {
      if (!timeout.aborted) throw unanswered();
      throw new Trouble(`${url} did not answer ${init.method ?? 'GET'} ${path} within ${timeoutMs / 1000} s.`);
    }
  }

  const unanswered = (): Trouble =>
    new Trouble(`Nothing answers at ${url}${hasAnswered ? ` any more; ${GOES_ON}` : `: ${orElse}`}.`);

  /** With all that is wrong, where the answer says it. */
  const refused = (request: string, answer: Answer): Trouble => {
    const { errors = [] } = (parse(answer.body) ?? {}) as { errors?: { pointer: string; detail: string }[] };
    const details = errors.map(({ pointer, detail }) => `\n  ${printable(`${pointer.slice(1)}: ${detail}`)}`).join('');
    return new Trouble(`${url} answered ${request} with ${wordsOf(answer)}.${details}`);
  };

  /** The thing, unless the answer is that it is not there; Trouble when the answer is an error. */
  async function find<T>(path: string): Promise<T | undefined> {
    const answer = await ask(path);
    if (answer.status === 404) return undefined;
    const found = parse(answer.body);
    if (answer.status === 200 && found !== undefined) return found as T;
    throw refused(`GET ${path}`, answer);
  }

  /** The thing; Trouble when it is not there, too. */
  async function get<T>(path: string): Promise<T> {
    const answer = await ask(path);
    const found = parse(answer.body);
    if (answer.status === 200 && found !== undefined) return found as T;
    throw refused(`GET ${path}`, answer);
  }

  /** What a request to do something is answered with; Trouble, with all that is wrong, when it is refused. */
  async function post<T>(path: string, body: object = {}, headers: Record<string, string> = {}): Promise<T> {
    const answer = await ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    const said = parse(answer.body);
    if ((answer.status === 200 || answer.status === 202) && said !== undefined) return said as T;
    throw refused(`POST ${path}`, answer);
  }

  /**
   * A stream of events that opened; undefined where one that answered before is away for a moment.
   *
   * @throws Trouble when it is not to be had
   */
  async function open(path: string, headers: Record<string, string>): Promise<Response | undefined> {
    const asked = { headers: { accept: 'text/event-stream', ...headers }, ...(signal && { signal }) };
    const response = await fetch(new URL(path, url), asked).catch(() => undefined);
    signal?.throwIfAborted();
    if (response?.status !== 200) {
      if (hasAnswered && (!response || response.status >= 500)) return undefined;
      throw response ? refused(`GET ${path}`, { status: response.status, body: await response.text() }) : unanswered();
    }
    hasAnswered = true;
    return response;
  }

  return { url, hasAnswered: () => hasAnswered, ask, find, get, post, open };
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
  return said === '' ? `${status}` : `${status}: ${printable(said)}`;
}
