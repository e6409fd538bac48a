import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../src/config';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

export const PROCESSES = ['gateway', 'worker', 'consumer'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** What a process makes of an environment. */
export const configOf = (_process: ProcessName, env: NodeJS.ProcessEnv) => loadConfig(env);

export const textOf = (path: string) => readFileSync(join(PROJECT_ROOT, path), 'utf8');
export const jsonOf = (path: string): unknown => JSON.parse(textOf(path));

export const { version: VERSION, dependencies: DEPENDENCIES } = jsonOf('package.json') as {
  version: string;
  dependencies: Record<string, string>;
};

/** The programs of the build, as a command of the image names them. */
export const PROGRAMS = (jsonOf('tsconfig.build.json') as { files: string[] }).files.map(
  (file) => `dist/${file.replace(/\.ts$/, '.js')}`,
);
