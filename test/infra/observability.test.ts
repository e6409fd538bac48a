import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { CATALOGUE, type MetricDefinition, type MetricProcess } from '../../src/metrics/catalogue';
import { DEAD_LETTER_CLASSES } from '../../src/domain/dead-letters';
import { DEPENDENCIES } from '../../src/domain/breaker';
import { FINDING_KINDS, isMended } from '../../src/domain/reconciliation';
import { COLLECTOR_CONFIG } from '../../scripts/lib/collector-config';
import { OWN_METRICS, OWN_NAMESPACE } from '../../infra/own-metrics';
import { PROBLEMS } from '../../src/gateway/problem';
import { QUEUE_NAMES } from '../../infra/queues';
import { textOf } from '../containers/support';
import { WaybillStack } from '../../infra/waybill-stack';

/**
 * What AWS publishes of the resources that we have, by the dimensions that it publishes it with, as the pages say that are
 * named here; names and their capitals are theirs.
 */
const PUBLISHED: Record<string, string[]> = {
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html: of a bus of one's own with both
  'AWS/Events EventBusName,RuleName': [
    'Invocations',
    'InvocationAttempts',
    'SuccessfulInvocationAttempts',
    'RetryInvocationAttempts',
    'FailedInvocations',
    'InvocationsSentToDlq',
    'InvocationsFailedToBeSentToDlq',
    'IngestiontoInvocationStartLatency',
    'IngestionToInvocationSuccessLatency',
    'IngestiontoInvocationCompleteLatency',
    'MatchedEvents',
    'TriggeredRules',
    'ThrottledRules',
  ],
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
  'AWS/SQS QueueName': [
    'ApproximateAgeOfOldestMessage',
    'ApproximateNumberOfMessagesDelayed',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesVisible',
    'NumberOfEmptyReceives',
    'NumberOfMessagesDeleted',
    'NumberOfMessagesReceived',
    'NumberOfMessagesSent',
    'SentMessageSize',
  ],
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
  'AWS/DynamoDB TableName': [
    'ReadThrottleEvents',
    'WriteThrottleEvents',
    'ConsumedReadCapacityUnits',
    'ConsumedWriteCapacityUnits',
  ],
  // https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
  'AWS/SNS TopicName': [
    'NumberOfMessagesPublished',
    'NumberOfNotificationsDelivered',
    'NumberOfNotificationsFailed',
    'NumberOfNotificationsRedrivenToDlq',
    'NumberOfNotificationsFailedToRedriveToDlq',
  ],
};

interface Asked {
  where: string;
  namespace: string;
  name: string;
  statistic: string;
  dimensions: string[];
  values: Record<string, string>;
}

interface OfMetric {
  MetricName: string;
  Statistic?: string;
  Namespace: string;
  Dimensions?: { Name: string; Value: unknown }[];
}

interface Alarm extends Partial<OfMetric> {
  AlarmName: string;
  /** of an expression over metrics */
  Metrics?: {
    Id: string;
    Expression?: string;
    ReturnData?: boolean;
    MetricStat?: { Metric: OfMetric; Period: number; Stat: string };
  }[];
  Period?: number;
  EvaluationPeriods: number;
  ComparisonOperator: string;
  Threshold: number;
  AlarmActions?: unknown[];
  InsufficientDataActions?: unknown[];
  TreatMissingData: string;
}

interface Rules {
  groups: { rules: { alert: string; expr: string; for?: string }[] }[];
}

interface Declaration {
  metric_name_selectors: string[];
  dimensions: string[][];
}

interface Widget {
  type: string;
  properties: { title?: string; markdown?: string; metrics?: (string | { expression?: string; stat?: string })[][] };
}

const template = Template.fromStack(new WaybillStack(new App(), 'Waybill'));

const resourcesOf = <T>(type: string): T[] =>
  Object.values(template.findResources(type)).map(({ Properties }: Record<string, unknown>) => Properties as T);

const alarms = resourcesOf<Alarm>('AWS::CloudWatch::Alarm');
const [dashboard] = resourcesOf<{ DashboardName: string; DashboardBody: { 'Fn::Join': [string, unknown[]] } }>(
  'AWS::CloudWatch::Dashboard',
);
/** a reference, by what it refers to */
const body = dashboard!.DashboardBody['Fn::Join'][1]
  .map((part) =>
    typeof part === 'string'
      ? part
      : Object.values(part as object)
          .flat()
          .join('.'),
  )
  .join('');
const { widgets } = JSON.parse(body) as { widgets: Widget[] };

const OPERATIONS = { Ref: expect.stringMatching(/^OperationsAlertTopic/) as string };
const PROCESSES: MetricProcess[] = ['gateway', 'worker', 'consumer'];

