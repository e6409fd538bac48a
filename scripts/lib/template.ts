import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cached, sourceHash } from './cache';
import { PROJECT_ROOT } from './paths';
import { hashedTemplate, type Template } from '../../infra/deploy';

const run = promisify(execFile);

/**
 * The CloudFormation template of `infra/`. Synthesis takes seconds, so it is done in a process of its own and only when
 * a source of it changed since the last time.
 */
export async function synthesizedTemplate({ signal }: { signal?: AbortSignal } = {}): Promise<Template> {
  const sources = (await readdir(join(PROJECT_ROOT, 'infra')))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join('infra', file));
  const file = await cached({
    name: `template-${await sourceHash([...sources, 'src/domain', 'cdk.json', 'package-lock.json'])}.json`,
    make: () => synthesize(signal),
  });
  return hashedTemplate(await readFile(file, 'utf8'));
}

async function synthesize(signal: AbortSignal | undefined): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'waybill-synth-'));
  try {
    await run(process.execPath, ['--import', 'tsx', join('infra', 'app.ts')], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, CDK_OUTDIR: directory },
      ...(signal && { signal }),
    });
    return await readFile(join(directory, 'Waybill.template.json'), 'utf8');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
