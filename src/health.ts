import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Metrics } from './metrics';

export interface HealthServer {
  close(): void;
}

/** where a process without an API of its own answers: on loopback only, so nobody else can ask */
const LOOPBACK = '127.0.0.1';
/** less than a health check waits: who asks hears a no rather than nothing */
const PATIENCE_MS = 3000;

/**
 * Says over HTTP that a process lives, for one that has no API of its own: `/livez` answers as long as it can answer at
 * all, `/readyz` asks whether it can do its work, `/metrics` tells what it counts.
 *
 * @param p.isReady asked anew for each question; a failure is a no, and so is no answer within 3 s
 * @param p.metrics of a process that counts something
 * @throws Error when the port is taken
 */
export async function serveHealth(p: {
  port: number;
  isReady: () => Promise<boolean>;
  metrics?: Pick<Metrics, 'text' | 'contentType'> | undefined;
}): Promise<HealthServer> {
  const server = createServer(async ({ url }, response) => {
    if (url === '/livez') answer(response, 200);
    else if (url === '/readyz') answer(response, (await saysYes(p.isReady())) ? 200 : 503);
    else if (url === '/metrics' && p.metrics) await answerMetrics(response, p.metrics);
    else answer(response, 404);
  });
  server.listen(p.port, LOOPBACK);
  await once(server, 'listening');
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function saysYes(question: Promise<boolean>): Promise<boolean> {
  const patience = new AbortController();
  const tooLate = delay(PATIENCE_MS, false, { signal: patience.signal });
  const yes = await Promise.race([question, tooLate]).catch(() => false);
  patience.abort();
  return yes;
}

async function answerMetrics(response: ServerResponse, metrics: Pick<Metrics, 'text' | 'contentType'>): Promise<void> {
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.contentType, connection: 'close' });
  response.end(text);
}

function answer(response: ServerResponse, status: 200 | 404 | 503): void {
  const words = { 200: 'ok', 404: 'unknown', 503: 'down' };
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify({ status: words[status] }));
}
