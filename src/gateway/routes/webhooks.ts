import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { Webhook as Subscribed } from '../../domain/webhooks';
import { answer, idempotencyKey, problems } from '../contract';
import { checkWebhook } from '../webhook-checks';
import { MAX_TEXT } from '../../domain/order';
import { ProblemError } from '../problem';
import {
  Webhook,
  WebhookChange,
  WebhookCreated,
  WebhookDeleted,
  WebhookRequest,
  Webhooks,
  WebhookSecret,
} from '../webhook-schemas';

const tags = ['webhooks'];
export const WebhookParams = Type.Object({ webhookId: Type.String({ description: 'the id of the webhook' }) });
const bodyProblems = problems.bind(
  undefined,
  'invalid_json',
  'body_too_large',
  'invalid_body',
  'unsupported_media_type',
);

const createSchema = {
  tags,
  operationId: 'createWebhook',
  summary: 'Subscribe to events',
  description:
    'Every event that happens from here on is posted to the URL, signed as Standard Webhooks has it with the secret that ' +
    'is answered here, and only here. Unknown names of events are refused with those that there are.',
  headers: Type.Object({
    'idempotency-key': idempotencyKey('The same owner and key give the same webhook; its secret is shown once only.'),
  }),
  body: WebhookRequest,
  response: {
    200: answer(WebhookCreated, 'It is there: the request was sent before', {
      'Idempotent-Replayed': Type.Literal('true'),
    }),
    201: answer(WebhookCreated, 'It listens', { Location: Type.String({ description: 'the path of the webhook' }) }),
    ...bodyProblems('invalid_parameter', 'webhook_conflict', 'webhook_invalid'),
  },
};

const listSchema = {
  tags,
  operationId: 'listWebhooks',
  summary: "List an owner's webhooks",
  description: 'Oldest first. Their secrets are not shown.',
  querystring: Type.Object({
    owner: Type.String({ minLength: 1, maxLength: MAX_TEXT, description: "the customer system's name" }),
  }),
  response: { 200: answer(Webhooks, 'The webhooks'), ...problems('invalid_parameter') },
};

const readSchema = {
  tags,
  operationId: 'getWebhook',
  summary: 'Show a webhook',
  description: 'What it listens to, and whether its endpoint works.',
  params: WebhookParams,
  response: { 200: answer(Webhook, 'The webhook'), ...problems('webhook_not_found') },
};

const changeSchema = {
  tags,
  operationId: 'changeWebhook',
  summary: 'Change a webhook',
  description:
    'A disabled webhook is told nothing, and what happens meanwhile is not kept for it; enabled again it is told of what ' +
    'happens then. What was tried before can be sent again by hand.',
  params: WebhookParams,
  body: WebhookChange,
  response: {
    200: answer(Webhook, 'As it is now'),
    ...bodyProblems('invalid_parameter', 'webhook_not_found', 'webhook_invalid'),
  },
};

const deleteSchema = {
  tags,
  operationId: 'deleteWebhook',
  summary: 'Delete a webhook',
  description: 'It is told nothing any more, not even what is being tried again.',
  params: WebhookParams,
  response: { 200: answer(WebhookDeleted, 'It is gone'), ...problems('webhook_not_found') },
};

const rotateSchema = {
  tags,
  operationId: 'rotateWebhookSecret',
  summary: 'Give a webhook a new secret',
  description: 'The old one signs too for 24 hours: messages carry a signature of each.',
  params: WebhookParams,
  response: { 200: answer(WebhookSecret, 'The new secret'), ...problems('webhook_not_found') },
};

/** `/webhooks`: who is told of what. */
export function webhookRoutes(
  app: FastifyInstance,
  { webhooks, allowPrivateWebhooks: allowPrivate }: GatewayDeps,
): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.post('/webhooks', { schema: createSchema }, async ({ body, headers }, reply) => {
    const { events, ...wanted } = checkWebhook(body, { allowPrivate });
    const webhookId = webhookIdOf(wanted.owner, headers['idempotency-key']);
    const now = new Date().toISOString();
    const webhook = { webhookId, ...wanted, ...(events && { events }), enabled: true, createdAt: now, updatedAt: now };
    const secret = newSecret();
    if (await webhooks.create({ ...webhook, secret }))
      return reply
        .code(201)
        .header('location', `/webhooks/${webhookId}`)
        .send({ ...webhook, secret });
    const existing = found(webhookId, await webhooks.read(webhookId));
    if (!isSame(existing, webhook)) throw new ProblemError('webhook_conflict', { detail: CONFLICT });
    return reply.code(200).header('idempotent-replayed', 'true').send(existing);
  });

  routes.get('/webhooks', { schema: listSchema }, async ({ query: { owner } }) => ({
    webhooks: await webhooks.list(owner),
  }));

  routes.get('/webhooks/:webhookId', { schema: readSchema }, async ({ params: { webhookId } }) =>
    found(webhookId, isWebhookId(webhookId) ? await webhooks.read(webhookId) : undefined),
  );

  routes.patch('/webhooks/:webhookId', { schema: changeSchema }, async ({ params: { webhookId }, body }) => {
    const changes = checkWebhook(body, { allowPrivate });
    const change = { webhookId, now: new Date().toISOString(), ...changes };
    return found(webhookId, isWebhookId(webhookId) ? await webhooks.change(change) : undefined);
  });

  routes.delete('/webhooks/:webhookId', { schema: deleteSchema }, async ({ params: { webhookId } }) => {
    const wasThere = isWebhookId(webhookId) && (await webhooks.remove(webhookId));
    if (!wasThere) throw webhookNotFound(webhookId);
    return { webhookId, status: 'DELETED' as const };
  });

  routes.post('/webhooks/:webhookId/rotate-secret', { schema: rotateSchema }, async ({ params: { webhookId } }) => {
    const secret = newSecret();
    const rotation = { webhookId, secret, now: new Date().toISOString() };
    const oldSecretUntil = isWebhookId(webhookId) ? await webhooks.rotate(rotation) : undefined;
    return { webhookId, secret, oldSecretUntil: found(webhookId, oldSecretUntil) };
  });
}

const CONFLICT = 'expected a new Idempotency-Key, or the webhook that this one came with first';

/** 24 bytes, as Standard Webhooks has it */
const newSecret = (): string => `whsec_${randomBytes(24).toString('base64')}`;

/** The same one for the same owner and key. */
function webhookIdOf(owner: string, key: string | undefined): string {
  if (key === undefined) return `wh_${randomUUID().replaceAll('-', '')}`;
  const hash = createHash('sha256')
    .update(JSON.stringify([owner, key]))
    .digest('hex');
  return `wh_${hash.slice(0, 32)}`;
}

export const isWebhookId = (text: string): boolean => /^wh_[0-9a-f]{32}$/.test(text);

/** Whether what is there is what is wanted; it may have been disabled since. */
const isSame = (existing: Subscribed, wanted: Subscribed): boolean =>
  isDeepStrictEqual(contentOf(existing), contentOf(wanted));

const contentOf = ({ url, owner, events, customerId, description }: Subscribed) => [
  [url, owner, customerId, description],
  events,
];

const webhookNotFound = (webhookId: string) =>
  new ProblemError('webhook_not_found', { detail: `there is no webhook ${JSON.stringify(webhookId)}` });

/** @throws ProblemError webhook_not_found */
export function found<T>(webhookId: string, value: T | undefined): T {
  if (value === undefined) throw webhookNotFound(webhookId);
  return value;
}
