import type { Gateway } from './desk';
import type { Overview } from '../../src/gateway/overview-schemas';
import { assertNodeVersion } from '../bootstrap/node-version.cjs';
import { engineAccess, readSettings } from '../lib/settings';
import { engineTrouble } from '../lib/engine-access';
import { failed, type Finding, LOOKS, ok, warning } from './findings';
import { installationAt, PROJECT_ROOT } from '../lib/paths';
import { isInstalled as areToolsInstalled } from '../bootstrap/python.cjs';
import { isInstalled as arePackagesInstalled } from '../bootstrap/npm.cjs';
import { isRunning } from '../bootstrap/process-identity.cjs';
import { needOfTools } from '../bootstrap/needs.cjs';
import { readState } from '../lib/state';
import { wordsOf } from '../lib/gateway';

export interface Check {
  name: string;
  /** the check without which this one says nothing */
  after?: string;
  look(): Finding | Promise<Finding>;
}

/** What is on this machine. */
export const installationChecks = (env: NodeJS.ProcessEnv): Check[] => [
  {
    name: 'Node.js',
    look() {
      try {
        assertNodeVersion(process.versions.node);
        return ok(process.version);
      } catch (error) {
        return failed(process.version, (error as Error).message);
      }
    },
  },
  {
    name: 'packages',
    look: () =>
      arePackagesInstalled(PROJECT_ROOT)
        ? ok('as package-lock.json says')
        : failed('not as package-lock.json says', '`npm ci`'),
  },
  {
    name: 'local servers',
    look() {
      if (needOfTools('start', env) === 'unneeded') return ok('yours are used');
      return areToolsInstalled(PROJECT_ROOT)
        ? ok('installed in .tools')
        : warning('not installed', '`npm start` installs them; it needs Python 3.10 or newer');
    },
  },
  {
    name: 'processes',
    look() {
      const { state, home } = installationAt();
      const known = readState(state)?.processes ?? [];
      const gone = known.filter((one) => !isRunning(one)).map(({ name }) => name);
      if (known.length === 0) return ok(`none of \`npm start\` in ${home}`);
      if (gone.length === 0) return ok(known.map(({ name, pid }) => `${name} (pid ${pid})`).join(', '));
      return failed(`${gone.join(', ')} ended without being stopped`, '`npm start` sees to it');
    },
  },
];

/** What runs, wherever it does. */
export function systemChecks(env: NodeJS.ProcessEnv, gateway: Gateway): Check[] {
  let overview: Promise<Overview> | undefined;
  /** one answer for all that ask */
  const seen = () => (overview ??= gateway.get<Overview>('/overview'));
  return [
    {
      name: 'gateway',
      async look() {
        const answer = await gateway.ask('/readyz').catch(() => undefined);
        if (!answer) return failed(`nothing answers at ${gateway.url}`, '`npm start`, or name another one with --url');
        if (answer.status === 200) return ok(`ready at ${gateway.url}`);
        return failed(
          `not ready at ${gateway.url}: ${wordsOf(answer)}`,
          'bring back what is down; nothing is lost meanwhile',
        );
      },
    },
    {
      name: 'Temporal',
      async look() {
        const engine = engineAccess(await readSettings(env));
        const trouble = await engineTrouble(engine);
        const where = `${engine.connection.address}, namespace ${engine.namespace}`;
        return trouble === undefined
          ? ok(where)
          : failed(`${where}: ${trouble}`, 'start the server, or set TEMPORAL_ADDRESS');
      },
    },
    ...Object.entries(LOOKS).map(([name, look]) => ({ name, after: 'gateway', look: async () => look(await seen()) })),
  ];
}
