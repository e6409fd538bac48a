import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startProcess } from '../../scripts/lib/managed-process';
import { runToEnd } from '../../scripts/lib/run-to-end';
import { becomes } from '../../scripts/lib/wait';
import { temporaryDirectory } from './support';

const home = temporaryDirectory();
const shell = (name: string, script: string) => ({
  name,
  command: '/bin/sh',
  args: ['-c', script],
  env: process.env,
  log: join(home, `${name}.log`),
});

test('a process is stopped by the signal that it understands', async () => {
  const spec = shell('polite', `trap 'echo asked; exit 0' INT; trap '' TERM; echo up; while :; do sleep 0.05; done`);
  const started = await startProcess({ ...spec, stopSignal: 'SIGINT' });
  expect(await becomes(() => readFileSync(spec.log, 'utf8').includes('up'), { timeoutMs: 10_000 })).toBe(true);
  expect(await started.stop()).toBe(true);
  expect(readFileSync(spec.log, 'utf8')).toBe('up\nasked\n');
});

test('it runs where it is told to', async () => {
  const spec = { ...shell('where', 'pwd -P'), cwd: home };
  await runToEnd(spec);
  expect(readFileSync(spec.log, 'utf8').trim()).toContain(home.split('/').at(-1)!);
});

test('a program that fails is quoted; one that is missing is named', async () => {
  const spec = shell('fails', 'echo one; echo the reason; exit 3');
  await expect(runToEnd(spec)).rejects.toThrow(`fails exited with code 3: the reason (log: ${spec.log}).`);
  const announced = shell(
    'announces',
    'echo "It is not usable:"; echo "  A is wrong"; echo "  B too"; echo "    at a stack"; exit 1',
  );
  await expect(runToEnd(announced)).rejects.toThrow('It is not usable: A is wrong; B too (log: ');
  const missing = { ...spec, name: 'nobody', command: join(home, 'nobody') };
  await expect(runToEnd(missing)).rejects.toThrow(/^nobody could not be started: .*ENOENT/);
});
