import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { tools } from './paths';

const execute = promisify(execFile);

/**
 * Asks a Temporal server of this machine through Temporal's own command, and answers what it printed. Keys and profiles
 * that the user has for another server are left out.
 *
 * @throws Error with the command's output when it fails
 */
export async function temporalCli(address: string, ...args: string[]): Promise<string> {
  const own = ['--disable-config-file', '--disable-config-env', '--command-timeout', '10s'];
  return (await execute(tools.temporal, [...args, '--address', address, ...own])).stdout;
}

/** Whether a Temporal server of this machine answers there, whatever namespaces it has. */
export async function isClusterHealthy(address: string): Promise<boolean> {
  return temporalCli(address, 'operator', 'cluster', 'health').then(
    () => true,
    () => false,
  );
}
