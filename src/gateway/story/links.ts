import type { Static } from '@sinclair/typebox';
import type { Elsewhere } from '../ports';
import type { OrderEvent } from '../../domain/events';
import type { OrderId } from '../../domain/ids';
import type { OrderStory } from '../story-schemas';
import { linksOf } from '../present';
import { workflowIdOf } from '../../domain/ids';

/** The links of an order's story. */
export function storyLinks(
  orderId: OrderId,
  events: readonly OrderEvent[],
  { temporalUi, namespace, trace }: Elsewhere,
): Static<typeof OrderStory>['links'] {
  const traceId = events[0]?.traceparent?.split('-')[1];
  const page = temporalUi?.replace(/\/+$/, '');
  return {
    ...linksOf(orderId),
    ...(page !== undefined && {
      workflow: `${page}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowIdOf(orderId))}`,
    }),
    ...(trace !== undefined && traceId !== undefined && { trace: trace.replaceAll('{traceId}', traceId) }),
  };
}
