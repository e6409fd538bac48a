import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { Liveness, Readiness } from '../schemas';
import { ProblemError } from '../problem';

const PING_LIMIT_MS = 2000;

const livenessSchema = {
  tags: ['health'],
  operationId: 'isLive',
  summary: 'Is the process alive?',
  description: 'Asks nobody else.',
  response: { 200: answer(Liveness, 'It is') },
};

const readinessSchema = {
  tags: ['health'],
  operationId: 'isReady',
  summary: 'Can it serve?',
  description: 'Asks the engine and the tables; the problem names what is down in `checks`.',
  response: { 200: answer(Readiness, 'It can'), ...problems('shutting_down') },
};

/** `/livez` and `/readyz`. */
export function healthRoutes(app: FastifyInstance, { orders, reader }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();
  // asked every few seconds: only worth a line when something is wrong
  const logLevel = 'warn';

  routes.get('/livez', { schema: livenessSchema, logLevel }, async () => ({ status: 'ok' as const }));

  routes.get('/readyz', { schema: readinessSchema, logLevel }, async ({ log }) => {
    const [engine, tables] = await Promise.all([answers(() => orders.ping(), log), answers(() => reader.ping(), log)]);
    if (engine && tables) return { status: 'ok' as const, checks: { engine: 'ok' as const, tables: 'ok' as const } };
    throw notReady({ engine: engine ? 'ok' : 'down', tables: tables ? 'ok' : 'down' });
  });
}

function notReady(checks: Record<string, 'ok' | 'down'>): ProblemError {
  const down = Object.keys(checks).filter((name) => checks[name] === 'down');
  return new ProblemError('service_unavailable', { detail: `down: ${down.join(', ')}`, extensions: { checks } });
}

async function answers(ping: () => Promise<void>, log: FastifyRequest['log']): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PING_LIMIT_MS} ms`)), PING_LIMIT_MS);
  });
  try {
    await Promise.race([ping(), limit]);
    return true;
  } catch (err) {
    log.warn({ err }, 'not ready');
    return false;
  } finally {
    clearTimeout(timer);
  }
}
