import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SourceWatch, watchSources } from '../../../scripts/dev/watch-sources';
import { becomes } from '../../../scripts/lib/wait';
import { temporaryDirectory } from '../support';

const root = temporaryDirectory();
const told: string[][] = [];
let release: () => void = () => undefined;
let busy: Promise<void> = Promise.resolve();
let watching: SourceWatch;

beforeAll(async () => {
  mkdirSync(join(root, 'src'));
  watching = await watchSources({
    root,
    directories: ['src'],
    onChange: async (files) => {
      told.push(files);
      await busy;
    },
  });
});
afterAll(() => watching.close());
beforeEach(() => told.splice(0));

const save = (file: string) => writeFileSync(join(root, 'src', file), `${Math.random()}`);
const isTold = (times: number) => becomes(() => told.length === times, { timeoutMs: 10_000 });

test('a burst of saves is told once, new directories included; what is no TypeScript is not', async () => {
  mkdirSync(join(root, 'src', 'new'));
  for (const file of ['b.ts', 'a.ts', 'new/c.ts', 'notes.md', 'a.ts']) save(file);
  expect(await isTold(1)).toBe(true);
  expect(told).toEqual([['src/a.ts', 'src/b.ts', 'src/new/c.ts']]);
});

test('what is saved while a change is worked on is told after it, together', async () => {
  busy = new Promise((resolve) => (release = resolve));
  save('a.ts');
  expect(await isTold(1)).toBe(true);
  save('b.ts');
  await new Promise((resolve) => setTimeout(resolve, 400));
  save('a.ts');
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(told).toEqual([['src/a.ts']]);
  busy = Promise.resolve();
  release();
  expect(await isTold(2)).toBe(true);
  expect(told[1]).toEqual(['src/a.ts', 'src/b.ts']);
});
