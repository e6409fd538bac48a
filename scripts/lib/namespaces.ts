import { temporalCli } from './temporal-cli';
import { becomes } from './wait';

/** how long the engine keeps the history of an order that has ended */
const RETENTION = '72h';
const USABLE_WITHIN_MS = 30_000;

/**
 * Makes a namespace, and waits until the engine uses it.
 *
 * @throws Error when it exists already, or cannot be used in time
 */
export async function createNamespace({ address, namespace }: { address: string; namespace: string }): Promise<void> {
  const named = ['--namespace', namespace];
  await temporalCli(address, 'operator', 'namespace', 'create', '--retention', RETENTION, ...named);
  // the engine's services learn of it one after the other
  const isUsable = () => succeeds(temporalCli(address, 'workflow', 'list', '--limit', '1', ...named));
  if (await becomes(isUsable, { timeoutMs: USABLE_WITHIN_MS, intervalMs: 200 })) return;
  throw new Error(`${address} did not use the new namespace ${namespace} within ${USABLE_WITHIN_MS / 1000} s`);
}

const succeeds = (work: Promise<unknown>) =>
  work.then(
    () => true,
    () => false,
  );
