import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Somewhere outside of PATH: `<parent>/<a name that matches>/<bin>`, the highest version first. */
export interface Place {
  parent: string;
  name: RegExp;
  bin: string;
}

/** Every directory that may hold a program: those of PATH, then the usual ones. */
export function directoriesOf(path: string | undefined, places: readonly Place[]): string[] {
  return [...(path ?? '').split(delimiter).filter(Boolean), ...places.flatMap(directoriesAt)];
}

/** Whether a directory holds all of these programs. */
export function hasPrograms(directory: string, programs: readonly string[]): boolean {
  return programs.every((program) => isExecutable(join(directory, program)));
}

function directoriesAt({ parent, name, bin }: Place): string[] {
  try {
    const names = readdirSync(parent).filter((entry) => name.test(entry));
    const byVersion = names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    return byVersion.map((entry) => join(parent, entry, bin));
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
