import type { Gateway } from './desk';
import type { Overview } from '../../src/gateway/overview-schemas';
import { assertNodeVersion } from '../bootstrap/node-version.cjs';
import { engineAccess, readSettings } from '../lib/settings';
import { engineTrouble } from '../lib/engine-access';
import { installationAt, PROJECT_ROOT } from '../lib/paths';
import { isInstalled as areToolsInstalled } from '../bootstrap/python.cjs';
import { isInstalled as arePackagesInstalled } from '../bootstrap/npm.cjs';
import { isRunning } from '../bootstrap/process-identity.cjs';
import { needOfTools } from '../bootstrap/needs.cjs';
import { readState } from '../lib/state';
import { wordsOf } from '../lib/gateway';

export interface Finding {
  state: 'ok' | 'warning' | 'failed';
  /** what is there */
  detail: string;
  /** what to do about it */
  remedy?: string;
}

export interface Check {
  name: string;
  /** the check without which this one says nothing */
  after?: string;
  look(): Finding | Promise<Finding>;
}

const ok = (detail: string): Finding => ({ state: 'ok', detail });
const warning = (detail: string, remedy: string): Finding => ({ state: 'warning', detail, remedy });
const failed = (detail: string, remedy: string): Finding => ({ state: 'failed', detail, remedy });

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
  const about = (name: string, look: (overview: Overview) => Finding): Check => ({
    name,
    after: 'gateway',
    look: async () => look(await seen()),
  });
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
    about('workers', ({ workers }) => {
      const idle = workers.filter((one) => one.workers === 0).map(({ queue }) => queue);
      if (idle.length > 0)
        return failed(`nobody works on ${idle.join(', ')}`, 'start a worker; orders wait for it durably');
      if (workers.length === 0) return failed('nothing is known of them', 'see what is told of Temporal');
      const behind = workers.filter(({ waitingSeconds = 0 }) => waitingSeconds >= LONG_S);
      if (behind.length > 0)
        return warning(
          behind.map((one) => `tasks of ${one.queue} have waited for ${one.waitingSeconds} s`).join(', '),
          'start another worker, or restart one that hangs',
        );
      return ok(workers.map((one) => `${one.workers} on ${one.queue}`).join(', '));
    }),
    about('what can be read', ({ unavailable }) =>
      unavailable.length === 0
        ? ok('every part of the overview')
        : failed(`not ${unavailable.join(', ')}`, "look at the gateway's log"),
    ),
    about('outside companies', ({ breakers }) => {
      const open = breakers.filter(({ state }) => state !== 'CLOSED').map(({ dependency }) => dependency);
      return open.length === 0
        ? ok('all are asked')
        : warning(`left alone: ${open.join(', ')}`, 'orders wait; once it is back, reset its breaker on the page');
    }),
    about('dead letters', ({ deadLetters }) => {
      const parked = deadLetters.filter((one) => one.parked > 0).map((one) => `${one.parked} ${one.class}`);
      return parked.length === 0
        ? ok('none waits for a person')
        : warning(`${parked.join(', ')} wait for a person`, '`npx waybill dead-letters list --state PARKED`');
    }),
    about('queues', ({ queues }) => {
      const late = queues
        .filter(({ waiting }) => waiting > BACKLOG)
        .map(({ queue, waiting }) => `${waiting} in ${queue}`);
      return late.length === 0
        ? ok('worked off')
        : warning(late.join(', '), 'start more consumers, or see why they do not get on');
    }),
    about('orders', ({ attention, promise }) => {
      const waiting = [
        ...(attention.orders > 0 ? [`${attention.orders} orders need a decision`] : []),
        ...(attention.openCases > 0 ? [`${attention.openCases} cases are open`] : []),
        ...(promise.atRisk + promise.breached > 0 ? [`${promise.atRisk + promise.breached} are late`] : []),
      ];
      return waiting.length === 0
        ? ok('none needs anybody')
        : warning(waiting.join(', '), '`npx waybill order list --status NEEDS_ATTENTION`, and the page');
    }),
  ];
}

/** Seconds for which a task may wait where all is well. */
const LONG_S = 30;
/** Messages that may wait in a queue before somebody hears of it. */
const BACKLOG = 1000;
