import { chmodSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runScript, temporaryDirectory } from './support';

const home = temporaryDirectory();

/** a clone in which nothing was installed */
function freshClone(name: string): string {
  const clone = join(home, name);
  for (const part of ['scripts/bootstrap', 'scripts/bootstrap.cjs', 'scripts/start.cjs', 'tools'])
    cpSync(join(ROOT, part), join(clone, part), { recursive: true });
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(ROOT, file), join(clone, file));
  return clone;
}

/** a stand-in for an interpreter */
function interpreter(script: string): string {
  const file = join(home, `python-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

async function start(WAYBILL_PYTHON: string) {
  const clone = freshClone(`clone-${Math.random().toString(36).slice(2)}`);
  return {
    clone,
    ...(await runScript('scripts/start.cjs', { cwd: clone, env: { AWS_ENDPOINT_URL: '', WAYBILL_PYTHON } })),
  };
}

test('without Python: one line that says what to do, and nothing was installed', async () => {
  const { clone, code, stdout, stderr } = await start('/nonexistent');
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(
    'Waybill needs Python 3.10 or newer, and /nonexistent was not found. Install one, or name it in WAYBILL_PYTHON; with an AWS emulator of your own in AWS_ENDPOINT_URL none is needed.\n',
  );
  expect(readdirSync(clone)).not.toContain('node_modules');
  expect(readdirSync(join(clone, '.waybill'))).toEqual([]);
});

test('with a Python that is too old', async () => {
  const old = interpreter('echo 3 9');
  const { code, stderr } = await start(old);
  expect(code).toBe(1);
  expect(stderr).toBe(
    `Waybill needs Python 3.10 or newer, and ${old} is Python 3.9. Install one, or name it in WAYBILL_PYTHON; with an AWS emulator of your own in AWS_ENDPOINT_URL none is needed.\n`,
  );
});

test('with a Python that lacks venv', async () => {
  const { code, stderr } = await start(interpreter('case "$*" in *ensurepip*) exit 1;; esac; echo 3 12'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/lacks its venv module.*apt install python3-venv.*\n$/);
});

test('an older Node is refused before anything else', () => {
  const { assertNodeVersion } = jest.requireActual<{ assertNodeVersion: (version: string) => void }>(
    '../../scripts/bootstrap/node-version.cjs',
  );
  expect(() => assertNodeVersion('20.18.3')).toThrow('Waybill needs Node 20.19 or newer, and this is Node 20.18.3');
  for (const version of ['20.19.0', '22.0.0', '24.9.0']) expect(() => assertNodeVersion(version)).not.toThrow();
});

describe('npm dependencies', () => {
  const { isInstalled } = jest.requireActual<{ isInstalled: (root: string) => boolean }>(
    '../../scripts/bootstrap/npm.cjs',
  );
  const wanted = {
    '': { name: 'root' },
    'node_modules/fastify': { version: '5.0.0' },
    'node_modules/for-macos': { version: '1.0.0', optional: true },
  };
  const checkout = (name: string, installed?: object) => {
    const root = join(home, name);
    mkdirSync(join(root, 'node_modules'), { recursive: true });
    writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: wanted }));
    if (installed)
      writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
    return root;
  };

  test.each([
    ['half installed', undefined, false],
    ['complete', { 'node_modules/fastify': { version: '5.0.0' } }, true],
    ['stale', { 'node_modules/fastify': { version: '4.9.0' } }, false],
    ['incomplete', {}, false],
    ['with a package too many', { 'node_modules/fastify': { version: '5.0.0' }, 'node_modules/x': {} }, false],
  ])('%s', (name, installed, expected) => {
    expect(isInstalled(checkout(name, installed))).toBe(expected);
  });
});

describe('local servers', () => {
  const { isInstalled } = jest.requireActual<{ isInstalled: (root: string) => boolean }>(
    '../../scripts/bootstrap/python.cjs',
  );

  test('an environment that was left half-made, or made for other requirements, is made anew', () => {
    const clone = freshClone('half-made');
    cpSync(join(ROOT, '.tools', 'bin'), join(clone, '.tools', 'bin'), { recursive: true, filter: isSmall });
    expect(isInstalled(clone)).toBe(false);
    writeFileSync(join(clone, '.tools', 'installed'), 'a hash of older requirements');
    expect(isInstalled(clone)).toBe(false);
  });

  const isSmall = (source: string) => !source.includes('temporal');
});
