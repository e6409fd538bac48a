import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { BuildFailure, Metafile, OutputFile } from 'esbuild';
import { Trouble } from '../bootstrap/trouble.cjs';
import { cachedPath, sourceHash } from './cache';
import { PROJECT_ROOT } from './paths';

/** What the page is made of, relative to the project. */
const SOURCES = ['web', 'src/domain', 'scripts/lib/page.ts', 'package-lock.json'];

/**
 * The directory of the page for operations, for `PAGE_DIR`. It is built only when a source of it changed since the last
 * time.
 */
export async function pageDirectory(): Promise<string> {
  return cachedPath({ name: `page-${await sourceHash(SOURCES)}`, write: buildPage });
}

/** Builds the page: `index.html`, and under `assets` all that it loads, plain and compressed. */
export async function buildPage(directory: string): Promise<void> {
  const { index, assets } = await bundle();
  await mkdir(join(directory, 'assets'), { recursive: true });
  await Promise.all(assets.map(({ name, contents }) => writeAsset(join(directory, 'assets', name), contents)));
  await writeFile(join(directory, 'index.html'), index);
}

interface PageFiles {
  index: string;
  /** named by their content: what is named so never changes */
  assets: { name: string; contents: Uint8Array }[];
}

/** what the licences of the two libraries in it ask for */
const NOTICE = '/*! Preact, MIT, (c) Jason Miller; uPlot, MIT, (c) Leon Sorokin */';

async function bundle(): Promise<PageFiles> {
  // loaded here only: a second start does not need it
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: join(PROJECT_ROOT, 'web'),
    entryPoints: { waybill: 'src/main.tsx', style: 'src/style.css', icon: 'icon.svg' },
    outdir: 'assets',
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
    loader: { '.svg': 'copy' },
    legalComments: 'none',
    banner: { js: NOTICE },
    logLevel: 'silent',
  }).catch((error: BuildFailure) => {
    const places = error.errors.map(({ text, location }) => `${location?.file}:${location?.line}: ${text}`);
    throw new Trouble(`The page cannot be built: ${places.join('\n') || error.message}`);
  });
  const assets = outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
  return { index: await indexOf(outputFiles, metafile), assets };
}

/** the HTML, with the names that the assets got */
async function indexOf(outputs: readonly OutputFile[], { outputs: described }: Metafile): Promise<string> {
  const named = (pattern: RegExp) => {
    const found = outputs.map(({ path }) => basename(path)).find((name) => pattern.test(name));
    if (found === undefined) throw new Trouble(`The page has no ${pattern}: ${Object.keys(described).join(', ')}`);
    return `/page/${found}`;
  };
  const template = await readFile(join(PROJECT_ROOT, 'web', 'index.html'), 'utf8');
  return template
    .replace('{{script}}', named(/^waybill-.*\.js$/))
    .replace('{{style}}', named(/^style-.*\.css$/))
    .replace('{{icon}}', named(/^icon-.*\.svg$/));
}

const compressed = {
  br: (contents: Uint8Array) =>
    promisify(brotliCompress)(contents, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
  gz: (contents: Uint8Array) => promisify(gzip)(contents, { level: constants.Z_BEST_COMPRESSION }),
};

async function writeAsset(path: string, contents: Uint8Array): Promise<void> {
  await writeFile(path, contents);
  for (const [ending, compress] of Object.entries(compressed))
    await writeFile(`${path}.${ending}`, await compress(contents));
}
