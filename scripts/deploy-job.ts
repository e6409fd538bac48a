import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentsAt, emulatorAccess, EMULATOR_REGION } from './lib/aws-access';
import { seedInventory } from './lib/seed';
import { becomes } from './lib/wait';
import { type Deployment, deployToEmulator, hashedTemplate } from '../infra/deploy';
import { environmentFromOutputs, type ResourceEnvironment } from '../infra/outputs';

/** what `npm run build` puts there */
const TEMPLATE = join(__dirname, '..', 'infra', 'waybill.template.json');
const START_TIMEOUT_MS = 60_000;

/**
 * What has to be done once before the processes start: waits for the emulator, deploys the infrastructure, and puts the
 * sandbox's first stock there. Done again, it changes nothing.
 *
 * @param env what the processes will be told: where it names a resource, the stack has to have it under that name
 * @throws Error when the emulator does not answer, a resource fails, or a name in `env` is not the stack's
 */
export async function runDeployJob(p: Deployment & { env: NodeJS.ProcessEnv }): Promise<ResourceEnvironment> {
  if (!(await becomes(() => answers(p.endpoint), { timeoutMs: START_TIMEOUT_MS, intervalMs: 200 })))
    throw new Error(`Nothing answers at AWS_ENDPOINT_URL=${p.endpoint}`);
  const resources = environmentFromOutputs(await deployToEmulator(p));
  assertNames(p.env, resources);
  await seed(p, resources);
  return resources;
}

const answers = (endpoint: string) =>
  fetch(endpoint, { signal: AbortSignal.timeout(2_000) }).then(
    () => true,
    () => false,
  );

/** a process that is told another name than the stack's would only find out with the first order */
function assertNames(env: NodeJS.ProcessEnv, resources: ResourceEnvironment): void {
  const wrong = Object.entries(resources).filter(([name, value]) => env[name] !== undefined && env[name] !== value);
  if (wrong.length === 0) return;
  const lines = wrong.map(([name, value]) => `${name}=${env[name]}: the stack has ${value}`);
  throw new Error(`The processes would be told what the stack does not have:\n  ${lines.join('\n  ')}`);
}

async function seed({ endpoint, region }: Deployment, resources: ResourceEnvironment): Promise<void> {
  const documents = documentsAt(endpoint, region);
  try {
    await seedInventory({
      documents,
      tables: { inventory: resources.INVENTORY_TABLE, warehouseStock: resources.WAREHOUSE_STOCK_TABLE },
    });
  } finally {
    documents.destroy();
  }
}

async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region = EMULATOR_REGION } = env;
  if (!endpoint || !URL.canParse(endpoint))
    throw new Error('AWS_ENDPOINT_URL has to be the address of the emulator, like http://127.0.0.1:4566');
  const template = hashedTemplate(await readFile(TEMPLATE, 'utf8'));
  const resources = await runDeployJob({ endpoint, region, template, env });
  // what goes to stdout can be kept as the environment of the processes
  console.error(`Deployed at ${endpoint}.`);
  const environment = { ...emulatorAccess(endpoint, region), ...resources };
  for (const [name, value] of Object.entries(environment)) console.log(`${name}=${value}`);
}

if (require.main === module)
  main(process.env).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
