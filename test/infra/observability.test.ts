import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { parse } from 'yaml';
import { CATALOGUE, type MetricDefinition } from '../../src/metrics/catalogue';
import { COLLECTOR_CONFIG } from '../../scripts/lib/collector-config';
import { OWN_METRICS, OWN_NAMESPACE } from '../../infra/own-metrics';
import { QUEUE_NAMES } from '../../infra/queues';
import { textOf } from '../containers/support';
import { WaybillStack } from '../../infra/waybill-stack';

/** What AWS publishes of the resources that we have, by the dimensions that it publishes it with: its user guides. */
const PUBLISHED: Record<string, string[]> = {
  'AWS/Events EventBusName,RuleName': [
    'Invocations',
    'InvocationAttempts',
    'SuccessfulInvocationAttempts',
    'RetryInvocationAttempts',
    'FailedInvocations',
    'InvocationsSentToDlq',
    'InvocationsFailedToBeSentToDlq',
    'IngestionToInvocationStartLatency',
    'IngestionToInvocationSuccessLatency',
    'IngestionToInvocationCompleteLatency',
    'MatchedEvents',
    'TriggeredRules',
    'ThrottledRules',
  ],
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
  'AWS/DynamoDB TableName': [
    'ReadThrottleEvents',
    'WriteThrottleEvents',
    'ConsumedReadCapacityUnits',
    'ConsumedWriteCapacityUnits',
  ],
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
  dimensions: string[];
  values: Record<string, string>;
}

interface Alarm {
  AlarmName: string;
  MetricName: string;
  Namespace: string;
  Dimensions?: { Name: string; Value: unknown }[];
  Threshold: number;
  AlarmActions: unknown[];
}

interface Declaration {
  metric_name_selectors: string[];
  dimensions: string[][];
}

interface Widget {
  type: string;
  properties: { title?: string; markdown?: string; metrics?: (string | { expression?: string })[][] };
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

const SEARCH = /SEARCH\('\{([^,}]+),([^}]+)\} MetricName="(\w+)"'/;

function askedByWidget({ properties: { title = '', metrics = [] } }: Widget): Asked[] {
  return metrics.flatMap((row): Asked[] => {
    const [first, name] = row;
    if (typeof first === 'object') {
      const [, namespace = '', dimensions = '', searched = ''] = SEARCH.exec(first.expression ?? '') ?? [];
      // an expression over others, which are rows themselves
      if (searched === '') return [];
      return [{ where: title, namespace, name: searched, dimensions: dimensions.split(','), values: {} }];
    }
    const pairs = row.slice(2).filter((part) => typeof part === 'string');
    const values = Object.fromEntries(pairs.flatMap((part, i) => (i % 2 === 0 ? [[part, pairs[i + 1] ?? '']] : [])));
    const dimensions = Object.keys(values);
    return [{ where: title, namespace: first ?? '', name: typeof name === 'string' ? name : '', dimensions, values }];
  });
}

const askedByAlarm = ({ AlarmName, Namespace, MetricName, Dimensions = [] }: Alarm): Asked => ({
  where: AlarmName,
  namespace: Namespace,
  name: MetricName,
  dimensions: Dimensions.map(({ Name }) => Name),
  values: Object.fromEntries(
    Dimensions.flatMap(({ Name, Value }) => (typeof Value === 'string' ? [[Name, Value]] : [])),
  ),
});

const asked = [...widgets.flatMap(askedByWidget), ...alarms.map(askedByAlarm)];
const isOurs = ({ namespace }: Asked) => namespace === OWN_NAMESPACE;
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
  const brought = OWN_METRICS as Record<string, readonly string[]>;
  const unknown = ours.filter(
    ({ name, dimensions }) => brought[name]?.toSorted().join(',') !== dimensions.toSorted().join(','),
  );
  expect(unknown).toEqual([]);
  // nobody pays for what nobody looks at
  expect(new Set(ours.map(({ name }) => name))).toEqual(new Set(Object.keys(OWN_METRICS)));
});

test('whose dimensions are its labels, and whose values are those that it can have', () => {
  for (const [name, dimensions] of Object.entries(OWN_METRICS))
    expect({ name, labels: Object.keys(definitionOf(name)?.labels ?? {}) }).toMatchObject({
      name,
      labels: expect.arrayContaining([...dimensions]) as string[],
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
  ).toEqual(Object.fromEntries(Object.entries(OWN_METRICS).map(([name, labels]) => [`^${name}$`, [labels]])));
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

test('every alarm tells operations, and one page of them is all', () => {
  for (const { AlarmActions } of alarms)
    expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^OperationsAlertTopic/) as string }]);
  expect(alarms.length).toBeLessThanOrEqual(100);
});
