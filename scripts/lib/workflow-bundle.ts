import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Trouble } from '../bootstrap/trouble.cjs';
import { cached, sourceHash } from './cache';
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
  const said: string[] = [];
  try {
    const { code } = await bundleWorkflowCode({
      workflowsPath: join(PROJECT_ROOT, 'src/workflows/index.ts'),
      workflowInterceptorModules: [join(PROJECT_ROOT, 'src/workflows/trace.ts')],
      logger: new DefaultLogger('WARN', ({ message }) => said.push(message)),
    });
    return code;
  } catch (error) {
    throw new Trouble(`The workflows cannot be bundled: ${bundlerErrors(said) || String(error)}`);
  }
}

/** the bundler's error itself says only that there were some; what it logged says more than anybody reads */
function bundlerErrors(said: readonly string[]): string {
  const [, ...errors] = stripVTControlCharacters(said.join('\n')).split(/^ERROR in /m);
  return errors.map((error) => error.split(/\n\s*(?:Caused by|@ )/)[0]?.trim()).join('\n');
}
