import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { followLogs } from '../../../scripts/dev/follow-logs';
import { becomes } from '../../../scripts/lib/wait';
import { temporaryDirectory } from '../support';

const log = join(temporaryDirectory(), 'gateway.log');
const shown: string[] = [];
const entry = (fields: object) => `${JSON.stringify({ level: 30, time: 0, name: 'gateway', ...fields })}\n`;
let following: { stop: () => void };

beforeAll(async () => {
  writeFileSync(log, entry({ msg: 'of an earlier start' }));
  following = await followLogs({ logs: [{ name: 'gateway', log }], write: (line) => shown.push(line), colours: false });
});
afterAll(() => following.stop());
beforeEach(() => shown.splice(0));

const isShown = (lines: number) => becomes(() => shown.length === lines, { timeoutMs: 5_000 });

test('what is written from now on is shown under the name of the process, whole lines only', async () => {
  const line = entry({ msg: 'serving – well' });
  appendFileSync(log, line.slice(0, 40));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(shown).toEqual([]);
  appendFileSync(log, `${line.slice(40)}from console.log\n`);
  expect(await isShown(2)).toBe(true);
  expect(shown[0]).toMatch(/^gateway {2}\| \[.*\] INFO: serving – well$/);
  expect(shown[1]).toBe('gateway  | from console.log');
});

test('requests that went well and news of the engine are not shown, what went wrong is', async () => {
  appendFileSync(
    log,
    entry({ reqId: '1', msg: 'request completed' }) + entry({ sdkComponent: 'worker', msg: 'state' }),
  );
  appendFileSync(log, entry({ reqId: '2', level: 50, msg: 'request failed' }));
  expect(await isShown(1)).toBe(true);
  expect(shown[0]).toContain('ERROR: request failed {"reqId":"2"}');
});

test('a warning is a line, an error has its stack', async () => {
  const error = { type: 'Error', message: 'no answer', stack: 'Error: no answer\n    at somewhere' };
  appendFileSync(log, entry({ level: 40, error, msg: 'Activity failed' }));
  expect(await isShown(1)).toBe(true);
  expect(shown[0]).toContain('WARN: Activity failed {"reason":"no answer"}');
  appendFileSync(log, entry({ level: 60, err: error, msg: 'cannot go on' }));
  await becomes(() => shown.length > 3, { timeoutMs: 5_000 });
  expect(shown.slice(1).join('\n')).toMatch(/FATAL: cannot go on[^]*at somewhere/);
});

test('a log that was put aside is followed in the new one', async () => {
  renameSync(log, `${log}.old`);
  writeFileSync(log, entry({ msg: 'a new log' }));
  expect(await isShown(1)).toBe(true);
  expect(shown[0]).toContain('a new log');
});
