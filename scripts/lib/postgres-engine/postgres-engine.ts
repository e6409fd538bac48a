import { join } from 'node:path';
import type { Progress } from '../../bootstrap/progress.cjs';
import { Trouble } from '../../bootstrap/trouble.cjs';
import type { ManagedProcess } from '../managed-process';
import { createNamespace } from '../namespaces';
import { answers } from '../ports';
import type { Takedown } from '../takedown';
import { createCluster, type PostgresAccess } from './cluster';
import { accessOf, createDatabases, dropDatabases, newDatabaseNames, type SqlToolOptions } from './databases';
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
  const { home, progress, takedown } = deps;
  const log = (name: string) => join(home, 'logs', `${name}.log`);
  const onStart = takedown.add;
  // what is missing is said before minutes are spent on the other
  const prepareDatabase = await databaseOf(deps);
  const { version, server: program, sql } = await temporalPrograms({ progress, log: log('go'), onStart });
  const { access, name, start } = await prepareDatabase();
  const database = await start?.();
  const databases = newDatabaseNames();
  const tool = { sql, access, log: log('sql') };
  if (!start) takedown.add(guestDatabases(() => dropDatabases(databases, { ...tool, onStart: () => undefined })));
  await progress.stage('schemas', () => createDatabases(databases, { ...tool, onStart } satisfies SqlToolOptions));
  const temporal = await createTemporalServer({
    server: program,
    directory: join(home, 'temporal'),
    log: log('temporal'),
    access,
    databases,
    onStart,
  });
  const server = await progress.stage('Temporal server', temporal.start);
  const { address } = temporal;
  await progress.stage('namespace', () => createNamespace({ address, namespace: NAMESPACE }));
  return {
    address,
    description: `Temporal ${version} on ${name}`,
    server,
    database,
    restartServer: temporal.start,
    restartDatabase: async () => start!(),
  };
}

/** @throws Trouble at once when there is no usable PostgreSQL */
async function databaseOf({ postgresUrl, home, progress, takedown }: EngineDeps): Promise<() => Promise<Database>> {
  if (postgresUrl) {
    const access = accessOf(postgresUrl);
    if (!(await answers(access))) throw new Trouble(`Nothing answers at WAYBILL_POSTGRES_URL (${at(access)}).`);
    return async () => ({ access, name: `PostgreSQL at ${at(access)}` });
  }
  const programs = findPostgres();
  return async () => {
    const [directory, log] = [join(home, 'postgres'), join(home, 'logs', 'postgres.log')];
    const cluster = await progress.stage('PostgreSQL cluster', () =>
      createCluster({ programs, directory, log, onStart: takedown.add }),
    );
    return { access: cluster.access, name: `PostgreSQL ${programs.version}`, start: cluster.start };
  };
}

const at = ({ host, port }: PostgresAccess) => `${host}:${port}`;

/** on a server of the user's nothing is left behind */
const guestDatabases = (drop: () => Promise<void>) => ({
  name: 'its databases',
  hasEnded: () => false,
  stop: () => drop().then(() => true),
  kill: () => undefined,
});
