import { CATALOGUE, METRIC_GROUPS, type MetricDefinition, type MetricGroup } from '../../src/metrics/catalogue';

const TITLES: Record<MetricGroup, string> = {
  workflow: 'Workflows',
  event: 'Events',
  worker: 'Workers, activities and the gateway',
  queue: 'Queues',
  business: 'Business',
};

const definitions = Object.entries<MetricDefinition>(CATALOGUE);

/** Every metric of ours, as Markdown. */
export const metricsReference = () => `# Metrics

<!-- made by \`npm run docs\` out of src/metrics/catalogue.ts: change it there -->

What each process counts of itself; [Metrics and alerts](operations.md#metrics-and-alerts) says where they are told. A
histogram has \`_bucket\`, \`_sum\` and \`_count\`. No label names an order, a product or a customer.

Counters and histograms begin at 0 with their process, so the number itself says nothing: ask for what was added, by
\`increase()\` or \`rate()\`, which see a restart. How much there was altogether is in the [reports](product.md), not here.

${METRIC_GROUPS.map((group) => `## ${TITLES[group]}\n\n${tableOf(group)}`).join('\n\n')}
`;

function tableOf(group: MetricGroup): string {
  const rows = definitions
    .filter(([, definition]) => definition.group === group)
    .map(([name, { kind, labels, help, processes }]) => {
      const named = Object.keys(labels).map((label) => `\`${label}\``);
      return [
        `\`${name}\``,
        kind,
        named.join(', ') || '–',
        processes.length === 3 ? 'all' : processes.join(', '),
        help,
      ];
    });
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`;
  const head = ['Metric', 'Kind', 'Labels', 'Process', 'What it says'];
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
