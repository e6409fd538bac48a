import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { tmpdir } from 'node:os';
import { becomes } from '../../scripts/lib/wait';
import { freePort } from '../../scripts/lib/ports';
import { textOf } from '../containers/support';

interface Config {
  global: { scrape_interval: string; evaluation_interval: string };
  rule_files: string[];
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
}

interface RuleFile {
  groups: { rules: { alert: string; expr: string; for?: string }[] }[];
}

interface Target {
  labels: { job: string };
  health: string;
  lastError: string;
  /** ISO 8601 */
  lastScrape: string;
}

export interface Sample {
  metric: Record<string, string>;
  value: [at: number, value: string];
}

export interface RuleState {
  name: string;
  health: string;
  lastError?: string;
  alerts: { state: string; labels: Record<string, string>; annotations: Record<string, string> }[];
}

/** A Prometheus with the configuration and the rules of `ops/`, in a hurry. */
export interface Prometheus {
  /** @throws Error with what Prometheus has against the expression */
  query(expr: string): Promise<Sample[]>;
  rules(): Promise<RuleState[]>;
  /** Waits until it knows all that the processes tell by now. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

const PATIENCE = { timeoutMs: 30_000, intervalMs: 200 };

/** Whether there is one on this machine. */
export const hasPrometheus = (): boolean => {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Seconds between two looks, and that an alert waits which waits at all. */
const HURRY = '1s';

/**
 * Starts it.
 *
 * @param targets where each job is, as host:port
 */
export async function startPrometheus(targets: Record<string, string>): Promise<Prometheus> {
  const home = await mkdtemp(join(tmpdir(), 'waybill-prometheus-'));
  const port = await freePort();
  const config = parse(textOf('ops/prometheus/prometheus.yml')) as Config;
  const { groups } = parse(textOf('ops/prometheus/rules.yml')) as RuleFile;
  const hurried: Config = {
    ...config,
    global: { scrape_interval: HURRY, evaluation_interval: HURRY },
    scrape_configs: config.scrape_configs.map((job) => ({
      ...job,
      static_configs: [{ targets: [targets[job.job_name] ?? `nowhere for ${job.job_name}`] }],
    })),
  };
  const hurriedRules = groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ({ ...rule, ...(rule.for !== undefined && { for: HURRY }) })),
  }));
  await writeFile(join(home, 'prometheus.yml'), stringify(hurried));
  await writeFile(join(home, 'rules.yml'), stringify({ groups: hurriedRules }));

  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(home, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(home, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));

  async function stop(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    }
    await rm(home, { recursive: true, force: true });
  }

  async function ask<T>(path: string): Promise<T> {
    const response = await fetch(`${url}/api/v1/${path}`);
    const answer = (await response.json()) as { status: string; error?: string; data: T };
    if (answer.status !== 'success') throw new Error(answer.error);
    return answer.data;
  }

  const isReady = await becomes(
    async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok === true || child.exitCode !== null,
    PATIENCE,
  );
  if (!isReady || child.exitCode !== null) {
    await stop();
    throw new Error(`Prometheus did not start:\n${output}`);
  }
  // counters are seen from 0 on
  const targetsOf = async () => (await ask<{ activeTargets: Target[] }>('targets')).activeTargets;
  const areUp = async () => (await targetsOf()).filter(({ health }) => health === 'up').length;
  const isSeen = await becomes(async () => (await areUp()) === Object.keys(targets).length, PATIENCE);
  if (!isSeen) {
    const wrong = JSON.stringify(await targetsOf());
    await stop();
    throw new Error(`Prometheus does not reach everybody: ${wrong}`);
  }
  return {
    stop,
    async catchUp() {
      const now = Date.now();
      const hasLooked = async () => (await targetsOf()).every(({ lastScrape }) => Date.parse(lastScrape) > now);
      if (!(await becomes(hasLooked, PATIENCE))) throw new Error('Prometheus does not look any more');
    },
    query: async (expr) => (await ask<{ result: Sample[] }>(`query?${new URLSearchParams({ query: expr })}`)).result,
    rules: async () =>
      (await ask<{ groups: { rules: RuleState[] }[] }>('rules')).groups.flatMap((group) => group.rules),
  };
}
