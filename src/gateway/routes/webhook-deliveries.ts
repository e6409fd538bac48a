import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import { answer, problems } from '../contract';
import { found, isWebhookId, WebhookParams } from './webhooks';
import { ProblemError } from '../problem';
import { WebhookDeliveries, WebhookSending } from '../webhook-schemas';

const tags = ['webhooks'];
const DEFAULT_LIMIT = 50;

const listSchema = {
  tags,
  operationId: 'listWebhookDeliveries',
  summary: 'List what was sent to a webhook',
  description: 'Newest event first, each with its attempts; for 90 days. A delivery is there when it was first tried.',
  params: WebhookParams,
  querystring: Type.Object({
    cursor: Type.Optional(Type.String({ description: 'of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: `${DEFAULT_LIMIT} when absent` })),
  }),
  response: {
    200: answer(WebhookDeliveries, 'A page of deliveries'),
    ...problems('invalid_parameter', 'invalid_cursor', 'webhook_not_found'),
  },
};

const resendSchema = {
  tags,
  operationId: 'resendWebhookDelivery',
  summary: 'Send a message again',
  description:
    'Whatever became of it before, and also to a webhook that is disabled: at once, and where that fails as often as an ' +
    'event that is new. It has the same id and the same body. Of several requests at one time one message comes.',
  params: Type.Object({
    ...WebhookParams.properties,
    deliveryId: Type.String({ description: 'the id of the delivery' }),
  }),
  response: {
    202: answer(WebhookSending, 'It is on its way; the log tells what became of it'),
    ...problems('webhook_not_found', 'webhook_delivery_not_found'),
  },
};

const testSchema = {
  tags,
  operationId: 'testWebhook',
  summary: 'Send a message that tells nothing',
  description: 'A `waybill.test`, tried once; also to a webhook that is disabled. The log tells what became of it.',
  params: WebhookParams,
  response: { 202: answer(WebhookSending, 'It is on its way'), ...problems('webhook_not_found') },
};

/** What was sent to a webhook, and sending it again. */
export function webhookDeliveryRoutes(app: FastifyInstance, { webhooks, deliveries }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();
  const findWebhook = async (webhookId: string) =>
    found(webhookId, isWebhookId(webhookId) ? await webhooks.read(webhookId) : undefined);

  routes.get('/webhooks/:webhookId/deliveries', { schema: listSchema }, async ({ params: { webhookId }, query }) => {
    const { cursor, limit = DEFAULT_LIMIT } = query;
    if (cursor !== undefined && !isDeliveryId(cursor)) throw noCursor();
    await findWebhook(webhookId);
    const page = await webhooks.deliveries({ webhookId, limit, ...(cursor !== undefined && { before: cursor }) });
    return { deliveries: page.deliveries, ...(page.before !== undefined && { cursor: page.before }) };
  });

  routes.post(
    '/webhooks/:webhookId/deliveries/:deliveryId/resend',
    { schema: resendSchema },
    async ({ params: { webhookId, deliveryId } }, reply) => {
      await findWebhook(webhookId);
      const delivery = isDeliveryId(deliveryId) ? await webhooks.readDelivery({ webhookId, deliveryId }) : undefined;
      if (!delivery) throw deliveryNotFound(deliveryId);
      await deliveries.resend(delivery);
      return reply.code(202).send({ webhookId, deliveryId });
    },
  );

  routes.post('/webhooks/:webhookId/test', { schema: testSchema }, async ({ params: { webhookId } }, reply) => {
    await findWebhook(webhookId);
    const test = { webhookId, eventId: `test-${randomUUID()}`, at: new Date().toISOString() };
    return reply.code(202).send({ webhookId, deliveryId: await deliveries.test(test) });
  });
}

const isDeliveryId = (text: string): boolean => /^msg_[0-9a-z]{32}$/.test(text);

function noCursor(): ProblemError {
  const detail = 'expected the cursor of the page before, unchanged';
  return new ProblemError('invalid_cursor', { detail, errors: [{ pointer: '/cursor', code: 'invalid', detail }] });
}

const deliveryNotFound = (deliveryId: string) =>
  new ProblemError('webhook_delivery_not_found', {
    detail: `nothing was sent to the webhook as ${JSON.stringify(deliveryId)}`,
  });
