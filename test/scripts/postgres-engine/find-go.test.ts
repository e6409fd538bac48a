import { join } from 'node:path';
import { findGo } from '../../../scripts/lib/postgres-engine/find-go';
import { temporaryDirectory } from '../support';
import { programThatSays } from './stand-in-programs';

const root = temporaryDirectory();

function install(name: string, { version, toolchain }: { version: string; toolchain: string }): string {
  programThatSays(join(root, name, 'go'), '', { GOVERSION: `go${version}`, GOTOOLCHAIN: toolchain });
  return join(root, name);
}

const find = (...directories: string[]) => findGo({ needs: '1.26.8', path: directories.join(':'), places: [] });

test('without Go the message says which one is needed, and from where', () => {
  expect(() => find(root)).toThrow(
    'built with Go 1.26.8 or newer, and it was not found: install it from https://go.dev',
  );
});

test.each(['1.26.8', '1.26.10', '1.27', '2.0'])('Go %s is new enough', (version) => {
  const directory = install(version, { version, toolchain: 'local' });
  expect(find(directory)).toBe(join(directory, 'go'));
});

test('an older one is used when it fetches a newer one itself', () => {
  const directory = install('fetches', { version: '1.21.0', toolchain: 'auto' });
  expect(find(directory)).toBe(join(directory, 'go'));
});

test.each([
  ['1.26.7', 'local'],
  ['1.24.4', 'local+path'],
  ['1.19.8', ''],
])('Go %s with GOTOOLCHAIN=%s is refused by name, and a later one on PATH is used', (version, toolchain) => {
  const old = install(`old-${version}`, { version, toolchain });
  expect(() => find(old)).toThrow(`${join(old, 'go')} is Go ${version}`);
  const good = install('good', { version: '1.26.8', toolchain: 'local' });
  expect(find(old, good)).toBe(join(good, 'go'));
});
