import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { npmPackages, objectionTo, pythonPackage, summaryOf } from '../../scripts/lib/licences';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

const locked = async () =>
  JSON.parse(await readFile(join(PROJECT_ROOT, 'package-lock.json'), 'utf8')) as Parameters<typeof npmPackages>[0];

const underLicence = (licence: string | undefined) => ({ name: 'some', version: '1.0.0', licence, dev: false });

test('every npm package that is installed may be used', async () => {
  const packages = npmPackages(await locked());
  expect(packages.length).toBeGreaterThan(300);
  expect(packages.filter(objectionTo)).toEqual([]);
});

test.each([
  ['MIT', undefined],
  ['(MIT OR GPL-3.0-or-later)', undefined],
  ['(MIT AND GPL-3.0-or-later)', 'is under (MIT AND GPL-3.0-or-later)'],
  ['AGPL-3.0-only', 'is under AGPL-3.0-only'],
  ['SEE LICENSE IN LICENSE', 'is under "SEE LICENSE IN LICENSE", which is no SPDX expression'],
  [undefined, 'says no licence'],
])('%s: %s', (licence, objection) => {
  expect(objectionTo(underLicence(licence))).toBe(objection);
});

test('a tool may be under what asks for its own changes to be shown, and what runs may not', () => {
  expect(objectionTo({ ...underLicence('MPL-2.0'), dev: true })).toBeUndefined();
  expect(objectionTo(underLicence('MPL-2.0'))).toBe('is under MPL-2.0');
});

test('a package that is needed at run time and by a tool counts as needed at run time', () => {
  const packages = npmPackages({
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.0.0', license: 'MIT' },
      'node_modules/tool/node_modules/a': { version: '1.0.0', license: 'MIT', dev: true },
      'node_modules/tool/node_modules/b': { version: '2.0.0', license: 'ISC', dev: true },
    },
  });
  expect(packages).toEqual([
    { name: 'a', version: '1.0.0', licence: 'MIT', dev: false },
    { name: 'b', version: '2.0.0', licence: 'ISC', dev: true },
  ]);
  expect(summaryOf(packages)[1]).toMatch(/^ +1 +ISC +1 only to build and test +b$/);
});

test.each([
  ['License-Expression: MIT', 'MIT'],
  ['License: The MIT License (MIT)', 'MIT'],
  ['License: Dual License', 'BSD-3-Clause OR Apache-2.0'],
  ['Summary: says nothing', undefined],
])('Python says %j', (header, licence) => {
  const metadata = `Metadata-Version: 2.1\nName: some\nVersion: 1.0\n${header}\n\nLicense: of the readme, not of the package\n`;
  expect(pythonPackage(metadata)).toEqual({ name: 'some', version: '1.0', licence, dev: false });
});
