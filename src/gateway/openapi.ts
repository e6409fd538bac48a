import type { FastifyInstance } from 'fastify';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { COMPONENTS } from './contract';
import { PROBLEMS } from './problem';

const DESCRIPTION = `Takes orders, and shows what becomes of them. Each order is a durable workflow: once an order is answered with
202 it goes on by itself, whatever fails.

Amounts are decimal numbers in major units of their currency. Times are ISO 8601, in UTC. Every answer carries
\`X-Request-Id\`, the caller's own when it sent one.

The events on the bus, and the messages of queues and topics, are described in [AsyncAPI](/asyncapi.json).

A browser's requests for pages of other sites change nothing: they are refused with \`other_site\`. A name that is not the
gateway's own (\`Host\`) is refused with \`unknown_host\`, where it listens on loopback or was told its names.

Errors are problems (RFC 9457, \`application/problem+json\`); their type ends with one of these codes:

| Code | Status | Title |
|---|---|---|
${Object.entries(PROBLEMS)
  .map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`)
  .join('\n')}
`;

// nothing from elsewhere; no forced https, for the reference is also read on plain loopback
const CSP = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'";

/** The API's description under `/openapi.json`, made from the schemas of the routes, and its reference under `/docs`. */
export function documentRoutes(app: FastifyInstance): void {
  for (const schema of COMPONENTS) app.addSchema(schema);
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Waybill', version: '1', description: DESCRIPTION },
      servers: [{ url: '/' }],
      tags: [
        { name: 'overview', description: 'How everything stands' },
        { name: 'orders', description: 'Place orders and follow them' },
        { name: 'changes', description: 'What customers and operations change of an order' },
        { name: 'returns', description: 'What comes back' },
        { name: 'events', description: 'Orders, payments and carriers’ updates as events' },
        { name: 'inventory', description: 'What can be ordered, and what arrives' },
        { name: 'customers', description: 'How they can be reached' },
        { name: 'webhooks', description: 'Who is told of events, signed' },
        { name: 'dead letters', description: 'What failed, and what is to be done about it' },
        { name: 'cases', description: 'What somebody has to see to' },
        { name: 'maintenance', description: 'The books held against each other, and the read model made again' },
        { name: 'audit', description: 'What operators did by hand, and why' },
        { name: 'breakers', description: 'Outside companies that are left alone because they are out of order' },
        { name: 'replays', description: 'Events of the past, once more' },
        { name: 'sandbox', description: 'What the sandbox providers did, and are to do; orders to try, and load' },
        { name: 'reports', description: 'What the events add up to' },
        { name: 'health', description: 'For those who run the service' },
      ],
    },
    refResolver: {
      buildLocalReference: ({ $id }, _base, _fragment, i) => (typeof $id === 'string' ? $id : `def-${i}`),
    },
  });
  void app.register(swaggerUi, { routePrefix: '/docs', staticCSP: CSP, uiConfig: { validatorUrl: null } });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
