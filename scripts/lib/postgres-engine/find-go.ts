import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Trouble } from '../../bootstrap/trouble.cjs';
import { directoriesOf, hasPrograms, type Place } from './find-program';

/** from this one on Go fetches the version that a module asks for */
const FETCHES = '1.21';
const PLACES: Place[] = [
  { parent: '/usr/local', name: /^go$/, bin: 'bin' },
  { parent: '/usr/lib', name: /^go(-\d+(\.\d+)*)?$/, bin: 'bin' },
  { parent: '/opt/homebrew/opt', name: /^go$/, bin: 'bin' },
];

/**
 * The `go` command: on PATH, or where its own archive, Debian and Homebrew put it.
 *
 * @param p.needs the version that the module asks for, like `1.26.8`
 * @throws Trouble when there is none, or one that is too old and fetches no newer one
 */
export function findGo({ needs, path = process.env['PATH'], places = PLACES }: GoSearch): string {
  const found = directoriesOf(path, places)
    .filter((directory) => hasPrograms(directory, ['go']))
    .map((directory) => join(directory, 'go'))
    .map((go) => ({ go, version: versionOf(go) }));
  const usable = found.find(({ go, version }) => isAtLeast(version, needs) || canFetch(go, version));
  if (usable) return usable.go;
  const what = found[0] ? `${found[0].go} is Go ${found[0].version}` : 'it was not found';
  throw new Trouble(`Temporal is built with Go ${needs} or newer, and ${what}: install it from https://go.dev/dl.`);
}

export interface GoSearch {
  needs: string;
  path?: string | undefined;
  places?: readonly Place[];
}

const canFetch = (go: string, version: string) =>
  isAtLeast(version, FETCHES) && !ask(go, 'env', 'GOTOOLCHAIN').startsWith('local');

const versionOf = (go: string) => /go(\d+(\.\d+)*)/.exec(ask(go, 'env', 'GOVERSION'))?.[1] ?? '0';

const isAtLeast = (version: string, least: string) => version.localeCompare(least, 'en', { numeric: true }) >= 0;

function ask(go: string, ...args: string[]): string {
  try {
    // outside of any module, whose own wish would be answered
    return execFileSync(go, args, { encoding: 'utf8', cwd: '/', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
