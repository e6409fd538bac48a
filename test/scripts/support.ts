import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ProcessSpec } from '../../scripts/lib/managed-process';

export const ROOT = resolve(__dirname, '../..');

/** A directory that is removed after the tests of the file. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'waybill-scripts-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

type Behaviour = 'good' | 'fails' | 'silent' | 'crashes' | 'stubborn';

/** A process that stands in for a service, see fixtures/stand-in.cjs. */
export function standIn(name: string, { behaviour, home }: { behaviour: Behaviour; home: string }): ProcessSpec {
  return {
    name,
    command: process.execPath,
    args: [join(__dirname, 'fixtures', 'stand-in.cjs')],
    env: { ...process.env, STAND_IN: behaviour },
    log: join(home, `${name}.log`),
  };
}

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

interface ScriptOptions {
  nodeArgs?: string[];
  args?: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

/** Runs a script of the project to its end. */
export function runScript(script: string, options: ScriptOptions = {}) {
  const { nodeArgs = [], args = [], cwd = ROOT, env = {} } = options;
  return new Promise<Outcome>((settle) => {
    execFile(
      process.execPath,
      [...nodeArgs, script, ...args],
      { cwd, env: { ...process.env, ...env } },
      (error, stdout, stderr) => settle({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
