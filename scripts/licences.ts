import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Installed, npmPackages, objectionTo, pythonPackages, summaryOf } from './lib/licences';
import { PROJECT_ROOT } from './lib/paths';

/** Lists the licences of everything that is installed, and fails when one of them may not be used. */
async function main(): Promise<void> {
  const lock = JSON.parse(await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8')) as Parameters<
    typeof npmPackages
  >[0];
  const groups = { npm: npmPackages(lock), Python: await pythonTools() };
  for (const [title, packages] of Object.entries(groups))
    console.log([`${title}: ${packages.length} packages`, ...summaryOf(packages), ''].join('\n'));
  const refused = Object.values(groups).flat().filter(objectionTo);
  for (const installed of refused)
    console.error(`${installed.name} ${installed.version} ${objectionTo(installed)}: not one of the allowed licences.`);
  if (refused.length === 0) console.log('All of them may be used.');
  process.exitCode = refused.length === 0 ? 0 : 1;
}

async function pythonTools(): Promise<Installed[]> {
  const lib = join(PROJECT_ROOT, '.tools', 'lib');
  const python = (await readdir(lib).catch(() => [])).find((folder) => folder.startsWith('python'));
  return python === undefined ? [] : pythonPackages(join(lib, python, 'site-packages'));
}

void main();
