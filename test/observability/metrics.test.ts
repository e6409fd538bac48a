import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { textOf } from '../containers/support';
import { askedBy, labelsIn, labelsLeft } from '../support/promql';
import { CATALOGUE, type MetricDefinition } from '../../src/metrics/catalogue';
import { DASHBOARD_FOLDER, dashboards } from '../../scripts/lib/dashboards';
import { MetricsStage, type Series } from '../support/metrics-stage';
import { MORTAL_WORKFLOWS } from '../../src/ended-workflows';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

jest.setTimeout(300_000);

interface Dashboard {
  title: string;
  panels: { title: string; targets: { expr: string; legendFormat: string }[] }[];
}

interface Rules {
  groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
}

/** Every expression of ours, with what it is shown as. */
function expressions(): { where: string; expr: string; text: string }[] {
  const shown = Object.values(dashboards()).map((text) => JSON.parse(text) as Dashboard);
  const ofPanels = shown.flatMap(({ title, panels }) =>
    panels.flatMap((panel) =>
      panel.targets.map(({ expr, legendFormat }) => ({ where: `${title}: ${panel.title}`, expr, text: legendFormat })),
    ),
  );
  const { groups } = parse(textOf('ops/prometheus/rules.yml')) as Rules;
  const ofRules = groups.flatMap(({ rules }) =>
    rules.map(({ alert, expr, annotations }) => ({ where: alert, expr, text: annotations.summary })),
  );
  return [...ofPanels, ...ofRules];
}

