import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { Webhook } from 'standardwebhooks';
import type { WebhookAnswer, WebhookMessage, WebhookSender } from '../../activities/webhook-ports';
import { PrivateAddressError, publicLookup, type Resolve } from './public-lookup';
import { retryAfterSeconds } from './retry-after';
import { webhookUrlProblem } from '../../domain/webhook-address';

/** Bytes of an answer that are read. */
const MAX_ANSWER = 1024;
const USUAL_TIMEOUT_MS = 15_000;

/**
 * Posts messages as Standard Webhooks has them. Follows no redirects, reads the beginning of an answer only, and
 * connects to the internet only.
 *
 * @param p.allowPrivate connects to every address, without TLS too
 * @param p.timeoutMs milliseconds for all of an attempt
 * @param p.resolve instead of the system's
 */
export function createWebhookSender(p: {
  allowPrivate: boolean;
  timeoutMs?: number;
  resolve?: Resolve;
}): WebhookSender {
  const { allowPrivate, timeoutMs = USUAL_TIMEOUT_MS } = p;
  const lookup = allowPrivate ? {} : { lookup: publicLookup(p.resolve) };
  return {
    async send(message) {
      // an address without a name is looked up by nobody
      const problem = webhookUrlProblem(message.url, { allowPrivate });
      if (problem !== undefined) return { error: problem };
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        return await post(message, { signal, ...lookup });
      } catch (error) {
        return { error: signal.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error) };
      }
    },
  };
}

function post(
  message: WebhookMessage,
  options: { signal: AbortSignal; lookup?: ReturnType<typeof publicLookup> },
): Promise<WebhookAnswer> {
  const request = message.url.startsWith('https:') ? requestTls : requestPlain;
  return new Promise((resolve, reject) => {
    // without an agent there is a connection of its own for each attempt, looked up anew
    const sent = request(message.url, { ...options, method: 'POST', agent: false, headers: headersOf(message) });
    // a server that wants to speak something else from here on ends it without an error
    const close = () => reject(new Error('closed without an answer'));
    sent.on('error', reject).on('close', close);
    sent.on('response', (response) => {
      // from here on there is an answer, however it ends
      sent.off('close', close).off('error', reject);
      sent.on('error', () => undefined);
      void beginningOf(response).then((body) => resolve(answerOf(response, body)));
    });
    sent.end(message.body);
  });
}

function headersOf({ id, at, body, secrets }: WebhookMessage): Record<string, string | number> {
  const time = new Date(at);
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Waybill-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': Math.floor(time.getTime() / 1000),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, time, body)).join(' '),
  };
}

/** The first bytes of an answer; what was there when it broke off or took too long. Its status counts all the same. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      // leaving the loop hangs up
      if (bytes >= MAX_ANSWER) break;
    }
  } catch {
    // the answer has begun: it is one
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER).toString();
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: string): WebhookAnswer {
  const retryAfterS = retryAfterSeconds(headers['retry-after']);
  return { status: statusCode, body, ...(retryAfterS !== undefined && { retryAfterS }) };
}

const REASONS: Record<string, string> = {
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be resolved just now',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed without an answer',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host cannot be reached in time',
};

/** Why there was no answer, without the address. */
function reasonOf(error: unknown): string {
  if (error instanceof PrivateAddressError) return error.message;
  const { code = '' } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? `no answer (${/^\w+$/.test(code) ? code : 'not HTTP'})`;
}
