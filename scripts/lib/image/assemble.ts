import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../paths';
import type { Stage, Step } from './dockerfile';

const run = promisify(execFile);
const LARGE = 64 * 1024 * 1024;
const COPY = { recursive: true, verbatimSymlinks: true };

export interface Assembly {
  /** where the stages' file systems begin, one directory each */
  root: string;
  /** with the Node that the image has, first on the path */
  env: NodeJS.ProcessEnv;
  report: (line: string) => void;
}

/**
 * Does what the Dockerfile says, without a container engine: every COPY and every RUN, in directories.
 *
 * @returns the directory that stands for the root of the last stage
 * @throws Error with the output of the command that failed
 */
export async function assemble(stages: readonly Stage[], assembly: Assembly): Promise<string> {
  for (const stage of stages) {
    await mkdir(inside(assembly, stage.name, stage.workdir), { recursive: true });
    for (const step of stage.steps) await perform(stage, step, assembly);
  }
  return join(assembly.root, stages.at(-1)?.name ?? '');
}

const inside = ({ root }: Assembly, stage: string, path: string) => join(root, stage, path);

async function perform(stage: Stage, step: Step, assembly: Assembly): Promise<void> {
  const workdir = inside(assembly, stage.name, stage.workdir);
  if (step.kind === 'copy') return copy(step, { stage, assembly });
  assembly.report(`${stage.name}: ${step.command}`);
  const env = { ...assembly.env, ...stage.env };
  try {
    await run('sh', ['-c', step.command], { cwd: workdir, env, maxBuffer: LARGE });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${step.command} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

async function copy(
  { sources, target, from }: Step & { kind: 'copy' },
  { stage, assembly }: { stage: Stage; assembly: Assembly },
): Promise<void> {
  const destination = inside(assembly, stage.name, resolve(stage.workdir, target));
  // a directory's content goes into the target, a file into a target that is a directory
  const intoDirectory = sources.length > 1 || /(^\.?|\/)$/.test(target);
  for (const source of sources) {
    const path = from ? inside(assembly, from, source) : join(PROJECT_ROOT, source);
    await cp(path, intoDirectory ? join(destination, basename(source)) : destination, COPY);
  }
}
