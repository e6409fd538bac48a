import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Client, Connection } from '@temporalio/client';
import { type CuttableProxy, createCuttableProxy } from './cuttable-proxy';
import { becomes } from '../../scripts/lib/wait';
import { freePort } from '../../scripts/lib/ports';
import { sampleOrder, uniqueId } from './orders';
import { System } from './system';

/** The name of a metric as Prometheus has it, and the labels of its series. */
export interface Series {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-z_][\w:]*)(?:\{(.*)\})? (\S+)$/i;

/** What a process tells, line by line. */
const seriesOf = (text: string): Series[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
      if (name === '') throw new Error(`not a line of Prometheus's format: ${line}`);
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      return {
        name,
        labels: Object.fromEntries(pairs.map(([, key = '', to = '']) => [key, to])),
        value: Number(value),
      };
    });

/** All of Waybill as a user starts it, whose worker loses the engine for a moment, and that has seen a little of everything. */
export class MetricsStage {
  /** orders that ended, by how */
  readonly seen = { placed: 0, shipped: 0, failed: 0 };
  /** what worker and consumer said of themselves while the engine was away, and then */
  readonly cut: Record<string, unknown> = {};
  readonly mended: Record<string, unknown> = {};

  private constructor(
    private readonly system: System,
    private readonly proxy: CuttableProxy,
    private readonly ports: Record<'worker' | 'consumer', number>,
  ) {}

  /** @param p.endpoint where metrics are sent by OTLP too */
  static async start(p: { endpoint: string }): Promise<MetricsStage> {
    const [, enginePort] = (process.env['TEMPORAL_ADDRESS'] ?? '').split(':');
    const proxy = await createCuttableProxy({ port: Number(enginePort) });
    const ports = { worker: await freePort(), consumer: await freePort() };
    const system = await System.create({
      engine: `127.0.0.1:${proxy.port}`,
      env: {
        WORKER_HEALTH_PORT: `${ports.worker}`,
        CONSUMER_HEALTH_PORT: `${ports.consumer}`,
        RECONCILE_SETTLED_AFTER_S: '0',
        RECONCILE_PAUSE_S: '1',
        OTEL_EXPORTER_OTLP_ENDPOINT: p.endpoint,
      },
    });
    await system.start();
    return new MetricsStage(system, proxy, ports);
  }

  /** Orders that ship and that fail, and trouble of every kind that is counted. */
  async live(): Promise<void> {
    const { system } = this;
    await this.place('shipped');
    await this.place('shipped', { paymentMethod: 'pm_timeout_charged' });
    await this.place('failed', { paymentMethod: 'pm_declined' });
    await this.place('failed', { zipCode: '99999' });
    // refused at once, it is kept all the same
    await system.post({ ...sampleOrder(), totalAmount: 1 });
    this.seen.placed++;
    this.seen.failed++;
    await fetch(`${system.gateway}/nowhere`);
    await this.sendNonsense();
    await this.failWorkflowTask();
    await this.loseEngine();
    await this.place('shipped');
    await system.post({ by: 'tests', full: true }, {}, '/maintenance/reconciliation');
    await this.until('everything is counted', (series) => {
      const sum = (name: string) =>
        series.filter((one) => one.name === name).reduce((all, { value }) => all + value, 0);
      const { placed, shipped, failed } = this.seen;
      const isCounted = sum('waybill_orders_placed_total') >= placed;
      const haveEnded = sum('waybill_order_outcomes_total') >= shipped + failed;
      const isReconciled = series.some(({ name }) => name === 'waybill_reconciliation_findings');
      return isCounted && haveEnded && isReconciled && sum('waybill_dead_letters_total') > 0;
    });
  }

  /** Where each process tells of itself, as host:port. */
  get targets(): Record<'gateway' | 'worker' | 'consumer', string> {
    const { worker, consumer } = this.ports;
    return {
      gateway: new URL(this.system.gateway).host,
      worker: `127.0.0.1:${worker}`,
      consumer: `127.0.0.1:${consumer}`,
    };
  }

  /** What processes tell of themselves, joined. */
  async read(): Promise<Series[]> {
    const hosts = Object.values(this.targets);
    const texts = await Promise.all(hosts.map(async (host) => (await fetch(`http://${host}/metrics`)).text()));
    return texts.flatMap(seriesOf);
  }

  async stop(): Promise<void> {
    await this.system.stop();
    this.proxy.close();
  }

  private async place(end: 'shipped' | 'failed', changes: Parameters<typeof sampleOrder>[0] = {}): Promise<void> {
    const order = sampleOrder(changes);
    await this.system.placeUntilTaken(order);
    await this.system.ended(order.orderId ?? '');
    this.seen.placed++;
    this.seen[end]++;
  }

  /** A message that is no event. */
  private async sendNonsense(): Promise<void> {
    const sqs = new SQSClient({ endpoint: this.system.aws });
    const QueueUrl = `${this.system.aws}/000000000000/order-intake-queue`;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'no event' }));
    sqs.destroy();
  }

  /** A workflow of a type that the worker does not have. */
  private async failWorkflowTask(): Promise<void> {
    const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '' });
    const client = new Client({ connection, namespace: this.system.engine.namespace });
    const handle = await client.workflow.start('nobodyKnows', { taskQueue: 'orders', workflowId: uniqueId('wf') });
    await this.until('a workflow task failed', (series) =>
      series.some(({ name }) => name === 'temporal_workflow_task_execution_failed_total'),
    );
    await handle.terminate();
    await connection.close();
  }

  private async loseEngine(): Promise<void> {
    this.proxy.cut();
    const ready = (name: 'worker' | 'consumer') => fetch(`http://127.0.0.1:${this.ports[name]}/readyz`);
    for (const name of ['worker', 'consumer'] as const) this.cut[name] = await (await ready(name)).json();
    await this.until('calls of the engine failed', (series) =>
      ['temporal_long_request_failure_total', 'temporal_request_failure_total'].every((wanted) =>
        series.some(({ name }) => name === wanted),
      ),
    );
    this.proxy.mend();
    for (const name of ['worker', 'consumer'] as const) {
      await becomes(async () => (await ready(name)).ok, { timeoutMs: 30_000, intervalMs: 500 });
      this.mended[name] = (await ready(name)).status;
    }
  }

  private async until(what: string, reached: (series: Series[]) => boolean): Promise<void> {
    const isReached = await becomes(async () => reached(await this.read()), { timeoutMs: 60_000, intervalMs: 500 });
    if (!isReached) throw new Error(`not in time: ${what}`);
  }
}
