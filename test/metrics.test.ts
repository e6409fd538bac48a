import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { allLabels } from '../src/metrics/instruments';
import { CATALOGUE, type MetricDefinition } from '../src/metrics/catalogue';
import { createMetrics } from '../src/metrics';
import { freePort } from '../scripts/lib/ports';
import { PROJECT_ROOT } from '../scripts/lib/paths';
import { startOtlpReceiver } from './support/otlp-receiver';

jest.setTimeout(60_000);

const linesOf = async (metrics: ReturnType<typeof createMetrics>) => (await metrics.text()).split('\n');

test('breakers and events of orders are counted, each by its name', async () => {
  const metrics = createMetrics();
  metrics.breakerState('payment', 'OPEN');
  metrics.orderEvent('Order At Risk');
  metrics.orderEvent('Order At Risk');
  const lines = await linesOf(metrics);
  expect(lines).toContain('waybill_breaker_state{dependency="payment"} 2');
  expect(lines).toContain('waybill_order_events_total{type="Order At Risk"} 2');
});

test('attempts at telling webhooks are counted by what came of them, and webhooks that are given up', async () => {
  const metrics = createMetrics();
  for (const outcome of ['delivered', 'failed', 'failed'] as const) metrics.webhookDelivery(outcome);
  metrics.webhookDisabled();
  const lines = await linesOf(metrics);
  expect(lines).toContain('waybill_webhook_deliveries_total{outcome="delivered"} 1');
  expect(lines).toContain('waybill_webhook_deliveries_total{outcome="failed"} 2');
  expect(lines).toContain('waybill_webhooks_disabled_total 1');
});

test('a process counts what is its own, and its counters are there before anything happens', async () => {
  const lines = await linesOf(createMetrics({ process: 'consumer' }));
  expect(lines).toContain('waybill_promises_total{outcome="breached"} 0');
  expect(lines).toContain('waybill_orders_placed_total 0');
  // whoever has stopped telling this is gone
  expect(await linesOf(createMetrics({ process: 'worker' }))).toContain('waybill_activities_running 0');
  expect(lines.filter((line) => line.startsWith('waybill_order_events_total'))).toEqual([]);
});

test('what is nobody else’s business is shared by nobody: each has counters of its own', async () => {
  const [one, other] = [createMetrics({ process: 'consumer' }), createMetrics({ process: 'consumer' })];
  one.record('waybill_orders_placed_total', {});
  expect(await linesOf(one)).toContain('waybill_orders_placed_total 1');
  expect(await linesOf(other)).toContain('waybill_orders_placed_total 0');
});

test('a level goes up and down by steps, for each of its labels', async () => {
  const metrics = createMetrics();
  for (const [queue, step] of [
    ['a', 1],
    ['a', 1],
    ['b', 1],
    ['a', -1],
  ] as const)
    metrics.record('waybill_messages_held', { queue }, step);
  const lines = await linesOf(metrics);
  expect(lines).toContain('waybill_messages_held{queue="a"} 1');
  expect(lines).toContain('waybill_messages_held{queue="b"} 1');
});

test('a histogram has the bounds of the catalogue, and nothing below 0', async () => {
  const metrics = createMetrics();
  metrics.record('waybill_order_start_seconds', {}, 1500);
  metrics.record('waybill_order_start_seconds', {}, -3);
  const lines = await linesOf(metrics);
  expect(lines).toContain('waybill_order_start_seconds_bucket{le="1200"} 1');
  expect(lines).toContain('waybill_order_start_seconds_bucket{le="1800"} 2');
  expect(lines).toContain('waybill_order_start_seconds_sum 1500');
});

test.each(Object.entries<MetricDefinition>(CATALOGUE))('%s is named as its kind is', (name, { kind, labels }) => {
  expect(name).toMatch(/^waybill_[a-z_]+$/);
  expect(name.endsWith('_total')).toBe(kind === 'counter');
  expect(kind === 'histogram').toBe(name.endsWith('_seconds') && kind !== 'gauge');
  // as many series as a process can afford
  expect(allLabels({ labels }).length).toBeLessThanOrEqual(100);
});

describe('by OTLP', () => {
  /** in a process of its own, which has to end by itself; what it logged */
  const send = async (endpoint: string): Promise<string[]> => {
    const args = ['--import', 'tsx', 'test/support/fixtures/send-metrics.ts', endpoint];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PROJECT_ROOT, timeout: 30_000 });
    return stdout.split('\n').filter((line) => line !== '');
  };

  test('all of it is sent, the last of it when the process stops', async () => {
    const receiver = await startOtlpReceiver();
    const logged = await send(`${receiver.endpoint}/`).finally(() => receiver.close());
    const names = receiver.namesOf('waybill-worker');
    for (const name of ['waybill_activities_running', 'waybill_bus_events_total', 'waybill_activity_failures_total'])
      expect(names).toContain(name);
    expect(logged).toEqual([]);
  });

  test('each process is told from the others, and what goes up and down is as it stands', async () => {
    const receiver = await startOtlpReceiver();
    await Promise.all([send(receiver.endpoint), send(receiver.endpoint)]).finally(() => receiver.close());
    expect(receiver.instancesOf('waybill-worker').size).toBe(2);
    expect([...receiver.gauges]).toContain('waybill_activities_running');
  });

  test('a receiver that is not there is told of once, and holds up nobody', async () => {
    const logged = await send(`http://somebody:secret@127.0.0.1:${await freePort()}`);
    expect(logged).toEqual([expect.stringContaining('metrics are not taken')]);
    expect(logged[0]).toContain('ECONNREFUSED');
    expect(logged[0]).not.toContain('secret');
  });
});