describe('what the running processes tell', () => {
  let receiver: OtlpReceiver;
  let stage: MetricsStage;
  let series: Series[];

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    stage = await MetricsStage.start(receiver);
    await stage.live();
    series = await stage.read();
    // what was not sent yet is sent then
    await stage.stop();
  });
  afterAll(() => receiver.close());

  const named = (name: string) => series.filter((one) => one.name === name);
  const sumOf = (name: string, labels: Record<string, string> = {}) =>
    named(name)
      .filter((one) => Object.entries(labels).every(([label, value]) => one.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);

  test('has every metric of every dashboard and rule, with every label and value that it asks for', () => {
    const missing: string[] = [];
    for (const { where, expr } of expressions())
      for (const { name, labels, values } of askedBy(expr).filter((asked) => asked.name !== 'up')) {
        const found = named(name);
        if (found.length === 0) missing.push(`${where}: ${name}`);
        for (const label of labels)
          if (!found.some((one) => label in one.labels)) missing.push(`${where}: ${label} of ${name}`);
        for (const [label, value] of values)
          if (!canBe(name, label, value) && !found.some((one) => one.labels[label] === value))
            missing.push(`${where}: ${name}{${label}="${value}"}`);
      }
    expect(missing).toEqual([]);
  });

  test('has every metric of the catalogue, with its labels, and no other of ours', () => {
    const told = new Map<string, string>();
    for (const { name, labels } of series.filter((one) => one.name.startsWith('waybill_'))) {
      const own = Object.keys(labels).filter((label) => label !== 'le');
      told.set(baseOf(name), own.toSorted().join(' '));
    }
    const expected = Object.entries<MetricDefinition>(CATALOGUE).map(
      ([name, { labels }]) => [name, Object.keys(labels).toSorted().join(' ')] as const,
    );
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
  });

  test('comes by OTLP too, by the same names, those of the SDK among them', () => {
    const sent = new Set(['gateway', 'worker', 'consumer'].flatMap((name) => [...receiver.namesOf(`waybill-${name}`)]));
    const told = series.map(({ name }) => (sent.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')));
    expect(told.filter((name) => !sent.has(name))).toEqual([]);
    expect(receiver.namesOf('waybill-worker')).toContain('temporal_workflow_completed_total');
  });

  test('names no order, product or customer', () => {
    const values = new Set(series.flatMap(({ labels }) => Object.values(labels)));
    expect([...values].filter((value) => /^(ORD|PROD|CUST)-/.test(value))).toEqual([]);
  });

  test('counts each order once: placed, shipped or failed, paid, and how long it took', () => {
    const { placed, shipped, failed } = stage.seen;
    expect(sumOf('waybill_orders_placed_total')).toBe(placed);
    expect(sumOf('waybill_order_outcomes_total', { outcome: 'shipped' })).toBe(shipped);
    expect(sumOf('waybill_order_outcomes_total', { outcome: 'failed' })).toBe(failed);
    expect(sumOf('waybill_order_start_seconds_count')).toBe(shipped);
    expect(sumOf('waybill_payments_total', { outcome: 'failed' })).toBe(1);
    const net =
      sumOf('waybill_charged_total', { currency: 'USD' }) - sumOf('waybill_refunded_total', { currency: 'USD' });
    expect(net).toBeCloseTo(shipped * 59.98, 5);
    expect(sumOf('waybill_order_states_total', { state: 'ValidateOrder' })).toBe(placed);
  });

  test('counts what went wrong: a lost answer, a label that was refused, a request, a message, a task, the engine', () => {
    expect(sumOf('waybill_provider_calls_total', { dependency: 'payment', outcome: 'unknown' })).toBeGreaterThan(0);
    expect(sumOf('waybill_activity_failures_total', { type: 'LABEL_REFUSED' })).toBeGreaterThan(0);
    expect(sumOf('waybill_http_request_seconds_count', { route: '/orders', status: '422' })).toBe(1);
    expect(sumOf('waybill_http_request_seconds_count', { route: 'unknown', status: '404' })).toBe(1);
    expect(sumOf('waybill_messages_total', { queue: 'order-intake-queue', outcome: 'rejected' })).toBe(1);
    expect(sumOf('waybill_dead_letters_total', { queue: 'order-intake-queue' })).toBe(1);
    expect(sumOf('temporal_workflow_task_execution_failed_total', { workflow_type: 'nobodyKnows' })).toBeGreaterThan(0);
  });

  test('counts dead letters of workflows from 0 on: an alert sees the first one', () => {
    for (const queue of MORTAL_WORKFLOWS)
      expect(series).toContainEqual({ name: 'waybill_dead_letters_total', labels: { class: 'BUG', queue }, value: 0 });
  });

  test('without the engine worker and consumer said that it is the engine, and each was well again', () => {
    const other = { tables: 'ok', bus: 'ok' };
    expect(stage.cut).toEqual({
      worker: { status: 'down', checks: { engine: 'down', ...other } },
      consumer: { status: 'down', checks: { engine: 'down', queues: 'ok', ...other } },
    });
    expect(stage.mended).toEqual({ worker: 200, consumer: 200 });
  });
});

test('every label that is shown is one that its expression leaves', () => {
  const wrong = expressions().flatMap(({ where, expr, text }) => {
    const left = labelsLeft(expr) ?? askedBy(expr).flatMap(({ name }) => labelsOf(name));
    return labelsIn(text)
      .filter((label) => !left.includes(label))
      .map((label) => `${where}: ${label}`);
  });
  expect(wrong).toEqual([]);
});

test('there is a dashboard of each group, and no other', () => {
  expect(readdirSync(join(PROJECT_ROOT, DASHBOARD_FOLDER)).toSorted()).toEqual(
    Object.keys(dashboards())
      .map((path) => path.slice(DASHBOARD_FOLDER.length + 1))
      .toSorted(),
  );
});

describe('promtool', () => {
  const promtool = (...args: string[]) =>
    execFileSync('promtool', args, { cwd: join(PROJECT_ROOT, 'ops/prometheus'), encoding: 'utf8', stdio: 'pipe' });
  const isHere = (() => {
    try {
      promtool('--version');
      return true;
    } catch {
      return false;
    }
  })();
  const check = isHere ? test : test.skip;

  check('takes the configuration and the rules', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toContain('SUCCESS');
  });

  check('finds that the rules fire when they should', () => {
    expect(promtool('test', 'rules', 'rules.test.yml')).toContain('SUCCESS');
  });
});

const baseOf = (name: string) => (name in CATALOGUE ? name : name.replace(/_(bucket|sum|count)$/, ''));

const definitionOf = (name: string): MetricDefinition | undefined =>
  (CATALOGUE as Record<string, MetricDefinition>)[baseOf(name)];

const labelsOf = (name: string) => Object.keys(definitionOf(name)?.labels ?? {});

/** that did not happen on the stage, but can */
const canBe = (name: string, label: string, value: string) =>
  (definitionOf(name)?.labels[label] ?? ANY).some(
    (one) => one === value || (/[.\\]/.test(value) && RegExp(`^${value}$`).test(one)),
  );

/** what HTTP has */
const ANY = ['500', '503'];
