import type { GaugedQueue, QueueGauge } from '../messaging/queue-ports';
import type { OverviewSources } from './overview-ports';

const NOTHING = { waiting: 0, inFlight: 0, delayed: 0 };

/** How full all queues are; one that does not answer fails the whole reading. */
export function createQueueOverview(p: {
  gauge: QueueGauge;
  queues: readonly GaugedQueue[];
}): OverviewSources['queues'] {
  const measure = async (gauged: GaugedQueue) => {
    const { alive = NOTHING, dead } = await p.gauge.measure(gauged);
    // for whoever looks, what may not be had yet waits too
    return { queue: gauged.queue, waiting: alive.waiting + alive.delayed, inFlight: alive.inFlight, dead };
  };
  return () => Promise.all(p.queues.map(measure));
}
