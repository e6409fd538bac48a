import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { tmpdir } from 'node:os';
import { becomes } from '../../scripts/lib/wait';
import { CATALOGUE, type MetricDefinition, type MetricName, type MetricProcess } from '../../src/metrics/catalogue';
import { COLLECTOR_CONFIG } from '../../scripts/lib/collector-config';
import { createMetrics, type Metrics } from '../../src/metrics';
import { freePort } from '../../scripts/lib/ports';
import { OWN_METRICS, OWN_NAMESPACE } from '../../infra/own-metrics';
import { textOf } from '../containers/support';

/** Distributions that have what the configuration asks for, by their programs. */
const COLLECTORS = ['aws-otel-collector', 'otelcol-contrib'];

/** A line of CloudWatch's embedded metric format. */
interface Line {
  _aws?: {
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
  [name: string]: unknown;
}

const aboutOf = ({ _aws: about }: Line) => about;

const isHere = (program: string) => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const program = COLLECTORS.find(isHere);

(program === undefined ? test.skip : test)(
  `${COLLECTORS.join(' or ')} brings what is counted to CloudWatch, and nothing else`,
  async () => {
    const lines = await collected(program ?? '', async (endpoint) => {
      const processes: MetricProcess[] = ['gateway', 'worker', 'consumer'];
      const all = processes.map((process) => [process, createMetrics({ process, endpoint })] as const);
      for (const [process, metrics] of all) countEverything(process, metrics);
      await Promise.all(all.map(([, metrics]) => metrics.stop()));
    });
    expect(lines.filter((line) => aboutOf(line) === undefined)).toEqual([]);
    const brought = new Set<string>();
    for (const line of lines)
      for (const { Namespace, Dimensions, Metrics: named } of aboutOf(line)?.CloudWatchMetrics ?? [])
        for (const { Name } of named)
          for (const dimensions of Dimensions) {
            expect({ Name, has: Object.keys(line) }).toEqual({
              Name,
              has: expect.arrayContaining([Name, ...dimensions]) as string[],
            });
            brought.add(`${Namespace} ${Name} ${dimensions.toSorted().join(',')}`);
          }
    const expected = Object.entries(OWN_METRICS).flatMap(([name, sets]: [string, readonly (readonly string[])[]]) =>
      sets.map((dimensions) => `${OWN_NAMESPACE} ${name} ${dimensions.toSorted().join(',')}`),
    );
    expect([...brought].toSorted()).toEqual(expected.toSorted());
    // as what was added, the first of it too
    const placed = lines.map((line) => Number(line['waybill_orders_placed_total'] ?? 0));
    expect(placed.reduce((sum, count) => sum + count, 0)).toBe(COUNT);
  },
);

const COUNT = 3;

/** Each metric of a process, with some value of each label; and of Temporal's SDK those that go to CloudWatch. */
function countEverything(process: MetricProcess, { record, provider }: Metrics): void {
  for (const [name, { labels, processes }] of Object.entries<MetricDefinition>(CATALOGUE)) {
    if (!processes.includes(process)) continue;
    const some = Object.fromEntries(Object.entries(labels).map(([label, [value = 'some'] = []]) => [label, value]));
    record(name as MetricName, some as never, COUNT);
  }
  if (process !== 'worker') return;
  const meter = provider.getMeter('temporal');
  for (const [name, [labels]] of Object.entries(OWN_METRICS).filter(([one]) => one.startsWith('temporal_')))
    if (name.endsWith('_total')) meter.createCounter(name).add(COUNT);
    else meter.createGauge(name).record(COUNT, Object.fromEntries(labels.map((label) => [label, 'some'])));
}

interface Config {
  receivers: { otlp: { protocols: { http: { endpoint: string } } } };
  exporters: { awsemf: object };
  service: object;
}

/** What a collector of our configuration writes for CloudWatch of what it is told. */
async function collected(name: string, tell: (endpoint: string) => Promise<void>): Promise<Line[]> {
  const home = await mkdtemp(join(tmpdir(), 'waybill-collector-'));
  const endpoint = `127.0.0.1:${await freePort()}`;
  const config = parse(textOf(COLLECTOR_CONFIG)) as Config;
  const file = join(home, 'collector.yml');
  await writeFile(
    file,
    stringify({
      ...config,
      receivers: { otlp: { protocols: { http: { endpoint } } } },
      exporters: { ...config.exporters, awsemf: { ...config.exporters.awsemf, output_destination: 'stdout' } },
      service: { ...config.service, telemetry: { metrics: { level: 'none' } } },
    }),
  );
  const child = spawn(name, ['--config', file], {
    env: { ...process.env, AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let [text, log] = ['', ''];
  child.stdout.on('data', (more: Buffer) => (text += more.toString()));
  child.stderr.on('data', (more: Buffer) => (log += more.toString()));
  try {
    const isReady = await becomes(() => log.includes('Everything is ready') || child.exitCode !== null, {
      timeoutMs: 30_000,
    });
    if (!isReady || child.exitCode !== null) throw new Error(`the collector did not start:\n${log}`);
    await tell(`http://${endpoint}`);
  } finally {
    // it hands on what it has
    child.kill();
    await exited;
    await rm(home, { recursive: true, force: true });
  }
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}
