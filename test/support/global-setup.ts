import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManagedProcess } from '../../scripts/lib/managed-process';
import { deployToEmulator, EMULATOR_CREDENTIALS } from '../../infra/deploy';
import { environmentFromOutputs } from '../../infra/outputs';
import { freePort } from '../../scripts/lib/ports';
import { startMinistack, startTemporal } from '../../scripts/lib/servers';
import { synthesizedTemplate } from '../../infra/template';
import { workflowBundle } from '../../scripts/lib/workflow-bundle';

declare global {
  var waybillTestServers: ManagedProcess[] | undefined;
}

/** What the tests share: the real servers, the deployed infrastructure, and the workflow bundle. */
export default async function globalSetup(): Promise<void> {
  const logs = await mkdtemp(join(tmpdir(), 'waybill-test-'));
  const servers: ManagedProcess[] = (globalThis.waybillTestServers = []);
  const onStart = (server: ManagedProcess) => void servers.push(server);
  const [awsPort, temporalPort] = [await freePort(), await freePort()];
  const [template, bundle] = await Promise.all([
    synthesizedTemplate(),
    workflowBundle(),
    startMinistack({ port: awsPort, log: join(logs, 'logs', 'ministack.log'), onStart }),
    startTemporal({ port: temporalPort, log: join(logs, 'logs', 'temporal.log'), onStart }),
  ]);
  const endpoint = `http://127.0.0.1:${awsPort}`;
  const outputs = await deployToEmulator({ endpoint, region: 'us-east-1', template });
  Object.assign(process.env, environmentFromOutputs(outputs), {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
    WORKFLOW_BUNDLE: bundle,
  });
}
