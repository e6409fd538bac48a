import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assertNodeVersion } from '../../scripts/bootstrap/node-version.cjs';
import { parseStages, readStages, type Stage } from '../../scripts/lib/image/dockerfile';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { PROGRAMS, textOf, VERSION } from './support';

let stages: Stage[];
let runtime: Stage;

beforeAll(async () => {
  stages = await readStages();
  runtime = stages.at(-1)!;
});

const copies = (of: Stage[]) =>
  of.flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'copy' ? [step] : [])));
const fromContext = (of: Stage[]) => [
  ...new Set(copies(of).flatMap(({ from, sources }) => (from === undefined ? sources : []))),
];
const commandsOf = ({ steps }: Stage) => steps.flatMap((step) => (step.kind === 'run' ? [step.command] : []));
const stageNamed = (name: string) => stages.find((stage) => stage.name === name)!;

describe.each([
  ['Dockerfile', '.'],
  ['tools/Dockerfile', 'tools'],
])('%s', (path, context) => {
  test('copies what exists, and the context is that and nothing else', async () => {
    const sources = fromContext(await readStages(path));
    expect(sources.filter((source) => !existsSync(join(PROJECT_ROOT, context, source)))).toEqual([]);
    const [all, ...kept] = textOf(join(context, '.dockerignore'))
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(all).toBe('*');
    expect(kept.sort()).toEqual(sources.map((source) => `!${source}`).sort());
  });

  test('is built on an image whose version is named in full, with glibc', async () => {
    const bases = new Set((await readStages(path)).map(({ base }) => base));
    expect([...bases]).toEqual([expect.stringMatching(/^\w+:\d+\.\d+\.\d+-(bookworm-slim|slim-bookworm)$/)]);
  });

  test('runs as a user that is not root, by number, and stops on SIGTERM', async () => {
    expect((await readStages(path)).at(-1)).toMatchObject({
      user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      stopSignal: 'SIGTERM',
    });
  });
});

test('its Node is one that Waybill runs on, of a line with long-term support', () => {
  const version = /^node:([\d.]+)/.exec(runtime.base)?.[1] ?? '';
  expect(() => assertNodeVersion(version)).not.toThrow();
  expect(Number(version.split('.')[0]) % 2).toBe(0);
});

test('copies between stages name stages before, and places that those fill', () => {
  const places = copies([runtime]).flatMap(({ from, sources }) => (from ? [[from, ...sources]] : []));
  expect(places).toEqual([
    ['dependencies', resolve(stageNamed('dependencies').workdir, 'node_modules')],
    ['build', resolve(stageNamed('build').workdir, 'dist')],
  ]);
  expect(commandsOf(stageNamed('build')).at(-1)).toBe('npm run build');
});

test('what runs has the dependencies for production only, and was not changed after the build', () => {
  expect(commandsOf(stageNamed('dependencies'))).toEqual([expect.stringMatching(/^npm ci --omit=dev\b/)]);
  expect(commandsOf(runtime)).toEqual([]);
  expect(runtime.env['NODE_ENV']).toBe('production');
});

test('Node itself is the process that gets the signals; it runs programs of the build', () => {
  expect(runtime.entrypoint?.[0]).toBe('node');
  expect(runtime.command).toEqual(['dist/src/gateway/server.js']);
  const [node, script] = runtime.healthcheck ?? [];
  expect(node).toBe('node');
  for (const program of [runtime.command?.[0], script]) expect(PROGRAMS).toContain(program);
});

test('bundle and page are where the build puts them, and the gateway serves the container, not its loopback', () => {
  expect(runtime.env).toMatchObject({
    WORKFLOW_BUNDLE: `${runtime.workdir}/dist/workflow-bundle.js`,
    PAGE_DIR: `${runtime.workdir}/dist/page`,
    HOST: '0.0.0.0',
  });
});

test('its labels say what it is', () => {
  expect(runtime.labels).toMatchObject({
    'org.opencontainers.image.title': 'Waybill',
    'org.opencontainers.image.version': VERSION,
    'org.opencontainers.image.licenses': 'MIT',
  });
});

test('an instruction that nothing here understands is not passed over', () => {
  expect(() => parseStages('FROM node:24.21.0\nADD https://example.org/file .')).toThrow(/ADD is an instruction/);
});
