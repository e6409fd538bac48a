import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  assertSameVersion,
  devServerVersion,
  pinnedVersions,
} from '../../../scripts/lib/postgres-engine/temporal-build';
import { ROOT } from '../support';

test('the server that is built is the one that the dev server has inside', () => {
  expect(pinnedVersions().temporal).toBe(devServerVersion());
});

test('two versions are refused, both named', () => {
  expect(() => assertSameVersion({ pinned: '1.32.0', dev: '1.33.1' })).toThrow(
    /pins Temporal 1\.32\.0, and the dev server of tools\/requirements\.txt is 1\.33\.1/,
  );
});

test('a module without the server, or without a Go version, is no module of ours', () => {
  expect(pinnedVersions('go 1.2\nrequire go.temporal.io/server v9.8.7\n')).toEqual({ temporal: '9.8.7', go: '1.2' });
  expect(() => pinnedVersions('go 1.26.8\n')).toThrow('pins no go.temporal.io/server');
  expect(() => pinnedVersions('require go.temporal.io/server v1.32.0\n')).toThrow('names no Go version');
});

test('the checksum of what is built is kept beside it', () => {
  const sums = readFileSync(join(ROOT, 'tools/temporal-server/go.sum'), 'utf8');
  expect(sums).toMatch(new RegExp(`^go\\.temporal\\.io/server v${pinnedVersions().temporal} h1:.{44}$`, 'm'));
});
