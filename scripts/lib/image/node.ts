import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface NodeInstallation {
  version: string;
  /** first on the path: `node`, and the npm that runs us, on it */
  bin: string;
}

/**
 * Installs a Node out of npm's package `node`.
 *
 * @param p.wanted a version, or a major one for its newest
 * @throws Error when this was not started by npm, which it needs
 */
export async function installNode(p: { wanted: string; directory: string }): Promise<NodeInstallation> {
  const npm = process.env['npm_execpath'];
  if (!npm) throw new Error('Start this with npm: `npm run prove:image`');
  await mkdir(p.directory, { recursive: true });
  const flags = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  await run(process.execPath, [npm, 'install', '--prefix', p.directory, ...flags, `node@${p.wanted}`]);
  const bin = join(p.directory, 'bin');
  await mkdir(bin);
  const node = join(bin, 'node');
  await symlink(join(p.directory, 'node_modules', 'node', 'bin', 'node'), node);
  await writeFile(join(bin, 'npm'), `#!/bin/sh\nexec "${node}" "${npm}" "$@"\n`);
  await chmod(join(bin, 'npm'), 0o755);
  const { stdout } = await run(node, ['-p', 'process.versions.node']);
  return { version: stdout.trim(), bin };
}

export const pathWith = (bin: string) => `${bin}${delimiter}${process.env['PATH'] ?? ''}`;
