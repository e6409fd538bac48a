import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, type ProcessName } from '../../src/config';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

/** What a process makes of an environment. */
export const configOf = (process: ProcessName, env: NodeJS.ProcessEnv) => loadConfig(process, env);

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
