import type { ResourceEnvironment } from '../../infra/outputs';
import { synthesizedTemplate } from './template';
import type { Progress } from '../bootstrap/progress.cjs';
import { documentsAt } from './aws-access';
import type { Launch } from './launch';
import { chooseHealthPorts, type HealthPorts } from './health-ports';
import { assertServersOfUser, clearLeftovers, findEngine, startEmulator, startEngine } from './launch-servers';
import { countOrders, deploy, prepareEpoch } from './launch-tables';
import type { ManagedProcess } from './managed-process';
import { pageDirectory } from './page';
import { assertPortsFree } from './ports';
import { rememberHealthPorts } from './state';
import { startServices } from './services';
import { awsEndpoint, wantedPorts } from './settings';
import type { Service } from './supervisor';
import { workflowBundle } from './workflow-bundle';

export interface Running {
  /** undefined: the user's own */
  engine: ManagedProcess | undefined;
  emulator: ManagedProcess | undefined;
  services: Service[];
  /** what the services were started with */
  resources: ResourceEnvironment;
  bundle: string;
  /** the directory of the page */
  page: string;
  healthPorts: HealthPorts;
  /** orders of earlier starts */
  orders: number;
}

/** Brings everything up, each stage as soon as what it needs is there. */
export async function bringUp(launch: Launch): Promise<Running> {
  const { settings, progress } = launch;
  await clearLeftovers(launch);
  await assertPortsFree(wantedPorts(settings));
  await assertServersOfUser(launch);
  // before anything is started or changed
  const program = await findEngine(launch);
  const derived = deriveFiles(progress);
  const emulator = await startEmulator(launch);
  const documents = documentsAt(awsEndpoint(settings));
  const beginEpoch = await prepareEpoch(launch, documents).catch(async (error: unknown) => {
    emulator?.kill(); // so that it saves nothing
    await emulator?.exited;
    throw error;
  });
  const deployed = derived.template.then((template) => deploy(launch, { documents, template }));
  const [engine, resources] = await Promise.all([startEngine(launch, program), deployed]);
  await beginEpoch();
  const orders = await countOrders(documents, resources.ORDER_STATUS_VIEW_TABLE);
  documents.destroy(); // an idle connection would delay the emulator's stop
  const [bundle, page] = await Promise.all([derived.bundle, derived.page]);
  // as late as can be: nobody keeps them meanwhile
  const healthPorts = await chooseHealthPorts(settings, progress);
  rememberHealthPorts(launch.installation.state, healthPorts);
  const services = await progress.stage('worker, consumer, gateway', () =>
    startServices(launch, { resources, bundle, page, healthPorts }),
  );
  return { engine, emulator, services, resources, bundle, page, healthPorts, orders };
}

/** what takes long and needs no server begins at once */
function deriveFiles(progress: Progress) {
  const template = progress.stage('infrastructure template', () => synthesizedTemplate());
  const bundle = progress.stage('workflow bundle', workflowBundle);
  const page = progress.stage('page', pageDirectory);
  // both are awaited later; a failure until then is not an unhandled one
  for (const file of [template, bundle, page]) file.catch(() => undefined);
  return { template, bundle, page };
}
