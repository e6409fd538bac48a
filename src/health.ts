import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from './metrics';

export interface HealthServer {
  close(): void;
}

/** What a process needs, by the name that operations know it by; each rejects while it is down. */
export type Checks = Record<string, () => Promise<void>>;

/** How what a process needs stands. */
export type CheckResults = Record<string, 'ok' | 'down'>;

/** where a process without an API of its own answers: on loopback, so nobody else can ask, unless it is told otherwise */
const LOOPBACK = '127.0.0.1';
/** of each check; less than a health check waits: who asks hears a no rather than nothing */
const PATIENCE_MS = 2500;

/**
 * Says over HTTP that a process lives, for one that has no API of its own: `/livez` answers as long as it can answer at
 * all, `/readyz` asks whether it can do its work and names what is down in `checks`, `/metrics` tells what it counts.
 *
 * @param p.checks asked anew for each question, side by side; a failure is a no, and so is no answer within 2.5 s
 * @param p.isDraining then it is not ready, whatever the checks say
 * @param p.metrics of a process that counts something
 * @throws Error when the port is taken
 */
export async function serveHealth(p: {
  port: number;
  host?: string | undefined;
  checks: Checks;
  isDraining?: () => boolean;
  onDown?: (name: string, error: unknown) => void;
  metrics?: Pick<Metrics, 'text' | 'contentType'> | undefined;
}): Promise<HealthServer> {
  async function answerReady(response: ServerResponse): Promise<void> {
    const checks = await runChecks(p.checks, p.onDown);
    const isReady = !p.isDraining?.() && Object.values(checks).every((result) => result === 'ok');
    answer(response, isReady ? 200 : 503, { status: isReady ? 'ok' : 'down', checks });
  }

  const server = createServer((request, response) => {
    const respond = async () => {
      if (request.url === '/livez') answer(response, 200, { status: 'ok' });
      else if (request.url === '/readyz') await answerReady(response);
      else if (request.url === '/metrics' && p.metrics) await answerMetrics(response, p.metrics);
      else answer(response, 404, { status: 'unknown' });
    };
    respond().catch(() => response.destroy());
  });
  server.listen(p.port, p.host ?? LOOPBACK);
  await once(server, 'listening');
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Asks all of them side by side, each for 2.5 s at most. */
async function runChecks(
  checks: Checks,
  onDown: (name: string, error: unknown) => void = () => undefined,
): Promise<CheckResults> {
  const results = Object.entries(checks).map(async ([name, check]) => {
    const patience = new AbortController();
    try {
      await Promise.race([check(), tooLate(patience.signal)]);
      return [name, 'ok'] as const;
    } catch (error) {
      onDown(name, error);
      return [name, 'down'] as const;
    } finally {
      patience.abort();
    }
  });
  return Object.fromEntries(await Promise.all(results));
}

async function tooLate(signal: AbortSignal): Promise<void> {
  try {
    await delay(PATIENCE_MS, undefined, { signal });
  } catch {
    return;
  }
  throw new Error(`no answer within ${PATIENCE_MS} ms`);
}

async function answerMetrics(response: ServerResponse, metrics: Pick<Metrics, 'text' | 'contentType'>): Promise<void> {
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.contentType, connection: 'close' });
  response.end(text);
}

function answer(response: ServerResponse, status: 200 | 404 | 503, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
}
