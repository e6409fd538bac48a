import { randomBytes } from 'node:crypto';
import { Trouble } from '../../bootstrap/trouble.cjs';
import type { ManagedProcess } from '../managed-process';
import { runToEnd } from '../run-to-end';
import type { PostgresAccess } from './cluster';

/** the names of Temporal's two databases */
export interface DatabaseNames {
  main: string;
  visibility: string;
}

export interface SqlToolOptions {
  /** Temporal's SQL tool */
  sql: string;
  access: PostgresAccess;
  log: string;
  onStart: (started: ManagedProcess) => void;
}

/** Names that no database has yet, also on a server that others use. */
export function newDatabaseNames(): DatabaseNames {
  const main = `waybill_${randomBytes(6).toString('hex')}`;
  return { main, visibility: `${main}_visibility` };
}

/**
 * Makes both databases with their schemas.
 *
 * @throws Trouble when the server refuses
 */
export async function createDatabases(names: DatabaseNames, options: SqlToolOptions): Promise<void> {
  for (const [database, schema] of [
    [names.main, 'temporal'],
    [names.visibility, 'visibility'],
  ] as const) {
    const run = sqlTool(database, options);
    await run('create-database');
    await run('setup-schema', '--version', '0.0');
    await run('update-schema', '--schema-name', `postgresql/v12/${schema}`);
  }
}

/** Removes both, for a server that is not ours. */
export async function dropDatabases({ main, visibility }: DatabaseNames, options: SqlToolOptions): Promise<void> {
  for (const database of [main, visibility]) await sqlTool(database, options)('drop-database', '--force');
}

/**
 * Reads where an existing server is: `postgres://user:password@host:port`.
 *
 * @throws Trouble when that is no such address
 */
export function accessOf(url: string): PostgresAccess {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isPostgres = parsed && /^postgres(ql)?:$/.test(parsed.protocol) && parsed.hostname && parsed.username;
  if (!isPostgres)
    throw new Trouble('WAYBILL_POSTGRES_URL is not an address like postgres://user:password@127.0.0.1:5432.');
  const { hostname, port, username, password } = parsed;
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  return { host: hostname, port: Number(port) || 5432, user, password: secret };
}

function sqlTool(database: string, { sql, access, log, onStart }: SqlToolOptions) {
  // not as arguments: those are seen by every user of the machine
  const env = {
    SQL_PLUGIN: 'postgres12',
    SQL_HOST: access.host,
    SQL_PORT: `${access.port}`,
    SQL_USER: access.user,
    SQL_PASSWORD: access.password,
    SQL_DATABASE: database,
  };
  return (...args: string[]) => runToEnd({ name: `sql ${args[0]}`, command: sql, args, env, log }, onStart);
}
