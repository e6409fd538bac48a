import { stringify } from 'yaml';
import { OWN_METRICS, OWN_NAMESPACE } from '../../infra/own-metrics';

/** Where the collector's configuration is. */
export const COLLECTOR_CONFIG = 'ops/collector/collector.yml';

const HEAD = `# The AWS Distro for OpenTelemetry Collector: what the processes count goes to CloudWatch, their traces to X-Ray.
# Made by \`npm run docs\` out of infra/own-metrics.ts: change it there.
`;

const config = {
  receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } },
  processors: {
    // the exporter would log what it makes no metrics of
    filter: { metrics: { metric: [`not IsMatch(name, "^(${Object.keys(OWN_METRICS).join('|')})$")`] } },
    // CloudWatch adds up what it is told
    cumulativetodelta: {},
    batch: { timeout: '15s' },
  },
  exporters: {
    awsemf: {
      namespace: OWN_NAMESPACE,
      log_group_name: '/waybill/metrics',
      log_retention: 7,
      dimension_rollup_option: 'NoDimensionRollup',
      metric_declarations: Object.entries(OWN_METRICS).map(([name, sets]) => ({
        metric_name_selectors: [`^${name}$`],
        dimensions: sets.map((dimensions) => [...dimensions]),
      })),
    },
    awsxray: {},
  },
  service: {
    pipelines: {
      metrics: { receivers: ['otlp'], processors: ['filter', 'cumulativetodelta', 'batch'], exporters: ['awsemf'] },
      traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['awsxray'] },
    },
  },
};

/** Brings to CloudWatch what its dashboard and alarms ask for, and nothing else. */
export const collectorConfig = () => HEAD + stringify(config, { lineWidth: 0 });
