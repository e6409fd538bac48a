import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock, readOwner } from '../../scripts/bootstrap/lock.cjs';
import { startProcess } from '../../scripts/lib/managed-process';
import { standIn, temporaryDirectory } from './support';

const home = temporaryDirectory();
const refuse = () => {
  throw new Error('busy');
};

test('one at a time', async () => {
  const lock = await acquireLock(join(home, 'one'), { onBusy: refuse });
  expect(readOwner(join(home, 'one'))).toMatchObject({ pid: process.pid });
  await expect(acquireLock(join(home, 'one'), { onBusy: refuse })).rejects.toThrow('busy');
  lock.release();
  (await acquireLock(join(home, 'one'), { onBusy: refuse })).release();
});

test('who waits gets it next', async () => {
  const first = await acquireLock(join(home, 'next'), { onBusy: refuse });
  const owners: number[] = [];
  const onBusy = ({ pid }: { pid: number }) => {
    owners.push(pid);
    first.release();
  };
  const second = await acquireLock(join(home, 'next'), { onBusy });
  expect(owners).toEqual([process.pid]);
  second.release();
});

test('the lock of a process that is gone is taken over, and what that left running is killed', async () => {
  const left = await startProcess({ ...standIn('npm', { behaviour: 'good', home }), ipc: true });
  const lock = await acquireLock(join(home, 'stale'), { onBusy: refuse });
  lock.adopt(left.pid);
  const children = readOwner(join(home, 'stale'))?.children;
  lock.release();
  mkdirSync(join(home, 'stale'));
  writeFileSync(join(home, 'stale', 'owner.json'), JSON.stringify({ pid: process.pid, identity: 'gone', children }));

  (await acquireLock(join(home, 'stale'), { onBusy: refuse })).release();
  expect(await left.exited).toBe('was killed by SIGKILL');
});
