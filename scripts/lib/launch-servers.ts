import type { EngineAccess } from '../../src/config/engine-access';
import { Trouble } from '../bootstrap/trouble.cjs';
import { engineTrouble } from './engine-access';
import { engineProgram } from './engine-program';
import type { Launch } from './launch';
import { leftoversOf, stopLeftovers } from './leftovers';
import type { ManagedProcess } from './managed-process';
import { logOf } from './paths';
import { answers } from './ports';
import { startMinistack, startTemporal } from './servers';
import { readState, rememberProcess } from './state';

/** Stops what an earlier start had to leave behind because it was killed itself. */
export async function clearLeftovers({ installation, progress }: Launch): Promise<void> {
  const leftovers = leftoversOf(readState(installation.state));
  if (leftovers.length === 0) return;
  const names = leftovers.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ');
  progress.line(`An earlier start was killed and left ${names} running.`);
  await progress.stage('stopping them', () => stopLeftovers(leftovers));
}

/**
 * Makes sure that the servers answer which the user has named instead of ours.
 *
 * @throws Trouble
 */
export async function assertServersOfUser({ settings: { temporal, aws } }: Launch): Promise<void> {
  if ('engine' in temporal) await assertEngineOfUser(temporal);
  if ('endpoint' in aws && !(await answers(placeOf(aws.endpoint)))) throw unanswered('AWS_ENDPOINT_URL', aws.endpoint);
}

async function assertEngineOfUser({ engine, named }: { engine: EngineAccess; named: string }): Promise<void> {
  const { address } = engine.connection;
  if (!(await answers(placeOf(`temporal://${address}`)))) throw unanswered(named, address);
  const trouble = await engineTrouble(engine);
  if (trouble) throw new Trouble(`The Temporal server at ${address} cannot be used: ${trouble}`);
}

const USUAL_PORTS: Record<string, number> = { 'https:': 443, 'http:': 80, 'temporal:': 7233 };

function placeOf(address: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(address);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (USUAL_PORTS[protocol] ?? 80) };
}

const unanswered = (variable: string, where: string) => {
  const place = variable === 'TEMPORAL_PROFILE' ? `${where}, which ${variable} names` : `${variable}=${where}`;
  return new Trouble(`Nothing answers at ${place}: start that server, or unset the variable to get one here.`);
};

/** Starts the AWS emulator, unless the user has an endpoint. */
export async function startEmulator(launch: Launch): Promise<ManagedProcess | undefined> {
  const { settings, installation, progress } = launch;
  const { aws } = settings;
  if ('endpoint' in aws) return undefined;
  const options = { port: aws.port, stateDirectory: installation.aws, log: logOf(installation, 'ministack') };
  return progress.stage('AWS emulator', () => guarded(launch, (onStart) => startMinistack({ ...options, onStart })));
}

/** The program that the Temporal server is started with; none when the user has a server. */
export async function findEngine({ settings, progress }: Launch): Promise<string | undefined> {
  return 'engine' in settings.temporal ? undefined : engineProgram({ progress });
}

/** Starts Temporal's dev server, unless the user has a server. */
export async function startEngine(launch: Launch, program: string | undefined): Promise<ManagedProcess | undefined> {
  const { settings, installation, progress } = launch;
  const { temporal } = settings;
  if ('engine' in temporal || !program) return undefined;
  const options = { ...temporal, program, database: installation.engine, log: logOf(installation, 'temporal') };
  return progress.stage('Temporal server', () => guarded(launch, (onStart) => startTemporal({ ...options, onStart })));
}

/** a server that ends before it is asked to takes everything down with it */
async function guarded(
  { installation, takedown, fail }: Launch,
  start: (onStart: (server: ManagedProcess) => void) => Promise<ManagedProcess>,
): Promise<ManagedProcess> {
  let asked = false;
  const guard = (server: ManagedProcess): ManagedProcess => ({
    ...server,
    stop: async () => {
      asked = true;
      return server.stop();
    },
    kill: () => {
      asked = true;
      server.kill();
    },
  });
  const server = await start((started) => {
    rememberProcess(installation.state, started);
    takedown.add(guard(started));
  });
  void server.exited.then((how) => {
    if (!asked) fail(new Trouble(`${server.name} ${how}, so everything is stopped (log: ${server.log}).`));
  });
  return guard(server);
}
