import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Trouble } from '../../bootstrap/trouble.cjs';
import { directoriesOf, hasPrograms, type Place } from './find-program';

/** what Temporal's plugin `postgres12` is made for */
const OLDEST = 12;
const PROGRAMS = ['initdb', 'postgres', 'pg_isready'];
const PLACES: Place[] = [
  { parent: '/usr/lib/postgresql', name: /^\d+$/, bin: 'bin' },
  { parent: '/usr', name: /^pgsql-\d+$/, bin: 'bin' },
  { parent: '/opt/homebrew/opt', name: /^postgresql(@\d+)?$/, bin: 'bin' },
  { parent: '/usr/local/opt', name: /^postgresql(@\d+)?$/, bin: 'bin' },
  { parent: '/Applications/Postgres.app/Contents/Versions', name: /^\d+$/, bin: 'bin' },
];

export interface PostgresPrograms {
  /** as it calls itself, like `15.8` */
  version: string;
  initdb: string;
  postgres: string;
  isReady: string;
}

/**
 * The programs of a PostgreSQL server: on PATH, or where Debian, Red Hat, Homebrew and Postgres.app put them.
 *
 * @throws Trouble when there is none that is new enough
 */
export function findPostgres({ path = process.env['PATH'], places = PLACES } = {}): PostgresPrograms {
  const found = directoriesOf(path, places)
    .filter((directory) => hasPrograms(directory, PROGRAMS))
    .map(programsIn);
  const usable = found.find(({ version }) => Number.parseInt(version, 10) >= OLDEST);
  if (usable) return usable;
  const what = found[0] ? `only ${found[0].version} was found (${found[0].postgres})` : 'none was found';
  throw new Trouble(
    `A PostgreSQL server ${OLDEST} or newer is needed, and ${what}: install it (\`apt install postgresql\`, ` +
      '`brew install postgresql`), or name a running one in WAYBILL_POSTGRES_URL.',
  );
}

function programsIn(directory: string): PostgresPrograms {
  const postgres = join(directory, 'postgres');
  const version = /(\d+(\.\d+)*)/.exec(outputOf(postgres))?.[0] ?? '0';
  return { version, postgres, initdb: join(directory, 'initdb'), isReady: join(directory, 'pg_isready') };
}

function outputOf(postgres: string): string {
  try {
    return execFileSync(postgres, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
