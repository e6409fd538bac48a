import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { asyncApiDocument } from '../../contracts/asyncapi';
import { PROMISES } from '../../contracts/catalogue';
import { problems } from '../contract';
import { ProblemError } from '../problem';

const ASYNCAPI = 'application/vnd.aai.asyncapi+json; version=3.0.0';
const JSON_SCHEMA = 'application/schema+json';

const schema = {
  tags: ['events'],
  operationId: 'showSchema',
  summary: 'Show the schema of an event',
  description:
    'JSON Schema (draft 7) of the detail of one event, published or accepted, or of what is posted to webhooks. All of them, with the channels that they ' +
    'go over, are in `/asyncapi.json` (AsyncAPI 3).',
  params: Type.Object({ name: Type.String({ description: 'such as `published.order-created.v1`' }) }),
  response: {
    200: {
      description: 'The schema',
      content: { [JSON_SCHEMA]: { schema: Type.Object({}, { additionalProperties: true }) } },
    },
    ...problems('schema_not_found'),
  },
};

/** `GET /asyncapi.json`, `GET /schemas/{name}`: the events as others may rely on them. */
export function schemaRoutes(app: FastifyInstance): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();
  const document = JSON.stringify(asyncApiDocument());
  const schemas = new Map(PROMISES.map((contract) => [contract.name, JSON.stringify(contract.schema)]));

  app.get('/asyncapi.json', { schema: { hide: true } }, async (_request, reply) => reply.type(ASYNCAPI).send(document));

  routes.get('/schemas/:name', { schema }, async ({ params: { name } }, reply) => {
    const found = schemas.get(name);
    if (found === undefined)
      throw new ProblemError('schema_not_found', {
        detail: `expected a name of /asyncapi.json such as published.order-created.v1, got ${JSON.stringify(name)}`,
      });
    return reply.type(JSON_SCHEMA).send(found);
  });
}
