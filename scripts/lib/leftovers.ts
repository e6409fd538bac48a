import { isRunning, type ProcessRecord } from '../bootstrap/process-identity.cjs';
import { STOP_GRACE_MS } from './managed-process';
import type { State } from './state';
import { becomes } from './wait';

/** What an earlier start left running: its launcher was killed before it could stop them. */
export function leftoversOf(state: State | undefined): State['processes'] {
  return state?.processes.filter(isRunning) ?? [];
}

/** Stops them as their launcher would have: the last one started first, so that the emulator saves the tables at the end. */
export async function stopLeftovers(leftovers: State['processes'], graceMs = STOP_GRACE_MS): Promise<void> {
  for (const leftover of leftovers.toReversed()) {
    signalTo(leftover, 'SIGTERM');
    if (!(await becomes(() => !isRunning(leftover), { timeoutMs: graceMs }))) signalTo(leftover, 'SIGKILL');
    await becomes(() => !isRunning(leftover), { timeoutMs: graceMs });
  }
}

function signalTo(record: ProcessRecord, signal: NodeJS.Signals): void {
  if (isRunning(record)) process.kill(record.pid, signal);
}
