import { execFile } from 'node:child_process';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { synthesizedTemplate } from './lib/template';
import { buildPage } from './lib/page';
import { PROJECT_ROOT } from './lib/paths';
import { workflowBundle } from './lib/workflow-bundle';

const run = promisify(execFile);
const TSC = join(PROJECT_ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** Makes `outDir` anew: all that the processes and the deployment need besides the dependencies for production. */
export async function build(outDir: string): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  await compile(outDir);
  await copyFile(await workflowBundle(), join(outDir, 'workflow-bundle.js'));
  await buildPage(join(outDir, 'page'));
  await writeFile(join(outDir, 'infra', 'waybill.template.json'), (await synthesizedTemplate()).template);
}

/** The processes, the deployment, and what they import, as plain JavaScript with source maps. */
async function compile(outDir: string): Promise<void> {
  const project = join(PROJECT_ROOT, 'tsconfig.build.json');
  await run(process.execPath, [TSC, '-p', project, '--outDir', outDir]).catch((error: Error & { stdout?: string }) => {
    throw new Error(`The sources do not compile:\n${error.stdout || error.message}`);
  });
}

if (require.main === module)
  build(join(PROJECT_ROOT, 'dist')).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
