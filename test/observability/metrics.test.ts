import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { askedBy, labelsIn, labelsLeft } from '../support/promql';
import { CATALOGUE, type MetricDefinition } from '../../src/metrics/catalogue';
import { becomes } from '../../scripts/lib/wait';
import { DASHBOARD_FOLDER, dashboards } from '../../scripts/lib/dashboards';
import { MetricsStage, type Series } from '../support/metrics-stage';
import { MORTAL_WORKFLOWS } from '../../src/ended-workflows';
import { hasPrometheus, type Prometheus, type RuleState, startPrometheus } from '../support/prometheus';
import { OWN_METRICS } from '../../infra/own-metrics';
import { panelExpressions, ruleExpressions } from '../support/expressions';
import { SLOTS } from '../../infra/own-alarms';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

jest.setTimeout(300_000);

/** Every expression of ours, with what it is shown as. */
const expressions = () => [...panelExpressions(), ...ruleExpressions()];

describe('what the running processes tell', () => {
  let receiver: OtlpReceiver;
  let stage: MetricsStage;
  let series: Series[];
  let prometheus: Prometheus | undefined;
  let scraped: Scraped | undefined;

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    stage = await MetricsStage.start(receiver);
    try {
      if (hasPrometheus()) prometheus = await startPrometheus(stage.targets);
      await stage.live();
      series = await stage.read();
      if (prometheus) scraped = await ask(prometheus);
    } finally {
      // what was not sent yet is sent then
      await stage.stop();
    }
  });
  afterAll(async () => {
    await prometheus?.stop();
    await receiver.close();
  });

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

  test('has what goes to CloudWatch, with the labels that are its dimensions there', () => {
    const missing = Object.entries(OWN_METRICS).flatMap(([name, sets]) =>
      sets
        .filter(
          (labels) => !series.some((one) => baseOf(one.name) === name && labels.every((label) => label in one.labels)),
        )
        .map((labels) => `${name} ${labels.join(',')}`),
    );
    expect(missing).toEqual([]);
    const slots = named('temporal_worker_task_slots_available');
    for (const [queue, types] of Object.entries(SLOTS)) {
      const isOfWebhooks = queue.endsWith('-webhooks');
      const told = slots.filter(({ labels }) => labels['task_queue']?.endsWith('-webhooks') === isOfWebhooks);
      expect(told.map(({ labels }) => labels['worker_type'])).toEqual(expect.arrayContaining(types));
    }
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

  describe('a Prometheus that looks on', () => {
    const check = hasPrometheus() ? test : test.skip;
    const seen = () => scraped ?? { failed: [], empty: [], rules: [], numbers: {} };

    check('takes every expression of the dashboards and the rules', () => {
      expect(seen().failed).toEqual([]);
      expect(seen().rules.map(({ name }) => name)).toHaveLength(ruleExpressions().length);
      expect(seen().rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    });

    check('has an answer to each, but of what did not happen', () => {
      expect(seen().empty.filter((where) => !(where in DID_NOT_HAPPEN))).toEqual([]);
    });

    check('comes to the numbers that happened', () => {
      const { placed, shipped, failed } = stage.seen;
      const { orders = 0, success, revenue = 0 } = seen().numbers;
      // what it has between two looks it adds in proportion
      expect(Math.abs(orders / placed - 1)).toBeLessThan(0.15);
      expect(success).toBeCloseTo(shipped / (shipped + failed), 3);
      expect(Math.abs(revenue / (shipped * 59.98) - 1)).toBeLessThan(0.15);
    });

    check('alerts: the first dead letter of a queue is heard, and no order is late', () => {
      expect(firing(seen().rules, 'DeadLettersForPeople')).toEqual([
        expect.objectContaining({
          labels: expect.objectContaining({ queue: 'order-intake-queue', severity: 'page' }) as object,
          annotations: {
            summary: 'Dead letters of order-intake-queue (PERMANENT) need a person: npm run dead-letters.',
          },
        }),
      ]);
      for (const quiet of ['ProcessDown', 'OrderAtRisk', 'PromiseBreached', 'BreakerOpen', 'EventsUnpublished'])
        expect(firing(seen().rules, quiet)).toEqual([]);
    });

    check('and of each process that does not answer any more', async () => {
      let down: unknown[] = [];
      await becomes(
        async () => {
          down = firing((await prometheus?.rules()) ?? [], 'ProcessDown').map(({ labels }) => labels['job']);
          return down.length === 3;
        },
        { timeoutMs: 30_000, intervalMs: 500 },
      );
      expect(new Set(down)).toEqual(new Set(['gateway', 'worker', 'consumer']));
    });
  });
});

/** What Prometheus said of the stage while it ran. */
interface Scraped {
  /** what it has against an expression */
  failed: string[];
  /** what it has no answer to */
  empty: string[];
  rules: RuleState[];
  numbers: Partial<Record<'orders' | 'success' | 'revenue', number>>;
}

/** Expressions that need no answer: what they ask for did not happen. */
const DID_NOT_HAPPEN: Record<string, string> = {
  'Waybill: worker: Throttled by AWS': 'the emulator throttles nobody',
  AwsThrottles: 'the emulator throttles nobody',
  AwsFails: 'no call to AWS failed',
  GatewayFails: 'no request was answered with 5xx',
  MessagesFail: 'no message failed',
};

/** the time over which a rate is, as Grafana makes it of a look a second, and more */
const RATE_INTERVAL = '5m';
/** what a rule compares is asked for, not whether it holds */
const LIMIT = / [<>] [\d.]+$/;

async function ask(prometheus: Prometheus): Promise<Scraped> {
  const numberOf = async (expr: string) => Number((await prometheus.query(expr))[0]?.value[1]);
  await prometheus.catchUp();
  // and has thought about it
  await becomes(async () => firing(await prometheus.rules(), 'DeadLettersForPeople').length > 0, { timeoutMs: 20_000 });
  const failed: string[] = [];
  const empty: string[] = [];
  for (const { where, expr } of expressions())
    try {
      const answer = await prometheus.query(expr.replaceAll('$__rate_interval', RATE_INTERVAL).replace(LIMIT, ''));
      if (answer.length === 0) empty.push(where);
    } catch (error) {
      failed.push(`${where}: ${String(error)}`);
    }
  const panel = (title: string) =>
    numberOf(panelExpressions().find(({ where }) => where === `Waybill: business: ${title}`)?.expr ?? '');
  return {
    failed,
    empty,
    rules: await prometheus.rules(),
    numbers: {
      orders: await panel('Orders in the last hour'),
      success: await panel('Success rate of the last hour'),
      revenue: await panel('Revenue of the last hour'),
    },
  };
}

const firing = (rules: RuleState[], alert: string) =>
  rules.filter(({ name }) => name === alert).flatMap(({ alerts }) => alerts.filter(({ state }) => state === 'firing'));

test('every label that is shown is one that its expression leaves', () => {
  const wrong = expressions().flatMap(({ where, expr, text }) => {
    const left = labelsLeft(expr) ?? askedBy(expr).flatMap(({ name }) => labelsOf(name));
    return labelsIn(text)
      .filter((label) => !left.includes(label))
      .map((label) => `${where}: ${label}`);
  });
  expect(wrong).toEqual([]);
});

test('of what begins at 0 with each process, only what was added is asked for', () => {
  const wrong = expressions().flatMap(({ where, expr }) =>
    [...expr.matchAll(COUNTED)].filter(([found]) => !ADDED.test(found)).map(([found]) => `${where}: ${found}`),
  );
  expect(wrong).toEqual([]);
  expect(expressions().filter(({ expr }) => expr.match(COUNTED)).length).toBeGreaterThan(40);
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

/** a counter or a histogram, what selects its series, and what stands around it */
const COUNTED = /(?:rate|increase)?\(?\w+_(?:total|bucket|sum|count)\b(?:\{[^}]*\})?(?:\[[^\]]+\])?(?: \* 0\b)?/g;
/** by a range; or times 0, for its labels alone */
const ADDED = /^(?:rate|increase)\(.*\]$|\* 0$/;

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
