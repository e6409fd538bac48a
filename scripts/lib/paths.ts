import { join, resolve } from 'node:path';

export const PROJECT_ROOT = resolve(__dirname, '../..');

/** what is derived from sources: shared by every installation of this checkout, and kept by a reset */
export const CACHE = join(PROJECT_ROOT, '.waybill', 'cache');

const TOOLS = join(PROJECT_ROOT, '.tools', 'bin');

/** the programs that `scripts/bootstrap.cjs` installs */
export const tools = {
  temporal: join(TOOLS, 'temporal'),
  temporalTestServer: join(TOOLS, 'temporal-test-server'),
  python: join(TOOLS, 'python'),
};

export type Installation = ReturnType<typeof installationAt>;

/** The files of one installation. `home` is `.waybill` unless WAYBILL_HOME says otherwise. */
export function installationAt(home = process.env['WAYBILL_HOME'] || join(PROJECT_ROOT, '.waybill')) {
  const root = resolve(home);
  return {
    home: root,
    engine: join(root, 'temporal.db'),
    aws: join(root, 'aws'),
    logs: join(root, 'logs'),
    state: join(root, 'state.json'),
    lock: join(root, 'start.lock'),
  };
}

/** The log of one process. */
export const logOf = (installation: Installation, name: string) => join(installation.logs, `${name}.log`);
