import { execFile } from 'node:child_process';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ScriptOptions {
  nodeArgs?: readonly string[];
  args?: readonly string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs a script of the project to its end. */
export function runScript(script: string, options: ScriptOptions = {}) {
  const { nodeArgs = [], args = [], cwd = PROJECT_ROOT, env = {} } = options;
  return new Promise<Outcome>((settle) => {
    execFile(
      process.execPath,
      [...nodeArgs, script, ...args],
      { cwd, env: { ...process.env, ...env } },
      (error, stdout, stderr) => settle({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
