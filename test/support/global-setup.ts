import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManagedProcess } from '../../scripts/lib/managed-process';
import { createProgress } from '../../scripts/bootstrap/progress.cjs';
import { deployToEmulator } from '../../infra/deploy';
import { emulatorAccess, EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { engineProgram } from '../../scripts/lib/engine-program';
import { environmentFromOutputs } from '../../infra/outputs';
import { freePort } from '../../scripts/lib/ports';
import { localEngineEnvironment } from '../../scripts/lib/engine-access';
import { type MinistackOptions, startMinistack, startTemporal } from '../../scripts/lib/servers';
import { isClusterHealthy } from '../../scripts/lib/temporal-cli';
import { synthesizedTemplate } from '../../scripts/lib/template';
import { tools } from '../../scripts/lib/paths';
import { workflowBundle } from '../../scripts/lib/workflow-bundle';

declare global {
  var waybillTestServers: ManagedProcess[] | undefined;
}

/** What the tests share: the real servers, the deployed infrastructure, and the workflow bundle. */
export default async function globalSetup(): Promise<void> {
  const servers: ManagedProcess[] = (globalThis.waybillTestServers = []);
  // none of the tests is about the Temporal server of the one who runs them
  for (const name of Object.keys(process.env)) if (name.startsWith('TEMPORAL_')) delete process.env[name];
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
  const existing = process.env['WAYBILL_TEST_ENGINE'];
  if (existing && !(await isClusterHealthy(existing)))
    throw new Error(`no engine answers at WAYBILL_TEST_ENGINE=${existing}`);
  const startEngine = async () => {
    const program = await engineProgram({ progress: createProgress() });
    return startTemporal({ program, port: temporalPort, log: join(logs, 'temporal.log'), ...server });
  };
  const [template, bundle, endpoint] = await Promise.all([
    synthesizedTemplate(),
    workflowBundle(),
    startAws({ port: awsPort, log: join(logs, 'ministack.log'), ...server }),
    existing ? undefined : startEngine(),
  ]);
  const address = existing || `127.0.0.1:${temporalPort}`;
  const outputs = await deployToEmulator({ endpoint, region: EMULATOR_REGION, template });
  return {
    ...environmentFromOutputs(outputs),
    ...emulatorAccess(endpoint),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...localEngineEnvironment({ namespace: 'default', connection: { address } }, {}),
    WORKFLOW_BUNDLE: bundle,
  };
}

/** an emulator of the tests' own wherever one can be installed, since they leave their orders in it */
async function startAws(options: MinistackOptions): Promise<string> {
  const { AWS_ENDPOINT_URL } = process.env;
  if (existsSync(tools.python) || !AWS_ENDPOINT_URL) {
    await startMinistack(options);
    return `http://127.0.0.1:${options.port}`;
  }
  process.stdout.write(`AWS emulator: ${AWS_ENDPOINT_URL}, since there is no Python for one of the tests' own\n`);
  return AWS_ENDPOINT_URL;
}
