import type { ResourceEnvironment } from '../../infra/outputs';
import { emulatorEnvironment } from './aws-access';
import { engineEnvironment } from './engine-access';
import type { HealthPorts } from './health-ports';
import type { Launch } from './launch';
import { logOf } from './paths';
import { LOOPBACK } from './ports';
import { awsEndpoint } from './settings';
import { rememberProcess } from './state';
import { type Service, supervise } from './supervisor';

/** in the order of their start; the gateway is the first to stop, so that nothing new comes in */
export const ENTRY_POINTS: Record<string, string> = {
  worker: 'src/worker.ts',
  consumer: 'src/messaging/consumer.ts',
  gateway: 'src/gateway/server.ts',
};

export interface ServicesOptions {
  resources: ResourceEnvironment;
  /** the path of the workflow bundle */
  bundle: string;
  /** the directory of the page */
  page: string;
  healthPorts: HealthPorts;
}

/** Starts worker, consumer and gateway, and answers when all of them serve. */
export async function startServices(launch: Launch, options: ServicesOptions): Promise<Service[]> {
  const { installation, progress, takedown } = launch;
  const services: Service[] = [];
  for (const [name, entry] of Object.entries(ENTRY_POINTS)) {
    const args = ['--import', 'tsx', entry];
    const env = serviceEnvironment(launch, { name, ...options });
    const service = await supervise(
      { name, command: process.execPath, args, env, log: logOf(installation, name) },
      { report: progress.line, onStart: (started) => rememberProcess(installation.state, started) },
    );
    takedown.add(service);
    services.push(service);
  }
  await Promise.all(services.map(({ ready }) => ready));
  return services;
}

/** The configuration of one of them. */
export function serviceEnvironment(
  { settings }: Pick<Launch, 'settings'>,
  { name, resources, bundle, page, healthPorts }: ServicesOptions & { name: string },
): NodeJS.ProcessEnv {
  return {
    // what the emulator says of its queues is exact
    REPLAY_QUIET_S: '3',
    ...engineEnvironment(settings, emulatorEnvironment(awsEndpoint(settings))),
    ...resources,
    PORT: `${settings.gatewayPort}`,
    ...(name !== 'gateway' && { HEALTH_PORT: `${healthPorts[name as keyof HealthPorts]}` }),
    ...(name === 'worker' && { WORKFLOW_BUNDLE: bundle }),
    ...(name === 'gateway' && { PAGE_DIR: page, ...temporalUi(settings) }),
  };
}

/** the page of the server that was started here; of the user's own, the user knows it */
function temporalUi({ temporal }: Launch['settings']): NodeJS.ProcessEnv {
  return 'uiPort' in temporal ? { TEMPORAL_UI_URL: `http://${LOOPBACK}:${temporal.uiPort}` } : {};
}
