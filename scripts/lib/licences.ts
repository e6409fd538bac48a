import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import spdxSatisfies from 'spdx-satisfies';

/** A package that Waybill installs. */
export interface Installed {
  name: string;
  version: string;
  /** an SPDX expression; undefined when the package does not say */
  licence: string | undefined;
  /** only needed to build and test */
  dev: boolean;
}

/** Permissive: they ask for their notice at most. Those of Creative Commons are for tables of data. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
];

/** Of what only builds and tests, and is passed on to nobody: they ask that changes of their own files be shown. */
const ALLOWED_IN_DEVELOPMENT = ['MPL-2.0'];

/** What packages are under whose metadata does not say it in SPDX's words. */
const READ_BY_HAND: Record<string, string> = {
  nub: 'MIT', // says MIT/X11
  unionfs: 'Unlicense', // has it as its LICENSE file only
};

/** Why a package may not be used, or undefined when it may. */
export function objectionTo({ licence, dev }: Installed): string | undefined {
  if (licence === undefined) return 'says no licence';
  try {
    return spdxSatisfies(licence, dev ? [...ALLOWED, ...ALLOWED_IN_DEVELOPMENT] : ALLOWED)
      ? undefined
      : `is under ${licence}`;
  } catch {
    return `is under ${JSON.stringify(licence)}, which is no SPDX expression`;
  }
}

interface Lock {
  packages: Record<string, { version: string; license?: string; dev?: boolean; name?: string }>;
}

/** The npm packages of `package-lock.json`, each version once. */
export function npmPackages(lock: Lock): Installed[] {
  const found = new Map<string, Installed>();
  for (const [path, { version, license, dev = false, name = nameAt(path) }] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const id = `${name}@${version}`;
    // needed at run time anywhere is needed at run time
    found.set(id, { name, version, licence: READ_BY_HAND[name] ?? license, dev: dev && (found.get(id)?.dev ?? true) });
  }
  return [...found.values()].sort((a, b) => a.name.localeCompare(b.name));
}

const nameAt = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** What Python packages call their licence, by SPDX's name for it. */
const PYTHON_LICENCES: Record<string, string> = {
  'Apache License': 'Apache-2.0',
  'Dual License': 'BSD-3-Clause OR Apache-2.0',
  'MIT license': 'MIT',
  'MIT License': 'MIT',
  PSFL: 'PSF-2.0',
  'The MIT License (MIT)': 'MIT',
};

/** They come with every Python environment. */
const PYTHONS_OWN = new Set(['pip', 'setuptools']);

/** The packages of a Python environment, by what they say of themselves. */
export async function pythonPackages(sitePackages: string): Promise<Installed[]> {
  const folders = (await readdir(sitePackages)).filter((folder) => folder.endsWith('.dist-info')).sort();
  const packages = await Promise.all(
    folders.map(async (folder) => pythonPackage(await readFile(join(sitePackages, folder, 'METADATA'), 'utf8'))),
  );
  return packages.filter(({ name }) => !PYTHONS_OWN.has(name));
}

/** @param metadata of the core metadata specification: headers, an empty line, the readme */
export function pythonPackage(metadata: string): Installed {
  const [headers = ''] = metadata.split('\n\n', 1);
  const header = (name: string) => new RegExp(`^${name}: *(.+)$`, 'mi').exec(headers)?.[1]?.trim();
  const licence = header('License-Expression') ?? header('License');
  return {
    name: header('Name') ?? '',
    version: header('Version') ?? '',
    licence: licence && (PYTHON_LICENCES[licence] ?? licence),
    dev: false,
  };
}

/** A line per licence, the most used first, with the packages of the rare ones. */
export function summaryOf(packages: readonly Installed[]): string[] {
  const byLicence = new Map<string, Installed[]>();
  for (const installed of packages) {
    const licence = installed.licence ?? 'unsaid';
    byLicence.set(licence, [...(byLicence.get(licence) ?? []), installed]);
  }
  return [...byLicence]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([licence, its]) => {
      const names = its.length <= 3 ? `  ${its.map(({ name }) => name).join(', ')}` : '';
      const dev = its.filter(({ dev: isDev }) => isDev).length;
      return `${`${its.length}`.padStart(5)}  ${licence.padEnd(28)}${`${dev}`.padStart(4)} only to build and test${names}`;
    });
}
