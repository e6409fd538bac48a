import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Trouble } from '../../bootstrap/trouble.cjs';
import type { ManagedProcess, UnixUser } from '../managed-process';
import { freePort, LOOPBACK } from '../ports';
import { runToEnd } from '../run-to-end';
import { startServer } from '../servers';
import type { PostgresPrograms } from './find-postgres';

const SUPERUSER = 'temporal';

/** Where a PostgreSQL server is, and as whom to come. */
export interface PostgresAccess {
  host: string;
  port: number;
  user: string;
  password: string;
}

export interface Cluster {
  access: PostgresAccess;
  /** starts it, again after a crash too, and waits until it serves */
  start(): Promise<ManagedProcess>;
}

export interface ClusterOptions {
  programs: PostgresPrograms;
  /** where to make it; does not exist yet */
  directory: string;
  log: string;
  ownGroup?: boolean;
  onStart: (started: ManagedProcess) => void;
}

/**
 * Makes a PostgreSQL cluster of our own: on loopback only, with a password that nobody else knows.
 *
 * @throws Trouble when `initdb` fails
 */
export async function createCluster(options: ClusterOptions): Promise<Cluster> {
  const { programs, directory, log, ownGroup = true, onStart } = options;
  const user = ordinaryUser();
  const access = { host: LOOPBACK, port: await freePort(), user: SUPERUSER, password: randomBytes(24).toString('hex') };
  const common = { env: process.env, cwd: directory, user, log, ownGroup };
  const [data, passwordFile] = [join(directory, 'data'), join(directory, 'password')];
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(passwordFile, access.password, { mode: 0o600 });
  if (user) {
    for (const path of [directory, passwordFile]) chownSync(path, user.uid, user.gid);
    // the way there, and nothing else
    chmodSync(dirname(directory), 0o711);
  }

  const who = ['--username', SUPERUSER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'];
  const args = ['--pgdata', data, ...who, '--encoding', 'UTF8', '--no-locale'];
  await runToEnd({ name: 'initdb', command: programs.initdb, args, ...common }, onStart);
  rmSync(passwordFile);

  const serve = ['-D', data, '-p', `${access.port}`, '-c', `listen_addresses=${LOOPBACK}`];
  // no file for the socket: its path may be too long, and nobody uses it
  serve.push('-c', 'unix_socket_directories=');
  // by SIGTERM it would wait for its clients
  const spec = {
    name: 'PostgreSQL',
    command: programs.postgres,
    args: serve,
    stopSignal: 'SIGINT' as const,
    ...common,
  };
  return {
    access,
    start: () => startServer(spec, { log, ownGroup, onStart }, () => isReady(programs.isReady, access)),
  };
}

function isReady(program: string, { host, port }: PostgresAccess): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, ['-h', host, '-p', `${port}`, '-t', '2'], (error) => resolve(error === null));
  });
}

/** PostgreSQL refuses to run as root; none: whoever runs this may run it */
function ordinaryUser(): UnixUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = [idOf('-u', name), idOf('-g', name)];
    if (uid && gid) return { uid, gid };
  }
  throw new Trouble(
    'PostgreSQL does not run as root, and there is no user `postgres` or `nobody`: start this as another user.',
  );
}

function idOf(flag: string, name: string): number | undefined {
  try {
    return Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  } catch {
    return undefined;
  }
}
