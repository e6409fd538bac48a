import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { Trouble } from './bootstrap/trouble.cjs';
import { configurationReference } from './lib/configuration-reference';
import { PROJECT_ROOT } from './lib/paths';

const FILE = 'docs/configuration.md';

/**
 * Writes the documents that are made of the code.
 *
 * @param p.check only sees whether they are up to date
 * @throws Trouble when they are not
 */
export async function main({ check }: { check: boolean }): Promise<void> {
  const file = join(PROJECT_ROOT, FILE);
  const text = await format(configurationReference(), { ...(await resolveConfig(file)), filepath: file });
  if (!check) await writeFile(file, text);
  else if ((await readFile(file, 'utf8')) !== text)
    throw new Trouble(`${FILE} does not say what the code says: \`npm run docs\` writes it anew.`);
}
