import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { Overview } from '../overview-schemas';

const schema = {
  tags: ['overview'],
  operationId: 'getOverview',
  summary: 'Show how everything stands',
  description:
    'Orders by state, the last 24 hours, what is late or waits for somebody, dead letters, companies that are left alone, ' +
    'and queues; at most 2 s old, the queues 10 s. What cannot be read just now is named in `unavailable`, and shown as it ' +
    'was read last.',
  response: { 200: answer(Overview, 'The overview'), ...problems() },
};

/** `GET /overview`. */
export function overviewRoute(app: FastifyInstance, { overview }: GatewayDeps): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get('/overview', { schema }, () => overview.read());
}
