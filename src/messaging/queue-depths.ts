import type { GaugedQueue, QueueGauge } from './queue-ports';
import type { Logger } from '../telemetry';
import type { QueueMetrics } from './measure';
import { createRounds, type Rounds } from './rounds';

/** Asks the queues again and again how much is in them. One that does not answer keeps its last number. */
export function createQueueDepths(p: {
  gauge: QueueGauge;
  queues: readonly GaugedQueue[];
  /** milliseconds between two rounds */
  intervalMs: number;
  metrics: QueueMetrics;
  logger: Logger;
}): Pick<Rounds, 'start' | 'stop'> & { run(): Promise<void> } {
  const { gauge, metrics } = p;

  async function look(gauged: GaugedQueue): Promise<void> {
    const { queue } = gauged;
    const { alive, dead } = await gauge.measure(gauged);
    if (alive) {
      metrics.record('waybill_queue_messages', { queue, state: 'waiting' }, alive.waiting);
      metrics.record('waybill_queue_messages', { queue, state: 'in_flight' }, alive.inFlight);
      metrics.record('waybill_queue_messages', { queue, state: 'delayed' }, alive.delayed);
    }
    metrics.record('waybill_queue_dead_messages', { queue }, dead);
  }

  async function run(): Promise<void> {
    const looks = await Promise.allSettled(p.queues.map(look));
    const failed = looks.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason as Error;
  }

  const rounds = createRounds({
    round: run,
    intervalMs: p.intervalMs,
    onError: (err) => p.logger.warn({ err }, 'a queue does not say how much is in it'),
  });
  return { run, start: rounds.start, stop: rounds.stop };
}
