import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../scripts/lib/paths';

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  overrides: Record<string, string>;
}

interface Lock {
  packages: Record<
    string,
    {
      version: string;
      resolved?: string;
      integrity?: string;
      inBundle?: boolean;
      optionalDependencies?: Record<string, string>;
    }
  >;
}

const read = async <T>(file: string) => JSON.parse(await readFile(join(PROJECT_ROOT, file), 'utf8')) as T;

test('every dependency is pinned to one version', async () => {
  const { dependencies, devDependencies, overrides } = await read<Manifest>('package.json');
  const versions = Object.entries({ ...dependencies, ...devDependencies, ...overrides });
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test('the packages of Temporal have one version', async () => {
  const { dependencies, devDependencies } = await read<Manifest>('package.json');
  const temporal = Object.entries({ ...dependencies, ...devDependencies }).filter(([name]) =>
    name.startsWith('@temporalio/'),
  );
  expect(temporal.length).toBeGreaterThan(5);
  expect(new Set(temporal.map(([, version]) => version)).size).toBe(1);
});

test('the lock file has every platform of every native package', async () => {
  const { packages } = await read<Lock>('package-lock.json');
  const installed = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13)));
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !installed.has(name))
      .map((name) => `${name} of ${path}`),
  );
  expect(missing).toEqual([]);
});

test('every npm package is held to its hash, and none comes from a registry of its own', async () => {
  const { packages } = await read<Lock>('package-lock.json');
  // what is bundled in another package comes with that one's hash
  const locked = Object.entries(packages).filter(([path, { inBundle }]) => path !== '' && !inBundle);
  expect(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')).map(([path]) => path)).toEqual([]);
  const hosts = locked.flatMap(([, { resolved }]) => (resolved ? [new URL(resolved).host] : []));
  expect(hosts.filter((host) => host !== 'registry.npmjs.org')).toEqual([]);
});

test('the local servers are pinned with their hashes', async () => {
  const lines = (await readFile(join(PROJECT_ROOT, 'tools', 'requirements.txt'), 'utf8')).split('\n');
  const requirements = lines.join('\n').replaceAll('\\\n', ' ').split('\n');
  const pins = requirements.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '');
  expect(pins.length).toBeGreaterThan(3);
  expect(pins.filter((pin) => !/^[\w.-]+==[\w.]+.*--hash=sha256:[0-9a-f]{64}/.test(pin))).toEqual([]);
});
