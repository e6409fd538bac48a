import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { build } from '../../scripts/build';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { DEPENDENCIES, jsonOf, PROGRAMS } from './support';

// inside of the project, for its node_modules
const dist = mkdtempSync(join(PROJECT_ROOT, '.waybill', 'build-test-'));

beforeAll(() => build(dist), 120_000);
afterAll(() => rmSync(dist, { recursive: true, force: true }));

const compiled = () =>
  readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js') && file !== 'workflow-bundle.js')
    .map((file) => ({ file, text: readFileSync(join(dist, file), 'utf8') }));

/** the packages that the build asks for when it runs */
function requiredPackages(): string[] {
  const names = compiled().flatMap(({ text }) => [...text.matchAll(/\b(?:require|import)\("([^".][^"]*)"\)/g)]);
  const packages = names.map(([, name = '']) =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/'),
  );
  return [...new Set(packages)].filter((name) => !name.startsWith('node:') && !builtinModules.includes(name)).sort();
}

interface Outcome {
  code: number;
  output: string;
}

/** the deployment, with the tests' emulator */
function deploy(env: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env } };
    execFile(process.execPath, [join(dist, 'scripts', 'deploy-job.js')], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

test('every program is there as plain JavaScript, with where it comes from', () => {
  for (const program of PROGRAMS) {
    const file = join(dist, program.replace(/^dist\//, ''));
    expect(readFileSync(file, 'utf8')).toContain('//# sourceMappingURL=');
    const { sourcesContent } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sourcesContent: string[] };
    expect(sourcesContent.join('')).not.toBe('');
  }
});

test('the workflows are bundled, the template is synthesized, and nothing of the development is there', () => {
  expect(readFileSync(join(dist, 'workflow-bundle.js'), 'utf8')).toContain('orderWorkflow');
  expect(JSON.parse(readFileSync(join(dist, 'infra', 'waybill.template.json'), 'utf8'))).toHaveProperty('Resources');
  for (const folder of ['test', 'infra/waybill-stack.js', 'scripts/start.js'])
    expect(existsSync(join(dist, folder))).toBe(false);
});

test('what it requires is a dependency for production, and each of those is required', () => {
  expect(requiredPackages()).toEqual(Object.keys(DEPENDENCIES).sort());
});

test('package-lock.json marks none of them as one for development only', () => {
  const { packages } = jsonOf('package-lock.json') as { packages: Record<string, { dev?: boolean }> };
  const missing = requiredPackages().filter((name) => packages[`node_modules/${name}`]?.dev !== undefined);
  expect(missing).toEqual([]);
});

describe('the deployment', () => {
  test('says what the processes have to be told; a second one changes nothing', async () => {
    const first = await deploy({});
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining('ORDERS_TABLE=Orders\n') });
    expect(await deploy({})).toEqual(first);
  });

  test('refuses when the processes would be told another name than the stack has', async () => {
    const { code, output } = await deploy({ LEDGER_TABLE: 'Ledgers', EVENT_BUS_NAME: 'other' });
    expect(code).toBe(1);
    expect(output).toContain('LEDGER_TABLE=Ledgers: the stack has Ledger\n');
    expect(output).toContain('EVENT_BUS_NAME=other: the stack has waybill');
    expect(output).not.toContain('ORDERS_TABLE');
  });

  test.each(['', 'ministack'])('never goes to the real AWS: AWS_ENDPOINT_URL=%j is refused', async (endpoint) => {
    const { code, output } = await deploy({ AWS_ENDPOINT_URL: endpoint });
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining('address of the emulator') });
  });
});
