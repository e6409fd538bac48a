import type { Metrics } from '../metrics';
import { isObject, parseObject } from './json';
import { MESSAGE_TYPES } from '../metrics/catalogue';

/** What reads queues counts itself with. */
export type QueueMetrics = Pick<Metrics, 'record'>;

const TYPES = new Set(MESSAGE_TYPES);

/** What a message is about: the type of its event, `other` for what is none of those known, and its event's time. */
export function describeMessage(body: string): { type: string; at?: number } {
  const event = parseObject(body) ?? {};
  const { 'detail-type': detailType, time, detail } = event;
  const type = typeof detailType === 'string' && TYPES.has(detailType) ? detailType : 'other';
  const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  const isReplay = event['replay-name'] !== undefined || (isObject(detail) && detail['replay'] !== undefined);
  return Number.isNaN(at) || isReplay ? { type } : { type, at };
}

/**
 * Handles a message and counts it: when it is held, how long, and what became of it. One that fails comes again, and is
 * counted again then.
 *
 * @param p.name such as `order intake queue`, which is counted as `order-intake-queue`
 * @param p.handle answers what became of it
 */
export async function measured(
  metrics: QueueMetrics,
  p: { name: string; body: string; handle: () => Promise<'done' | 'rejected'> },
): Promise<void> {
  const queue = p.name.replaceAll(' ', '-');
  const { type, at } = describeMessage(p.body);
  const begun = performance.now();
  metrics.record('waybill_messages_held', { queue }, 1);
  let outcome: 'done' | 'rejected' | 'failed' = 'failed';
  try {
    outcome = await p.handle();
  } finally {
    metrics.record('waybill_messages_held', { queue }, -1);
    metrics.record('waybill_messages_total', { queue, type, outcome });
    metrics.record('waybill_message_seconds', { queue, outcome }, (performance.now() - begun) / 1000);
    if (at !== undefined && outcome !== 'failed')
      metrics.record('waybill_message_age_seconds', { queue }, (Date.now() - at) / 1000);
  }
}
