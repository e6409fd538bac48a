import { join } from 'node:path';
import { leftoversOf, stopLeftovers } from '../../scripts/lib/leftovers';
import { startProcess } from '../../scripts/lib/managed-process';
import { readState, rememberProcess, writeState } from '../../scripts/lib/state';
import { standIn, temporaryDirectory } from './support';

const home = temporaryDirectory();
const file = (name: string) => join(home, name, 'state.json');

test('what is written down is found again', () => {
  const state = { epochs: ['A'], processes: [{ name: 'worker', pid: 1, identity: 'ticks 1' }] };
  expect(readState(file('absent'))).toBeUndefined();
  writeState(file('written'), state);
  expect(readState(file('written'))).toEqual(state);
});

test('leftovers of a killed start are found by pid and age, and stopped', async () => {
  const left = await startProcess({ ...standIn('Temporal', { behaviour: 'good', home }), ipc: true });
  await new Promise((resolve) => left.child.once('message', resolve));
  rememberProcess(file('leftovers'), left);
  expect(leftoversOf(readState(file('leftovers')))).toMatchObject([{ name: 'Temporal', pid: left.pid }]);
  await stopLeftovers(leftoversOf(readState(file('leftovers'))));
  expect(await left.exited).toBe('exited with code 0');
  expect(leftoversOf(readState(file('leftovers')))).toEqual([]);
});

test('another process with the same pid is not ours', () => {
  const processes = [{ name: 'worker', pid: process.pid, identity: 'ticks 1' }];
  expect(leftoversOf({ epochs: [], processes })).toEqual([]);
});

test('a restarted process replaces its record', () => {
  for (const pid of [process.pid, process.ppid]) rememberProcess(file('restarted'), { name: 'worker', pid });
  expect(readState(file('restarted'))?.processes.map(({ pid }) => pid)).toEqual([process.ppid]);
});
