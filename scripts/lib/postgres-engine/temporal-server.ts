import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ManagedProcess } from '../managed-process';
import { answers, freeLowPort, freePort, LOOPBACK } from '../ports';
import { startServer } from '../servers';
import { isClusterHealthy } from '../temporal-cli';
import { dynamicConfig, serverConfig, type ServerConfigOptions, SERVICES } from './server-config';

export interface TemporalServer {
  address: string;
  /** starts it, again after a crash too, and waits until it serves */
  start(): Promise<ManagedProcess>;
}

export interface TemporalServerOptions extends Pick<ServerConfigOptions, 'access' | 'databases'> {
  /** the program */
  server: string;
  /** where its configuration is written; does not exist yet */
  directory: string;
  log: string;
  ownGroup?: boolean;
  onStart: (started: ManagedProcess) => void;
}

/** Configures a Temporal server on its databases; the same ports at every start of it. */
export async function createTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  const { server, directory, log, ownGroup = true, onStart, access, databases } = options;
  const ports = await freePorts();
  const [configFile, dynamicConfigFile] = [join(directory, 'server.yaml'), join(directory, 'dynamic.yaml')];
  // the password is in it
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(dynamicConfigFile, JSON.stringify(dynamicConfig(), undefined, 2));
  const config = serverConfig({ access, databases, ports, dynamicConfigFile });
  writeFileSync(configFile, JSON.stringify(config, undefined, 2), { mode: 0o600 });

  const { grpc: port } = ports.frontend;
  const address = `${LOOPBACK}:${port}`;
  // only the least of our environment: the server reads many variables
  const env = { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'] };
  const args = ['--config-file', configFile, '--allow-no-auth', 'start'];
  const spec = { name: 'Temporal', command: server, args, env };
  const isHealthy = async () => (await answers({ port })) && isClusterHealthy(address);
  return { address, start: () => startServer(spec, { log, ownGroup, onStart }, isHealthy) };
}

async function freePorts(): Promise<ServerConfigOptions['ports']> {
  const grpc = await distinct(SERVICES.length, freePort);
  // the database keeps these as a smallint
  const membership = await distinct(SERVICES.length, freeLowPort);
  const pair = () => ({ grpc: grpc.pop()!, membership: membership.pop()! });
  return { frontend: pair(), history: pair(), matching: pair(), worker: pair() };
}

async function distinct(count: number, take: () => Promise<number>): Promise<number[]> {
  const taken = new Set<number>();
  while (taken.size < count) taken.add(await take());
  return [...taken];
}
