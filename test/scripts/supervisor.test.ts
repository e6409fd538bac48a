import { readFileSync } from 'node:fs';
import { supervise, type Service } from '../../scripts/lib/supervisor';
import { becomes } from '../../scripts/lib/wait';
import { standIn, temporaryDirectory } from './support';

const home = temporaryDirectory();
const lines: string[] = [];
const timing = { firstDelay: 100, longestDelay: 150, readyTimeout: 5_000 };
const options = { report: (line: string) => void lines.push(line), timing };
const running: Service[] = [];

async function start(name: string, behaviour: Parameters<typeof standIn>[1]['behaviour']): Promise<Service> {
  const service = await supervise(standIn(name, { behaviour, home }), options);
  running.push(service);
  return service;
}

beforeEach(() => lines.splice(0));
afterAll(() => running.forEach((service) => service.kill()));

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a killed process is named and started again', async () => {
  const service = await start('worker', 'good');
  await service.ready;
  const first = service.pid();
  process.kill(first, 'SIGKILL');
  expect(await becomes(() => lines.length === 2, { timeoutMs: 5_000 })).toBe(true);
  expect(lines).toEqual([
    `worker was killed by SIGKILL; it is started again in 0.1 s (log: ${home}/worker.log)`,
    `worker runs again (pid ${service.pid()})`,
  ]);
  expect(service.pid()).not.toBe(first);
});

test('one that keeps crashing is given more time after each crash', async () => {
  const service = await start('consumer', 'crashes');
  await service.ready;
  const crashes = () => lines.filter((line) => line.includes('exited with code 7'));
  expect(await becomes(() => crashes().length === 3, { timeoutMs: 10_000 })).toBe(true);
  expect(crashes().map((line) => /again in (.*) s/.exec(line)?.[1])).toEqual(['0.1', '0.15', '0.15']);
  await service.stop();
});

test('one that was asked to stop drains and is not started again', async () => {
  const service = await start('gateway', 'good');
  await service.ready;
  expect(await service.stop()).toBe(true);
  expect(readFileSync(service.log, 'utf8')).toContain('drained');
  expect(isAlive(service.pid())).toBe(false);
  expect(lines).toEqual([]);
});

test('one that does not stop in time is killed', async () => {
  const service = await start('stubborn', 'stubborn');
  await service.ready;
  expect(await service.stop(200)).toBe(false);
  expect(isAlive(service.pid())).toBe(false);
});

test('one that ends before it is ready fails the start, with its last words', async () => {
  const service = await start('broken', 'fails');
  await expect(service.ready).rejects.toThrow(
    `broken exited with code 3 while it started: the configuration is not usable (log: ${home}/broken.log).`,
  );
});

test('one that stays silent fails the start', async () => {
  const service = await supervise(standIn('silent', { behaviour: 'silent', home }), {
    ...options,
    timing: { readyTimeout: 500 },
  });
  await expect(service.ready).rejects.toThrow('silent was not ready within 0.5 s');
  expect(await becomes(() => service.hasEnded(), { timeoutMs: 2_000 })).toBe(true);
});

test('one that is restarted drains first, has its new environment, and counts as no crash', async () => {
  const service = await start('reloaded', 'good');
  await service.ready;
  const first = service.pid();
  await service.restart({ ...process.env, STAND_IN: 'good', SECOND: '1' });
  expect(isAlive(first)).toBe(false);
  expect(service.pid()).not.toBe(first);
  expect(readFileSync(service.log, 'utf8')).toMatch(/started good\ndrained\nstarted good\n/);
  expect(lines).toEqual([]);

  process.kill(service.pid(), 'SIGKILL');
  expect(await becomes(() => lines.length === 2, { timeoutMs: 5_000 })).toBe(true);
  expect(lines[0]).toContain('reloaded was killed by SIGKILL; it is started again');
});

test('one that does not get ready at a restart stays down, until the next one', async () => {
  const service = await start('edited', 'good');
  await service.ready;
  const broken = service.restart({ ...process.env, STAND_IN: 'fails' });
  await expect(broken).rejects.toThrow('edited exited with code 3 while it started: the configuration is not usable');
  // longer than any delay after a crash
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect([service.hasEnded(), lines]).toEqual([true, []]);
  await service.restart({ ...process.env, STAND_IN: 'good' });
  expect(isAlive(service.pid())).toBe(true);
});

test('a stop during a restart wins', async () => {
  const service = await start('twice', 'good');
  await service.ready;
  const restart = service.restart();
  await service.stop();
  await restart;
  expect(service.hasEnded()).toBe(true);
});
