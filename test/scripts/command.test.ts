import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../scripts/lib/command';
import { becomes } from '../../scripts/lib/wait';
import { isAlive } from '../support/system';
import { temporaryDirectory } from './support';

const home = temporaryDirectory();
const shell = (script: string, env: NodeJS.ProcessEnv = {}) =>
  runCommand(['/bin/sh', '-c', script], { ...process.env, ...env });

/** a shell that has a child of its own, and what it writes down */
async function family(script: (file: string) => string, name: string) {
  const file = join(home, name);
  const command = await shell(script(file));
  expect(await becomes(() => existsSync(file) && readFileSync(file, 'utf8') !== '', { timeoutMs: 10_000 })).toBe(true);
  return { command, child: Number(readFileSync(file, 'utf8')) };
}

test('its exit code is handed on, and its environment is what was given', async () => {
  const command = await shell('exit "$WANTED"', { WANTED: '7' });
  expect(await command.exited).toBe(7);
  expect(await becomes(command.hasEnded, { timeoutMs: 5_000 })).toBe(true);
});

test('a signal that ends it counts as a failure', async () => {
  expect(await (await shell('kill -TERM $$')).exited).toBe(1);
});

test('stop is over when all of it has ended, its children too', async () => {
  const { command, child } = await family(
    (file) => `sleep 300 & echo $! > ${file}.new; mv ${file}.new ${file}; trap 'kill $!; wait; exit 0' INT; wait`,
    'polite',
  );
  expect(command.hasEnded()).toBe(false);
  expect(await command.stop()).toBe(true);
  expect(isAlive(child)).toBe(false);
  expect(command.hasEnded()).toBe(true);
});

test('kill ends all of it at once', async () => {
  const { command, child } = await family(
    (file) => `trap '' INT; sleep 300 & echo $! > ${file}.new; mv ${file}.new ${file}; wait`,
    'stubborn',
  );
  command.kill();
  expect(await becomes(() => command.hasEnded() && !isAlive(child), { timeoutMs: 10_000 })).toBe(true);
});

test('a program that does not exist is an error', async () => {
  await expect(runCommand([join(home, 'nobody')], process.env)).rejects.toThrow('ENOENT');
});
