import type { FastifyInstance } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Case, Stuck } from '../story/waits';
import type { GatewayDeps } from '../ports';
import type { Look } from '../progress-desk';
import type { OrderEvent } from '../../domain/events';
import type { OrderId } from '../../domain/ids';
import type { OrderView } from '../../domain/projection';
import { answer, problems } from '../contract';
import { createProgressDesk } from '../progress-desk';
import { deadLetterIdOf } from '../../messaging/dead-letters';
import { expectOrderId, orderNotFound, OrderParams } from '../order-id';
import { fold } from '../../domain/projection';
import { isUnexplained, stuckBefore, stuckOf } from '../story/stuck';
import { neededBy, openBreakers } from '../story/needs';
import { OrderStory } from '../story-schemas';
import { ProblemError } from '../problem';
import { storyBefore, storyOf } from '../story/story';
import { workflowIdOf } from '../../domain/ids';

const storySchema = {
  tags: ['orders'],
  operationId: 'getOrderStory',
  summary: 'Tell the story of an order',
  description:
    'For people: the way that it took through the state machine, everything that happened in plain words, the money, what ' +
    'the customer was told, and, where it does not go on, why and what to do. It is told from the events. Only of an open ' +
    'order that had none for 5 s, and whose events do not say what it waits for, is the engine asked: at most once in 10 s, ' +
    'however many look.',
  params: OrderParams,
  response: { 200: answer(OrderStory, 'The story'), ...problems('order_not_found') },
};

/** `GET /orders/{orderId}/story`. */
export function storyRoutes(app: FastifyInstance, deps: GatewayDeps): void {
  const { reader, breakers, deadLetters, progress, elsewhere } = deps;
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();
  const onError = (err: unknown) => app.log.warn({ err }, 'the engine does not say how an order goes on');
  const desk = createProgressDesk({ progress, onError });

  async function caseOf(view: OrderView, events: readonly OrderEvent[]): Promise<Case> {
    const needed = neededBy(view);
    const rows = needed.length > 0 ? await breakers.list() : [];
    return { view, events, breakers: openBreakers(needed, rows), now: Date.now() };
  }

  /** The dead letter that its workflow became, when it ended in error a moment ago or longer. */
  async function withLetter(orderId: OrderId, p: { stuck: Stuck | undefined; look: Look | undefined }) {
    const { stuck, look } = p;
    const runId = look?.kind === 'described' ? look.progress.firstRunId : undefined;
    if (stuck?.remedy !== 'redrive' || runId === undefined) return stuck;
    const deadLetterId = deadLetterIdOf('workflow', workflowIdOf(orderId), runId);
    return (await deadLetters.read(deadLetterId)) ? { ...stuck, deadLetterId } : stuck;
  }

  /** @throws ProblemError when the engine does not know it either, or cannot say */
  async function beforeEvents(orderId: OrderId) {
    const look = await desk.look(orderId);
    if (look.kind === 'unknown') throw orderNotFound(orderId);
    if (look.kind === 'unavailable')
      throw new ProblemError('service_unavailable', { detail: `nobody can say whether there is an order ${orderId}` });
    const stuck = await withLetter(orderId, { stuck: stuckBefore(look, Date.now()), look });
    return storyBefore({ orderId, stuck, look, elsewhere });
  }

  routes.get('/orders/:orderId/story', { schema: storySchema }, async ({ params }) => {
    const orderId = expectOrderId(params.orderId);
    const events = await reader.listEvents({ orderId });
    const view = fold(events);
    if (!view) return beforeEvents(orderId);
    const given = await caseOf(view, events);
    const look = isUnexplained(given) ? await desk.look(orderId) : undefined;
    const stuck = await withLetter(orderId, { stuck: stuckOf(given, look), look });
    return storyOf(given, { orderId, stuck, look, elsewhere });
  });
}
