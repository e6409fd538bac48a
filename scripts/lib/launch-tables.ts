import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { ScanCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { deployToEmulator, type Template } from '../../infra/deploy';
import { environmentFromOutputs, type ResourceEnvironment } from '../../infra/outputs';
import { EMULATOR_REGION } from './aws-access';
import { assertBelongTogether, readEpoch, writeEpoch } from './epoch';
import type { Launch } from './launch';
import { seedInventory } from './seed';
import { awsEndpoint } from './settings';
import { readState, writeState } from './state';

/** its name before the stack has told it */
const LEDGER = 'Ledger';

/** Deploys the infrastructure and puts the first stock there. */
export async function deploy(
  { settings, progress }: Launch,
  { documents, template }: { documents: DynamoDBDocumentClient; template: Template },
): Promise<ResourceEnvironment> {
  return progress.stage('infrastructure', async () => {
    const deployment = { endpoint: awsEndpoint(settings), region: EMULATOR_REGION, template };
    const resources = environmentFromOutputs(await deployToEmulator(deployment));
    const tables = { inventory: resources.INVENTORY_TABLE, warehouseStock: resources.WAREHOUSE_STOCK_TABLE };
    await seedInventory({ documents, tables });
    return resources;
  });
}

/**
 * Makes sure that the tables belong to the engine's file, and prepares the epoch of this start.
 *
 * @returns a function that marks both with the new epoch: to be called when both are there, and before anything moves
 * @throws Trouble when they do not belong together; then nothing was written
 */
export async function prepareEpoch(
  { settings, installation }: Launch,
  documents: DynamoDBDocumentClient,
): Promise<() => Promise<void>> {
  // an engine of the user's has no file here, and its past is the user's
  if ('engine' in settings.temporal) return async () => undefined;
  const tables = await readEpoch(documents, LEDGER);
  const engineHasFile = existsSync(installation.engine);
  assertBelongTogether({ engineHasFile, epochs: readState(installation.state)?.epochs, tables });
  const epoch = randomUUID();
  const accept = (epochs: string[]) =>
    writeState(installation.state, { processes: [], ...readState(installation.state), epochs });
  // until the tables carry the new one for certain, both are right
  accept([tables, epoch]);
  return async () => {
    await writeEpoch(documents, LEDGER, epoch);
    accept([epoch]);
  };
}

/** How many orders there are. */
export async function countOrders(documents: DynamoDBDocumentClient, table: string): Promise<number> {
  let count = 0;
  let from: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(new ScanCommand({ TableName: table, Select: 'COUNT', ExclusiveStartKey: from }));
    count += page.Count ?? 0;
    from = page.LastEvaluatedKey;
  } while (from);
  return count;
}
