import { chmodSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { downloadBySdk, downloadTemporal, engineProgram, pinnedVersion } from '../../scripts/lib/engine-program';
import { tools } from '../../scripts/lib/paths';
import { temporaryDirectory } from './support';

const home = temporaryDirectory();
const installed = join(home, 'installed');
const absent = join(home, 'absent');
let lines: string[];
const progress = {
  line: (text: string) => void lines.push(text),
  stage: <T>(title: string, work: () => Promise<T>) => (lines.push(title), work()),
};

beforeAll(() => {
  for (const file of [installed, join(home, 'temporal')]) {
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
  }
});
beforeEach(() => {
  lines = [];
});

const download = () => Promise.resolve('/downloaded');

test('what is installed comes before the PATH, and that before a download; the others are said', async () => {
  expect(await engineProgram({ progress, env: { PATH: home }, installed, download })).toBe(installed);
  expect(lines).toEqual([]);
  expect(await engineProgram({ progress, env: { PATH: home }, installed: absent, download })).toBe(
    join(home, 'temporal'),
  );
  expect(await engineProgram({ progress, env: { PATH: '' }, installed: absent, download })).toBe('/downloaded');
  expect(lines).toEqual([`Temporal server: ${home}/temporal, from the PATH`, 'Temporal server: download']);
});

test('a download that fails names the ways out', async () => {
  const failing = () => Promise.reject(new Error('no network'));
  await expect(engineProgram({ progress, env: {}, installed: absent, download: failing })).rejects.toThrow(
    /the download failed \(no network\)\. Install Python .* or Temporal's CLI, or name a server in TEMPORAL_ADDRESS\.$/,
  );
});

test('the SDK knows a download by the name we look for, and starts it', async () => {
  const directory = mkdtempSync(join(home, 'cache-'));
  const name = `temporal-${pinnedVersion()}`;
  symlinkSync(tools.temporal, join(directory, name));
  // had it another name, the SDK would download one beside it
  await downloadBySdk({ directory, version: pinnedVersion() });
  expect(readdirSync(directory)).toEqual([name]);
  expect(await downloadTemporal(directory)).toBe(join(directory, name));
});
