import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManagedProcess } from '../../scripts/lib/managed-process';
import { deployToEmulator, EMULATOR_CREDENTIALS } from '../../infra/deploy';
import { EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { environmentFromOutputs } from '../../infra/outputs';
import { freePort } from '../../scripts/lib/ports';
import { isClusterHealthy, startMinistack, startTemporal } from '../../scripts/lib/servers';
import { synthesizedTemplate } from '../../infra/template';
import { workflowBundle } from '../../scripts/lib/workflow-bundle';

declare global {
  var waybillTestServers: ManagedProcess[] | undefined;
}

/** What the tests share: the real servers, the deployed infrastructure, and the workflow bundle. */
export default async function globalSetup(): Promise<void> {
  const servers: ManagedProcess[] = (globalThis.waybillTestServers = []);
  try {
    Object.assign(process.env, await startShared((server) => servers.push(server)));
  } catch (error) {
    // no teardown follows a failed set-up
    for (const server of servers) server.kill();
    throw error;
  }
}

async function startShared(onStart: (server: ManagedProcess) => void): Promise<NodeJS.ProcessEnv> {
  const logs = join(await mkdtemp(join(tmpdir(), 'waybill-test-')), 'logs');
  const [awsPort, temporalPort] = [await freePort(), await freePort()];
  // in Jest's own process group: a Ctrl-C ends them with it
  const server = { onStart, ownGroup: false };
  // a variable of the tests' own: TEMPORAL_ADDRESS may name an engine with real orders
  const engine = process.env['WAYBILL_TEST_ENGINE'];
  if (engine && !(await isClusterHealthy(engine)))
    throw new Error(`no engine answers at WAYBILL_TEST_ENGINE=${engine}`);
  const [template, bundle] = await Promise.all([
    synthesizedTemplate(),
    workflowBundle(),
    startMinistack({ port: awsPort, log: join(logs, 'ministack.log'), ...server }),
    engine ? undefined : startTemporal({ port: temporalPort, log: join(logs, 'temporal.log'), ...server }),
  ]);
  const endpoint = `http://127.0.0.1:${awsPort}`;
  const outputs = await deployToEmulator({ endpoint, region: EMULATOR_REGION, template });
  return {
    ...environmentFromOutputs(outputs),
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: EMULATOR_REGION,
    AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    TEMPORAL_ADDRESS: engine || `127.0.0.1:${temporalPort}`,
    WORKFLOW_BUNDLE: bundle,
  };
}
