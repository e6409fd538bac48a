import type { ResourceEnvironment } from '../../infra/outputs';
import { emulatorEnvironment } from './aws-access';
import { engineEnvironment } from './engine-access';
import type { Launch } from './launch';
import { logOf } from './paths';
import { awsEndpoint } from './settings';
import { rememberProcess } from './state';
import { type Service, supervise } from './supervisor';

/** in the order of their start; the gateway is the first to stop, so that nothing new comes in */
const ENTRY_POINTS = {
  worker: 'src/worker.ts',
  consumer: 'src/messaging/consumer.ts',
  gateway: 'src/gateway/server.ts',
};

export interface ServicesOptions {
  resources: ResourceEnvironment;
  /** the path of the workflow bundle */
  bundle: string;
}

/** Starts worker, consumer and gateway, and answers when all of them serve. */
export async function startServices(launch: Launch, { resources, bundle }: ServicesOptions): Promise<Service[]> {
  const { settings, installation, progress, takedown } = launch;
  const env = {
    ...engineEnvironment(settings, emulatorEnvironment(awsEndpoint(settings))),
    ...resources,
    PORT: `${settings.gatewayPort}`,
    WORKFLOW_BUNDLE: bundle,
  };
  const services: Service[] = [];
  for (const [name, entry] of Object.entries(ENTRY_POINTS)) {
    const args = ['--import', 'tsx', entry];
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
