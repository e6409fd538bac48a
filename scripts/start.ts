import { acquireLock, type Lock } from './bootstrap/lock.cjs';
import { createProgress } from './bootstrap/progress.cjs';
import { reportFailure, Trouble } from './bootstrap/trouble.cjs';
import { bringUp, type Running } from './lib/bring-up';
import type { Launch } from './lib/launch';
import { type Installation, installationAt } from './lib/paths';
import { LOOPBACK } from './lib/ports';
import { type Row, screen } from './lib/screen';
import { awsEndpoint, readSettings, type Settings, temporalAddress } from './lib/settings';
import { readState, writeState } from './lib/state';
import { listenForStop } from './lib/stop-requests';
import type { Service } from './lib/supervisor';
import { createTakedown } from './lib/takedown';

export type WhenRunning = (launch: Launch, running: Running) => Promise<void>;

/**
 * Runs the whole of Waybill on this machine until the user or a broken server ends it; then stops everything and ends
 * the process: with 0 when the user wanted it, 1 when something failed or was forced.
 *
 * @param whenRunning goes on from there; what it starts it adds to the takedown
 */
export async function main({ whenRunning }: { whenRunning?: WhenRunning } = {}): Promise<never> {
  const installation = installationAt();
  const progress = createProgress();
  const takedown = createTakedown({ report: progress.line });
  // the terminal may go away; the servers still have to be stopped in order
  process.stdout.on('error', () => undefined);
  process.on('exit', takedown.killAll);

  let lock: Lock | undefined;
  const exitCode = await new Promise<void>((resolve, reject) => {
    listenForStop({ onStop: resolve, onForce: () => force(takedown.killAll) });
    process.on('uncaughtException', reject);
    const start = async () => {
      lock = await acquireLock(installation.lock, { onBusy: refuseSecondStart(installation) });
      const launch = { installation, progress, takedown, settings: await readSettings(process.env), fail: reject };
      const running = await run(launch);
      await whenRunning?.(launch, running);
    };
    start().catch(reject);
  }).then(
    () => 0,
    (error: unknown) => {
      progress.stop();
      return reportFailure(error);
    },
  );

  progress.stop();
  await takedown.close();
  if (exitCode === 0) progress.line('Stopped. Everything is saved.');
  if (lock) forgetProcesses(installation);
  lock?.release();
  process.exit(exitCode);
}

async function run(launch: Launch): Promise<Running> {
  const running = await bringUp(launch);
  for (const line of screenOf(launch.settings, running)) launch.progress.line(line);
  return running;
}

const refuseSecondStart =
  ({ home }: Installation) =>
  ({ pid }: { pid: number }) => {
    throw new Trouble(
      `Waybill runs here already (pid ${pid}, ${home}): stop that one, or set WAYBILL_HOME to another directory.`,
    );
  };

function force(killAll: () => void): void {
  process.stdout.write('Forced: what still runs is killed. The next start may ask for `npm run reset`.\n');
  killAll();
  process.exit(1);
}

function forgetProcesses({ state }: Installation): void {
  const last = readState(state);
  if (last) writeState(state, { epochs: last.epochs, processes: [] });
}

function screenOf(settings: Settings, { engine, emulator, services, healthPorts, orders }: Running): string[] {
  const gateway = `http://${LOOPBACK}:${settings.gatewayPort}`;
  const health = (port: number, otherwise: string) => (port > 0 ? `http://${LOOPBACK}:${port}` : otherwise);
  const addresses: Record<string, string> = {
    gateway,
    worker: health(healthPorts.worker, 'task queue orders'),
    consumer: health(healthPorts.consumer, 'every queue'),
  };
  const rows: Row[] = [
    ...services.map((service) => rowOf(service, addresses)).reverse(),
    { name: 'Temporal', address: temporalAddress(settings), process: engine },
    { name: 'AWS', address: awsEndpoint(settings), process: emulator },
  ];
  const temporalUi = 'uiPort' in settings.temporal ? `http://${LOOPBACK}:${settings.temporal.uiPort}` : undefined;
  const colours = process.stdout.isTTY && !process.env['NO_COLOR'];
  return screen({ rows, gateway, temporalUi, orders, seconds: performance.now() / 1000, colours });
}

const rowOf = (service: Service, addresses: Record<string, string>): Row => ({
  name: service.name,
  address: addresses[service.name] ?? '',
  process: { pid: service.pid(), log: service.log },
});
