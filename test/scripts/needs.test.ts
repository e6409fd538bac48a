import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { namesEngine, needOfTools, onPath } from '../../scripts/bootstrap/needs.cjs';
import { temporaryDirectory } from './support';

const home = temporaryDirectory();
const withTemporal = join(home, 'with');
const without = join(home, 'without');

beforeAll(() => {
  for (const directory of [withTemporal, join(without, 'temporal')]) mkdirSync(directory, { recursive: true });
  writeFileSync(join(withTemporal, 'temporal'), '#!/bin/sh\n');
  chmodSync(join(withTemporal, 'temporal'), 0o755);
});

test('a program on the PATH is one that can be executed', () => {
  // a directory of that name is none
  expect(onPath('temporal', { PATH: `${without}:${withTemporal}` })).toBe(join(withTemporal, 'temporal'));
  expect(onPath('temporal', { PATH: without })).toBeUndefined();
  chmodSync(join(withTemporal, 'temporal'), 0o644);
  expect(onPath('temporal', { PATH: withTemporal })).toBeUndefined();
  chmodSync(join(withTemporal, 'temporal'), 0o755);
});

test('a server of the user is named by its address or a profile', () => {
  expect(namesEngine({ TEMPORAL_ADDRESS: '', TEMPORAL_NAMESPACE: 'orders', TEMPORAL_API_KEY: 'key' })).toBeUndefined();
  expect(namesEngine({ TEMPORAL_PROFILE: 'prod' })).toBe('TEMPORAL_PROFILE');
});

test.each([
  ['start', {}, 'required'],
  ['start', { TEMPORAL_ADDRESS: 'engine:7233' }, 'required'],
  ['start', { AWS_ENDPOINT_URL: 'http://aws' }, 'welcome'],
  ['start', { AWS_ENDPOINT_URL: 'http://aws', TEMPORAL_ADDRESS: 'engine:7233' }, 'unneeded'],
  ['start', { AWS_ENDPOINT_URL: 'http://aws', PATH: withTemporal }, 'unneeded'],
  ['docs', {}, 'unneeded'],
  ['test', {}, 'required'],
  ['test', { AWS_ENDPOINT_URL: 'http://aws', TEMPORAL_ADDRESS: 'engine:7233', PATH: withTemporal }, 'welcome'],
] as const)('for %s with %j the private environment is %3$s', (program, env, need) => {
  expect(needOfTools(program, env)).toBe(need);
});