const SEARCH = /SEARCH\('\{([^,}]+),([^}]+)\} MetricName="(\w+)"', '(\w+)'/;

function askedByWidget({ properties: { title = '', metrics = [] } }: Widget): Asked[] {
  return metrics.flatMap((row): Asked[] => {
    const [first, name] = row;
    if (typeof first === 'object') {
      const [, namespace = '', dimensions = '', searched = '', statistic = ''] =
        SEARCH.exec(first.expression ?? '') ?? [];
      // an expression over others, which are rows themselves
      if (searched === '') return [];
      return [{ where: title, namespace, name: searched, statistic, dimensions: dimensions.split(','), values: {} }];
    }
    const pairs = row.slice(2).filter((part) => typeof part === 'string');
    const values = Object.fromEntries(pairs.flatMap((part, i) => (i % 2 === 0 ? [[part, pairs[i + 1] ?? '']] : [])));
    const dimensions = Object.keys(values);
    const last = row.at(-1);
    const statistic = (typeof last === 'object' ? last.stat : undefined) ?? 'Average';
    const asked = { where: title, namespace: first ?? '', name: typeof name === 'string' ? name : '' };
    return [{ ...asked, statistic, dimensions, values }];
  });
}

const metricsOf = ({ Metrics = [], Namespace = '', MetricName = '', Statistic = '', Dimensions }: Alarm): OfMetric[] =>
  MetricName === ''
    ? Metrics.flatMap(({ MetricStat }) => (MetricStat ? [{ ...MetricStat.Metric, Statistic: MetricStat.Stat }] : []))
    : [{ Namespace, MetricName, Statistic, ...(Dimensions && { Dimensions }) }];

const askedByAlarm = (alarm: Alarm): Asked[] =>
  metricsOf(alarm).map(({ Namespace, MetricName, Statistic = '', Dimensions = [] }) => ({
    where: alarm.AlarmName,
    namespace: Namespace,
    name: MetricName,
    statistic: Statistic,
    dimensions: Dimensions.map(({ Name }) => Name),
    values: Object.fromEntries(
      Dimensions.flatMap(({ Name, Value }) => (typeof Value === 'string' ? [[Name, Value]] : [])),
    ),
  }));

const asked = [...widgets.flatMap(askedByWidget), ...alarms.flatMap(askedByAlarm)];
const isOurs = ({ namespace }: Asked) => namespace === OWN_NAMESPACE;
/** those are seen on the running worker, see test/observability/metrics.test.ts */
const isOfTemporal = (name: string) => name.startsWith('temporal_');
const definitionOf = (name: string) => (CATALOGUE as Record<string, MetricDefinition>)[name];

test('every metric of the dashboard and the alarms is one that AWS publishes of the resource', () => {
  const others = asked.filter((one) => !isOurs(one));
  expect(others.length).toBeGreaterThan(100);
  const unknown = others.filter(
    ({ namespace, name, dimensions }) => !PUBLISHED[`${namespace} ${dimensions.toSorted().join(',')}`]?.includes(name),
  );
  expect(unknown).toEqual([]);
});

test('or one of ours that the collector brings, with these dimensions', () => {
  const ours = asked.filter(isOurs);
  const brought = OWN_METRICS as Record<string, readonly (readonly string[])[]>;
  const unknown = ours.filter(
    ({ name, dimensions }) =>
      !brought[name]?.some((set) => set.toSorted().join(',') === dimensions.toSorted().join(',')),
  );
  expect(unknown).toEqual([]);
  // nobody pays for what nobody looks at
  expect(new Set(ours.map(({ name }) => name))).toEqual(new Set(Object.keys(OWN_METRICS)));
});

test('of which a counter is summed up, and a histogram has no extremes: what was added since the last time has none', () => {
  const allowed = {
    counter: ['Sum'],
    gauge: ['Maximum', 'SampleCount'],
    level: ['Maximum', 'SampleCount'],
    histogram: ['Average', 'SampleCount'],
  };
  for (const { where, name, statistic } of asked.filter(isOurs)) {
    const kind = definitionOf(name)?.kind ?? (name.endsWith('_total') ? 'counter' : 'gauge');
    expect({ where, name, statistic, isAllowed: allowed[kind].includes(statistic) }).toMatchObject({ isAllowed: true });
  }
});

test('whose dimensions are its labels, and whose values are those that it can have', () => {
  for (const [name, sets] of Object.entries(OWN_METRICS).filter(([one]) => !isOfTemporal(one)))
    expect({ name, labels: Object.keys(definitionOf(name)?.labels ?? {}) }).toMatchObject({
      name,
      labels: expect.arrayContaining(sets.flat()) as string[],
    });
  const impossible = asked
    .filter(isOurs)
    .flatMap(({ name, values }) =>
      Object.entries(values).filter(([label, value]) => definitionOf(name)?.labels[label]?.includes(value) === false),
    );
  expect(impossible).toEqual([]);
});

test('the collector brings exactly these', () => {
  const { exporters } = parse(textOf(COLLECTOR_CONFIG)) as {
    exporters: { awsemf: { namespace: string; metric_declarations: Declaration[] } };
  };
  const { namespace, metric_declarations: declared } = exporters.awsemf;
  expect(namespace).toBe(OWN_NAMESPACE);
  expect(
    Object.fromEntries(declared.map(({ metric_name_selectors: [name = ''], dimensions }) => [name, dimensions])),
  ).toEqual(Object.fromEntries(Object.entries(OWN_METRICS).map(([name, sets]) => [`^${name}$`, sets])));
});

test('the dashboard has the five groups of G2, each with something in it', () => {
  expect(dashboard?.DashboardName).toBe('waybill');
  const titles = widgets.flatMap(({ type, properties }) => (type === 'text' ? [properties.markdown] : []));
  expect(titles).toEqual(['# Workflows', '# Events', '# Workers and activities', '# Queues', '# Business']);
  const kinds = widgets.map(({ type }) => (type === 'text' ? '|' : 'x')).join('');
  expect(kinds).toMatch(/^(\|x{3,})+$/);
});

test('a queue whose messages wait too long has an alarm, all but those that may', () => {
  const old = alarms.filter(({ MetricName }) => MetricName === 'ApproximateAgeOfOldestMessage');
  expect(old.map(({ AlarmName }) => AlarmName).toSorted()).toEqual(
    QUEUE_NAMES.filter((name) => name !== 'ReplaySandbox')
      .map((name) => `${name}Queue-old`)
      .toSorted(),
  );
});

/** Rules of Prometheus that have no alarm of their name: what tells of it instead, or why nothing does. */
const NO_ALARM: Record<string, RegExp | string> = {
  DeadLettersUnread: /Dlq-not-empty$/,
  QueueGrows: /Queue-old$/,
  EventsOld: /Queue-old$/,
  NoPollers: /^PollsFail$/,
  WorkflowTasksWait: 'a quantile: the collector brings none',
  ActivitiesWait: 'a quantile: the collector brings none',
  LocalActivitiesSlow: 'a quantile: the collector brings none',
  StickyCacheTooSmall: 'of one worker, and about its speed alone',
};

describe('what Prometheus alerts about', () => {
  const { groups } = parse(textOf('ops/prometheus/rules.yml')) as Rules;
  const rules = groups.flatMap((group) => group.rules);
  const alarmsOf = (alert: string) =>
    alarms.filter(({ AlarmName }) => AlarmName === alert || AlarmName.startsWith(`${alert}-`));

  test('has an alarm, or is told of by another one, or there is a reason', () => {
    const without = rules.map(({ alert }) => alert).filter((alert) => alarmsOf(alert).length === 0);
    expect(without.toSorted()).toEqual(Object.keys(NO_ALARM).toSorted());
    for (const other of Object.values(NO_ALARM).filter((one) => one instanceof RegExp))
      expect(alarms.map(({ AlarmName }) => AlarmName)).toContainEqual(expect.stringMatching(other));
  });

  test('has the same limit in both, over the same window, and for as long', () => {
    for (const { alert, expr, for: held = '0m' } of rules.filter((rule) => rule.alert !== 'ProcessDown'))
      for (const alarm of alarmsOf(alert)) {
        const [, sign, limit = ''] = /([<>]) (\S+)$/.exec(expr) ?? [];
        const [, window = '1'] = /\[(\d+)m\]/.exec(expr) ?? [];
        const periods = [alarm.Period, ...(alarm.Metrics ?? []).map(({ MetricStat }) => MetricStat?.Period)];
        expect({
          alert,
          sign: alarm.ComparisonOperator === 'LessThanThreshold' ? '<' : '>',
          limit: alarm.Threshold,
          minutes: new Set(periods.flatMap((seconds) => (seconds === undefined ? [] : [seconds / 60]))),
          periods: alarm.EvaluationPeriods,
        }).toEqual({
          alert,
          sign,
          limit: Number(limit),
          minutes: new Set([Number(window)]),
          periods: Math.max(1, Math.ceil(Number.parseInt(held) / Number(window))),
        });
      }
  });

  test('has an alarm for each process that falls silent, which hears nothing where nothing was ever told', () => {
    const silences = alarmsOf('ProcessDown');
    expect(silences.map(({ AlarmName }) => AlarmName)).toEqual(PROCESSES.map((name) => `ProcessDown-${name}`));
    for (const alarm of silences) {
      expect(alarm).toMatchObject({ TreatMissingData: 'missing', InsufficientDataActions: [OPERATIONS] });
      expect(alarm.AlarmActions).toBeUndefined();
      const [sign] = askedByAlarm(alarm);
      // of this process alone, and told before anything happens
      expect(definitionOf(sign?.name ?? '')?.processes).toEqual([alarm.AlarmName.replace('ProcessDown-', '')]);
      expect(sign?.dimensions).toEqual([]);
    }
  });

  test('asks for each company and each broken answer, and for every finding but what is mended at once', () => {
    const valuesOf = (alert: string, label: string) =>
      alarmsOf(alert).flatMap((alarm) => askedByAlarm(alarm).map(({ values }) => values[label]));
    expect(valuesOf('BreakerOpen', 'dependency')).toEqual([...DEPENDENCIES]);
    expect(new Set(valuesOf('ReconciliationFindings', 'kind'))).toEqual(
      new Set(FINDING_KINDS.filter((kind) => !isMended({ kind }))),
    );
    const broken = Object.values<{ status: number }>(PROBLEMS).flatMap(({ status }) =>
      status < 500 ? [] : [`${status}`],
    );
    expect(new Set(valuesOf('GatewayFails', 'status'))).toEqual(new Set([...broken, undefined]));
    const classes = [...valuesOf('DeadLetters', 'class'), ...valuesOf('DeadLettersForPeople', 'class')];
    expect(new Set(classes)).toEqual(new Set(DEAD_LETTER_CLASSES));
    expect(classes).toHaveLength(DEAD_LETTER_CLASSES.length);
  });
});

test('slots of a task queue are none of another one: orders can be out of them while webhooks have all of theirs', () => {
  const slots = alarms.filter(({ AlarmName }) => AlarmName.startsWith('TaskSlotsExhausted'));
  expect(slots.map(({ AlarmName }) => AlarmName)).toEqual([
    'TaskSlotsExhausted-orders',
    'TaskSlotsExhausted-orders-webhooks',
  ]);
  const [orders, webhooks] = slots.map((alarm) => askedByAlarm(alarm).map(({ values }) => values));
  expect(orders).toContainEqual({ task_queue: 'orders', worker_type: 'ActivityWorker' });
  expect(webhooks).toEqual([{ task_queue: 'orders-webhooks', worker_type: 'ActivityWorker' }]);
  // and Prometheus tells them apart as well
  const { groups } = parse(textOf('ops/prometheus/rules.yml')) as Rules;
  const rule = groups.flatMap(({ rules }) => rules).find(({ alert }) => alert === 'TaskSlotsExhausted');
  expect(rule?.expr).toMatch(/by \(.*task_queue, worker_type\)/);
});

test('what may never have been told of is left out of a sum, and makes no sum unknown', () => {
  const sums = alarms.flatMap(({ Metrics = [] }) => Metrics.flatMap(({ Expression = '' }) => Expression));
  const filled = sums.filter((expression) => expression.includes('FILL'));
  expect(filled.length).toBeGreaterThan(3);
  for (const expression of filled) {
    const beside = expression.replaceAll(/SUM\(\[[^\]]*\]\)/g, '');
    expect({ expression, beside: /FILL/.test(beside) }).toEqual({ expression, beside: false });
  }
});

test('an alarm of an expression has a number for it, and asks for ten series at most', () => {
  const ofExpressions = alarms.filter(({ Metrics }) => Metrics !== undefined);
  expect(ofExpressions.length).toBeGreaterThan(5);
  for (const { AlarmName, Metrics = [] } of ofExpressions) {
    const [expression, ...others] = Metrics.filter(({ ReturnData }) => ReturnData !== false);
    expect({ AlarmName, others }).toEqual({ AlarmName, others: [] });
    const ids = Metrics.flatMap(({ Id, MetricStat }) => (MetricStat ? [Id] : []));
    expect(ids.length).toBeLessThanOrEqual(10);
    const named = new Set(expression?.Expression?.match(/\b[a-z]\w*\b/g));
    expect({ AlarmName, named }).toEqual({ AlarmName, named: new Set(ids) });
  }
});

test('every alarm tells operations, and one page of them is all', () => {
  for (const { AlarmActions = [], InsufficientDataActions = [] } of alarms)
    expect([...AlarmActions, ...InsufficientDataActions]).toEqual([OPERATIONS]);
  expect(alarms.length).toBeLessThanOrEqual(100);
});
