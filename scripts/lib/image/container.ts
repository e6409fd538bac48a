import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ComposeService } from './compose';
import type { Stage } from './dockerfile';

export interface Host {
  /** stands for the image's root */
  root: string;
  stage: Stage;
  /** where the image's `node` is */
  bin: string;
  /** what other services are called, and where they are here */
  addresses: Record<string, string>;
}

export interface Container {
  pid: number;
  /** the exit code; undefined when a signal ended it */
  exited: Promise<number | undefined>;
  signal(name: NodeJS.Signals): void;
}

/** Runs a service of docker-compose.yml as its image would: same command, same environment, same user, nothing else. */
export function startContainer(host: Host, { service, log }: { service: ComposeService; log: string }): Container {
  const command = service.command ?? host.stage.command ?? [];
  return execute(host, { argv: [...(host.stage.entrypoint ?? []), ...command], service, log });
}

/** The health check of a service, once: its exit code. */
export async function checkHealth(
  host: Host,
  { service, log }: { service: ComposeService; log: string },
): Promise<number | undefined> {
  const argv = service.healthcheck?.test?.slice(1) ?? host.stage.healthcheck ?? [];
  return execute(host, { argv, service, log }).exited;
}

function execute(
  host: Host,
  { argv: [program = '', ...args], service, log }: { argv: string[]; service: ComposeService; log: string },
): Container {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  const child = spawn(program, args, {
    cwd: join(host.root, host.stage.workdir),
    env: environmentOf(host, service),
    stdio: ['ignore', output, output],
    ...userOf(host.stage),
  });
  const exited = new Promise<number | undefined>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? undefined));
  });
  return { pid: child.pid ?? 0, exited, signal: (name) => child.kill(name) };
}

function environmentOf(host: Host, { environment = {} }: ComposeService): NodeJS.ProcessEnv {
  const given = { ...host.stage.env, ...environment };
  const env = Object.entries(given).map(([name, value]) => [name, mapped(value, host)]);
  // nothing may be written outside of volumes: there are none
  const TMPDIR = join(host.root, 'there-is-no-such-directory');
  return { PATH: `${host.bin}:/usr/bin:/bin`, HOME: '/', TMPDIR, ...(Object.fromEntries(env) as object) };
}

/** hosts and paths of the image, as they are here */
function mapped(value: string, { root, stage, addresses }: Host): string {
  if (value.startsWith(`${stage.workdir}/`)) return join(root, value);
  return Object.entries(addresses).reduce((text, [name, address]) => text.replaceAll(name, address), value);
}

/** only root can become another user */
function userOf({ user = '' }: Stage): { uid?: number; gid?: number } {
  const [uid, gid] = user.split(':').map(Number);
  return process.getuid?.() === 0 && uid !== undefined && gid !== undefined ? { uid, gid } : {};
}
