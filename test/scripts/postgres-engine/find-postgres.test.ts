import { join } from 'node:path';
import { findPostgres } from '../../../scripts/lib/postgres-engine/find-postgres';
import { temporaryDirectory } from '../support';
import { programThatSays } from './stand-in-programs';

const root = temporaryDirectory();
const places = [{ parent: join(root, 'postgresql'), name: /^\d+$/, bin: 'bin' }];

function install(directory: string, version: string): string {
  programThatSays(join(root, directory, 'postgres'), `postgres (PostgreSQL) ${version} (Debian ${version}-1)`);
  for (const name of ['initdb', 'pg_isready']) programThatSays(join(root, directory, name), '');
  return join(root, directory);
}

const find = (path = '') => findPostgres({ path, places });

test('without any the message says what to install', () => {
  expect(() => find()).toThrow(/PostgreSQL server 12 or newer is needed, and none was found.*apt install postgresql/);
});

test('one that is too old is named, and not used', () => {
  const old = install('old', '11.22');
  expect(() => find(old)).toThrow(`only 11.22 was found (${old}/postgres)`);
});

test('of those outside of PATH the newest is used, by number', () => {
  install('postgresql/9/bin', '9.6.24');
  install('postgresql/13/bin', '13.4');
  install('postgresql/100/bin', '100.1');
  expect(find()).toEqual({
    version: '100.1',
    postgres: join(root, 'postgresql/100/bin/postgres'),
    initdb: join(root, 'postgresql/100/bin/initdb'),
    isReady: join(root, 'postgresql/100/bin/pg_isready'),
  });
});

test('one on PATH comes first, unless it lacks a program or is too old', () => {
  const onPath = install('on-path', '14.2');
  programThatSays(join(root, 'client-only', 'postgres'), 'postgres (PostgreSQL) 16.1');
  expect(find([join(root, 'client-only'), join(root, 'old'), onPath].join(':')).version).toBe('14.2');
});
