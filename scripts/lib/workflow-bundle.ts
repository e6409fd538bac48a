import { cached, sourceHash } from './cache';
import { join } from 'node:path';
import { PROJECT_ROOT } from './paths';

/**
 * The path of the prebuilt workflow bundle, for `WORKFLOW_BUNDLE` and `{ workflowBundle: { codePath } }`. Building takes
 * seconds, so it is done only when a source of it changed since the last time.
 */
export async function workflowBundle(): Promise<string> {
  const hash = await sourceHash(['src/workflows', 'src/domain', 'package-lock.json']);
  return cached({ name: `workflows-${hash}.js`, make: bundle });
}

async function bundle(): Promise<string> {
  // loaded here only: it brings a native library and a bundler, which a second start does not need
  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(PROJECT_ROOT, 'src/workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  return code;
}
