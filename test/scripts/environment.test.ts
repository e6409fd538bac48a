import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig, PROCESS_NAMES } from '../../src/config';
import { outputName } from '../../infra/outputs';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { resourcesOnAws } from '../support/resources';

const run = promisify(execFile);
const environment = (...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', 'scripts/environment.ts', ...args], { cwd: PROJECT_ROOT });

let directory: string;
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'waybill-environment-'))));
afterAll(() => rm(directory, { recursive: true, force: true }));

test('what it prints is a configuration that the processes take', async () => {
  const file = join(directory, 'outputs.json');
  const outputs = Object.fromEntries(Object.entries(resourcesOnAws).map(([name, value]) => [outputName(name), value]));
  await writeFile(file, JSON.stringify({ Waybill: outputs }));
  const { stdout } = await environment(file);
  const printed = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  );
  expect(printed).toEqual(resourcesOnAws);
  for (const reader of PROCESS_NAMES) expect(() => loadConfig(reader, printed)).not.toThrow();
});

test.each([
  ['no file is named', [], 'expected the file that cdk deploy --outputs-file wrote'],
  ['there is none', ['nowhere.json'], 'no such file'],
])('it fails and says why when %s', async (_, args, stderr) => {
  await expect(environment(...args)).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(stderr) as string,
  });
});
