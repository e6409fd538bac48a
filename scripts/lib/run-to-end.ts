import { Trouble } from '../bootstrap/trouble.cjs';
import { lastWords, type ManagedProcess, type ProcessSpec, startProcess } from './managed-process';

/**
 * Runs a program to its end.
 *
 * @throws Trouble with the last line of its log when it could not be started, or failed
 */
export async function runToEnd(spec: ProcessSpec, onStart?: (started: ManagedProcess) => void): Promise<void> {
  const started = await startProcess(spec).catch((error: unknown) => {
    throw new Trouble(`${spec.name} could not be started: ${String(error)}.`);
  });
  onStart?.(started);
  const how = await started.exited;
  if (started.child.exitCode === 0) return;
  throw new Trouble(`${spec.name} ${how}: ${lastWords(spec.log)} (log: ${spec.log}).`);
}
