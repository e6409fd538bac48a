import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tools } from './paths';
import { becomes } from './wait';

const execute = promisify(execFile);

/** how long the engine keeps the history of an order that has ended */
const RETENTION = '72h';
const USABLE_WITHIN_MS = 30_000;

/**
 * Makes a namespace, and waits until the engine uses it.
 *
 * @throws Error when it exists already, or cannot be used in time
 */
export async function createNamespace({ address, namespace }: { address: string; namespace: string }): Promise<void> {
  const at = ['--address', address, '--namespace', namespace, '--command-timeout', '10s'];
  await execute(tools.temporal, ['operator', 'namespace', 'create', '--retention', RETENTION, ...at]);
  // the engine's services learn of it one after the other
  const list = () => execute(tools.temporal, ['workflow', 'list', '--limit', '1', ...at]);
  const usable = await becomes(
    () =>
      list().then(
        () => true,
        () => false,
      ),
    { timeoutMs: USABLE_WITHIN_MS, intervalMs: 200 },
  );
  if (!usable) throw new Error(`${address} did not use the new namespace ${namespace} in ${USABLE_WITHIN_MS / 1000} s`);
}
