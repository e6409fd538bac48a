import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { documents, readDocument } from './documents';

/** npm's own commands, which no script of ours has to define */
const OF_NPM = new Set(['start', 'test', 'ci', 'audit', 'i', 'install', 'view']);

const pages = async () =>
  Promise.all((await documents()).map(async (path) => ({ path, text: await readDocument(path) })));

const scripts = async () =>
  Object.keys((JSON.parse(await readDocument('package.json')) as { scripts: Record<string, string> }).scripts);

/** GitHub's name of a heading */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (text: string) => [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

test('every link leads somewhere', async () => {
  const broken: string[] = [];
  for (const { path, text } of await pages())
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?|mailto):/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const linked = file === '' ? path : join(dirname(path), file);
      const leadsThere = existsSync(join(PROJECT_ROOT, linked));
      if (!leadsThere || (anchor && !anchorsOf(await readDocument(linked)).includes(anchor)))
        broken.push(`${path}: ${target}`);
    }
  expect(broken).toEqual([]);
});

test('every npm command exists, and every script is told of', async () => {
  const known = await scripts();
  const told = (await pages()).flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm (?:run )?(?:-s |--silent )?([a-z][\w:-]*)/g)]
      .filter(([command]) => /npm run|npm (start|test)/.test(command))
      .map(([, script = '']) => ({ path, script })),
  );
  expect(told.filter(({ script }) => !known.includes(script) && !OF_NPM.has(script))).toEqual([]);
  const mentioned = new Set(told.map(({ script }) => script));
  expect(known.filter((script) => !mentioned.has(script))).toEqual([]);
});

test('every file of the project that is named is there', async () => {
  const missing = (await pages())
    // the changelog tells of what was
    .filter(({ path }) => path !== 'CHANGELOG.md')
    .flatMap(({ path, text }) =>
      [...text.matchAll(/`((?:src|infra|scripts|test|docs|tools|\.ci)\/[\w./-]*[\w/])`/g)]
        .filter(([, file = '']) => !existsSync(join(PROJECT_ROOT, file)))
        .map(([, file]) => `${path}: ${file}`),
    );
  expect(missing).toEqual([]);
});
