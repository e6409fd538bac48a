import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgress } from './bootstrap/progress.cjs';
import { reportFailure, Trouble } from './bootstrap/trouble.cjs';
import { runCommand } from './lib/command';
import type { ManagedProcess } from './lib/managed-process';
import { environmentFor } from './lib/postgres-engine/command-environment';
import { type EngineDeps, startPostgresEngine } from './lib/postgres-engine/postgres-engine';
import { listenForStop } from './lib/stop-requests';
import { createTakedown } from './lib/takedown';

/** what a shell says of a program that Ctrl-C ended */
const INTERRUPTED = 130;
const LOGS = 'logs';

/**
 * Runs a Temporal server on PostgreSQL, until the user ends it, or as long as a command runs on it; then forgets it.
 * Ends the process with the command's exit code, 0 when the user ended the server, 1 when something failed.
 *
 * @param command a program and its arguments; empty: the server alone
 */
export async function main(command: readonly string[]): Promise<never> {
  const home = mkdtempSync(join(tmpdir(), 'waybill-engine-'));
  const progress = createProgress();
  const takedown = createTakedown({ report: progress.line });
  // the terminal may go away; the servers still have to be stopped in order
  process.stdout.on('error', () => undefined);
  process.on('exit', takedown.killAll);

  const exitCode = await new Promise<number>((resolve, reject) => {
    listenForStop({
      onStop: () => resolve(command.length > 0 ? INTERRUPTED : 0),
      onForce: () => process.exit(1),
    });
    process.on('uncaughtException', reject);
    const deps = { home, progress, takedown, postgresUrl: process.env['WAYBILL_POSTGRES_URL'] };
    run(deps, { command, end: resolve, fail: reject }).catch(reject);
  }).catch(reportFailure);

  progress.stop();
  await takedown.close().catch((error: unknown) => progress.line(String(error)));
  const failed = ![0, INTERRUPTED].includes(exitCode);
  if (forget(home, { keepLogs: failed })) progress.line(`The engine's logs: ${join(home, LOGS)}`);
  process.exit(exitCode);
}

interface Ending {
  command: readonly string[];
  end: (exitCode: number) => void;
  fail: (error: Error) => void;
}

async function run(deps: EngineDeps, { command, end, fail }: Ending): Promise<void> {
  const engine = await startPostgresEngine(deps);
  for (const server of [engine.server, engine.database])
    if (server) void server.exited.then((how) => fail(ended(server, how)));
  deps.progress.line(`${engine.description} serves at ${engine.address}.`);
  if (command.length === 0) {
    deps.progress.line(`\n  TEMPORAL_ADDRESS=${engine.address} npm start\n\nCtrl-C stops it and forgets all it holds.`);
    return;
  }
  const running = await runCommand(command, environmentFor(engine, deps.home));
  deps.takedown.add(running);
  end(await running.exited);
}

const ended = ({ name, log }: ManagedProcess, how: string) =>
  new Trouble(`${name} ${how}, so everything is stopped (log: ${log}).`);

/** Removes everything but the logs, where they are wanted; answers whether there are any. */
function forget(home: string, { keepLogs }: { keepLogs: boolean }): boolean {
  const names = readdirSync(home);
  const kept = keepLogs && names.includes(LOGS);
  const removed = kept ? names.filter((name) => name !== LOGS).map((name) => join(home, name)) : [home];
  for (const path of removed) rmSync(path, { recursive: true, force: true });
  return kept;
}
