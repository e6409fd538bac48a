import { startProcess } from '../../scripts/lib/managed-process';
import { createTakedown } from '../../scripts/lib/takedown';
import { standIn, temporaryDirectory } from './support';

const home = temporaryDirectory();

async function started(names: readonly string[]) {
  const lines: string[] = [];
  const takedown = createTakedown({ report: (line) => void lines.push(line) });
  const processes = await Promise.all(
    names.map((name) => startProcess({ ...standIn(name, { behaviour: 'good', home }), ipc: true })),
  );
  for (const process of processes) takedown.add(process);
  return { lines, takedown, processes };
}

test('what was started last stops first', async () => {
  const { lines, takedown, processes } = await started(['ministack', 'Temporal', 'worker', 'consumer', 'gateway']);
  await takedown.close();
  expect(lines).toEqual(['gateway', 'consumer', 'worker', 'Temporal', 'ministack'].map((name) => `stopping ${name} …`));
  expect(processes.every((process) => process.hasEnded())).toBe(true);
});

test('nothing starts once stopping has begun', async () => {
  const { takedown } = await started([]);
  await takedown.close();
  const late = await startProcess({ ...standIn('late', { behaviour: 'good', home }), ipc: true });
  takedown.add(late);
  expect(await late.exited).toBe('was killed by SIGKILL');
});

test('who does not want to wait kills all', async () => {
  const { takedown, processes } = await started(['worker', 'gateway']);
  takedown.killAll();
  expect(await Promise.all(processes.map(({ exited }) => exited))).toEqual(Array(2).fill('was killed by SIGKILL'));
});
