import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../../bootstrap/progress.cjs';
import { Trouble } from '../../bootstrap/trouble.cjs';
import { sourceHash } from '../cache';
import type { ManagedProcess } from '../managed-process';
import { CACHE, PROJECT_ROOT, tools } from '../paths';
import { runToEnd } from '../run-to-end';
import { findGo } from './find-go';

/** a Go module of two tools; its go.sum has the checksum of everything that is built */
const MODULE = 'tools/temporal-server';
const PACKAGES = ['go.temporal.io/server/cmd/server', 'go.temporal.io/server/cmd/tools/sql'];
const PREFIX = 'temporal-server-';

export interface TemporalPrograms {
  version: string;
  server: string;
  /** makes databases and their schemas */
  sql: string;
}

export interface BuildOptions {
  progress: Progress;
  log: string;
  onStart: (started: ManagedProcess) => void;
}

/** What the module pins. */
export function pinnedVersions(goMod = readFileSync(join(PROJECT_ROOT, MODULE, 'go.mod'), 'utf8')) {
  const temporal = /^\s*(?:require\s+)?go\.temporal\.io\/server v(\S+)/m.exec(goMod)?.[1];
  const go = /^go (\S+)/m.exec(goMod)?.[1];
  if (!temporal || !go) throw new Error(`${MODULE}/go.mod pins no go.temporal.io/server, or names no Go version`);
  return { temporal, go };
}

/** The version of the server inside the dev server of tools/requirements.txt. */
export function devServerVersion(): string {
  const output = execFileSync(tools.temporal, ['--version'], { encoding: 'utf8' });
  const version = /Server (\d[^,)\s]*)/.exec(output)?.[1];
  if (!version) throw new Error(`\`temporal --version\` names no server: ${output}`);
  return version;
}

/** @throws Trouble when the server on PostgreSQL would be another than the dev server */
export function assertSameVersion({ pinned, dev }: { pinned: string; dev: string }): void {
  if (pinned === dev) return;
  throw new Trouble(
    `${MODULE}/go.mod pins Temporal ${pinned}, and the dev server of tools/requirements.txt is ${dev}: pin the same one.`,
  );
}

/**
 * Temporal's server and its SQL tool, built when this version was not built here before.
 *
 * @throws Trouble when Go is missing, or the build fails
 */
export async function temporalPrograms(options: BuildOptions): Promise<TemporalPrograms> {
  const { temporal, go: needs } = pinnedVersions();
  assertSameVersion({ pinned: temporal, dev: devServerVersion() });
  const name = `${PREFIX}${temporal}-${await sourceHash([MODULE])}`;
  const directory = join(CACHE, name);
  if (!existsSync(directory)) {
    const go = findGo({ needs });
    await options.progress.stage(`Temporal ${temporal} (Go; minutes, the first time)`, () =>
      build({ ...options, go, directory }),
    );
    await forgetOthers(name);
  }
  return { version: temporal, server: join(directory, 'server'), sql: join(directory, 'sql') };
}

async function build({ go, directory, log, onStart }: BuildOptions & { go: string; directory: string }): Promise<void> {
  const draft = `${directory}.${process.pid}`;
  const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', `${draft}/`, ...PACKAGES];
  // what the user's own builds are told is not meant for this one; without C no compiler is needed
  const env = { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off', CGO_ENABLED: '0' };
  await mkdir(draft, { recursive: true });
  try {
    await runToEnd({ name: 'go build', command: go, args, env, log, cwd: join(PROJECT_ROOT, MODULE) }, onStart);
    await rename(draft, directory).catch((error: unknown) => {
      // another process was faster
      if (!existsSync(directory)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** builds are large, and only the pinned one is used; drafts of others have another ending */
async function forgetOthers(kept: string): Promise<void> {
  const builds = readdirSync(CACHE).filter((name) => name.startsWith(PREFIX) && /-[0-9a-f]+$/.test(name));
  const old = builds.filter((name) => name !== kept);
  await Promise.all(old.map((name) => rm(join(CACHE, name), { recursive: true, force: true })));
}
