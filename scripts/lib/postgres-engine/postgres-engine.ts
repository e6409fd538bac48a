import { join } from 'node:path';
import type { Progress } from '../../bootstrap/progress.cjs';
import { Trouble } from '../../bootstrap/trouble.cjs';
import type { ManagedProcess } from '../managed-process';
import { createNamespace } from '../namespaces';
import { answers } from '../ports';
import type { Stoppable, Takedown } from '../takedown';
import { createCluster, type PostgresAccess } from './cluster';
import { accessOf, createDatabases, type DatabaseNames, dropDatabases, newDatabaseNames } from './databases';
import { findPostgres } from './find-postgres';
import { temporalPrograms } from './temporal-build';
import { createTemporalServer } from './temporal-server';

/** the one that `npm start` and the tests use when nobody names another */
const NAMESPACE = 'default';

export interface PostgresEngine {
  address: string;
  /** what runs, with versions */
  description: string;
  server: ManagedProcess;
  /** none: the user's own */
  database: ManagedProcess | undefined;
  /** starts a server again that has ended */
  restartServer(): Promise<ManagedProcess>;
  restartDatabase(): Promise<ManagedProcess>;
}

export interface EngineDeps {
  /** an existing directory for what is kept while it runs */
  home: string;
  /** an existing PostgreSQL; none: one of our own, from nothing */
  postgresUrl?: string | undefined;
  /** false: a Ctrl-C of the terminal ends the servers too, for a caller that it ends at once */
  ownGroup?: boolean;
  progress: Progress;
  takedown: Takedown;
}

interface Database {
  access: PostgresAccess;
  name: string;
  start?: () => Promise<ManagedProcess>;
}

/**
 * Starts a Temporal server on PostgreSQL, from nothing: cluster, databases, schemas, server, namespace. It is forgotten
 * when the takedown closes.
 *
 * @throws Trouble that says what is missing and what to do
 */
export async function startPostgresEngine(deps: EngineDeps): Promise<PostgresEngine> {
  const { home, progress, takedown, ownGroup = true } = deps;
  const onStart = takedown.add;
  // what is missing is said before minutes are spent on the other
  const prepareDatabase = await databaseOf(deps);
  const programs = await temporalPrograms({ progress, log: logOf(home, 'go'), onStart });
  const { access, name, start } = await prepareDatabase();
  const database = await start?.();
  const databases = await newDatabases(deps, { sql: programs.sql, access, isGuest: !start });
  const [directory, log] = [join(home, 'temporal'), logOf(home, 'temporal')];
  const where = { server: programs.server, directory, log };
  const temporal = await createTemporalServer({ ...where, access, databases, ownGroup, onStart });
  const server = await progress.stage('Temporal server', temporal.start);
  const { address } = temporal;
  await progress.stage('namespace', () => createNamespace({ address, namespace: NAMESPACE }));
  return {
    address,
    description: `Temporal ${programs.version} on ${name}`,
    server,
    database,
    restartServer: temporal.start,
    restartDatabase: async () => {
      if (!start) throw new Error(`${name} is not ours to start`);
      return start();
    },
  };
}

/** @throws Trouble at once when there is no usable PostgreSQL */
async function databaseOf(deps: EngineDeps): Promise<() => Promise<Database>> {
  const { postgresUrl, home, progress, takedown, ownGroup = true } = deps;
  if (postgresUrl) {
    const access = accessOf(postgresUrl);
    if (!(await answers(access))) throw new Trouble(`Nothing answers at WAYBILL_POSTGRES_URL (${at(access)}).`);
    return async () => ({ access, name: `PostgreSQL at ${at(access)}` });
  }
  const programs = findPostgres();
  return async () => {
    const [directory, log] = [join(home, 'postgres'), logOf(home, 'postgres')];
    const cluster = await progress.stage('PostgreSQL cluster', () =>
      createCluster({ programs, directory, log, ownGroup, onStart: takedown.add }),
    );
    return { access: cluster.access, name: `PostgreSQL ${programs.version}`, start: cluster.start };
  };
}

async function newDatabases(
  { home, progress, takedown }: EngineDeps,
  { isGuest, ...server }: { sql: string; access: PostgresAccess; isGuest: boolean },
): Promise<DatabaseNames> {
  const names = newDatabaseNames();
  const tool = { ...server, log: logOf(home, 'sql') };
  // on a server of the user's nothing is left behind
  if (isGuest) takedown.add(databasesToDrop(() => dropDatabases(names, { ...tool, onStart: () => undefined })));
  await progress.stage('schemas', () => createDatabases(names, { ...tool, onStart: takedown.add }));
  return names;
}

const databasesToDrop = (drop: () => Promise<void>): Stoppable => ({
  name: 'its databases',
  hasEnded: () => false,
  stop: () => drop().then(() => true),
  kill: () => undefined,
});

const at = ({ host, port }: PostgresAccess) => `${host}:${port}`;
const logOf = (home: string, name: string) => join(home, 'logs', `${name}.log`);
