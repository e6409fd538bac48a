import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CACHE, PROJECT_ROOT } from './paths';

/** versions of one derived file that are kept: enough to go back and forth between branches */
const KEPT = 5;

/** A hash over names and contents of files and directories, given relative to the project. */
export async function sourceHash(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await Promise.all(paths.map(filesBelow))).flat().sort())
    hash.update(`${file}\0`).update(await readFile(join(PROJECT_ROOT, file)));
  return hash.digest('hex').slice(0, 16);
}

async function filesBelow(path: string): Promise<string[]> {
  if (!(await stat(join(PROJECT_ROOT, path))).isDirectory()) return [path];
  const entries = await readdir(join(PROJECT_ROOT, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(PROJECT_ROOT.length + 1));
}

/**
 * The path of a derived file, made when it is not there. Its name is `<kind>-<hash>.<extension>`; the oldest of a kind go.
 */
export async function cached({ name, make }: { name: string; make: () => Promise<string> }): Promise<string> {
  return cachedPath({ name, write: async (path) => writeFile(path, await make()) });
}

/** The same of a directory, `<kind>-<hash>`, or a file; `write` makes it at the path that it is given. */
export async function cachedPath(p: { name: string; write: (path: string) => Promise<void> }): Promise<string> {
  const path = join(CACHE, p.name);
  if (await exists(path)) return path;
  await mkdir(CACHE, { recursive: true });
  // renamed into place, so that nobody reads half of it
  const draft = `${path}.${process.pid}`;
  await p.write(draft);
  await rename(draft, path).catch(async (error: unknown) => {
    // a directory that another process made meanwhile is as good
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(path))) throw error;
  });
  await prune(p.name.slice(0, p.name.lastIndexOf('-') + 1));
  return path;
}

async function prune(prefix: string): Promise<void> {
  const files = (await readdir(CACHE)).filter((file) => file.startsWith(prefix)).map((file) => join(CACHE, file));
  const aged = await Promise.all(files.map(async (file) => ({ file, at: (await stat(file)).mtimeMs })));
  const old = aged.sort((a, b) => b.at - a.at).slice(KEPT);
  await Promise.all(old.map(({ file }) => rm(file, { recursive: true, force: true })));
}

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  );
