import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { synthesizedTemplate } from '../../scripts/lib/template';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

const run = promisify(execFile);

interface Parameters {
  Parameters: Record<string, { Default?: string }>;
}

interface Manifest {
  artifacts: { Waybill: { properties: { stackName?: string } } };
}

test('the template asks for nothing: every parameter has a default, and none is for a bootstrapped account', async () => {
  const { Parameters } = JSON.parse((await synthesizedTemplate()).template) as Parameters;
  expect(Object.keys(Parameters).sort()).toEqual(['CustomerServiceEmail', 'NotificationIdentity', 'OperationsEmail']);
  for (const { Default } of Object.values(Parameters)) expect(Default).toBe('');
});

test('a second synthesis is the first one, from the cache', async () => {
  const first = await synthesizedTemplate();
  const since = performance.now();
  expect(await synthesizedTemplate()).toEqual(first);
  expect(performance.now() - since).toBeLessThan(1_000);
});

describe('the CDK command', () => {
  let out: string;
  beforeAll(async () => void (out = await mkdtemp(join(tmpdir(), 'waybill-cdk-'))));
  afterAll(() => rm(out, { recursive: true, force: true }));

  /** Without an account, without the network, and without a home that somebody else set up. */
  async function synth(name: string, ...options: string[]): Promise<string> {
    const cdk = join(PROJECT_ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    const args = [cdk, 'synth', '--quiet', '--no-notices', '--no-lookups', '--output', join(out, name), ...options];
    const env = { ...process.env, HOME: out, CI: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true' };
    await run(process.execPath, args, { cwd: PROJECT_ROOT, env });
    return readFile(join(out, name, 'Waybill.template.json'), 'utf8');
  }

  test('synthesizes what is deployed locally', async () => {
    expect(await synth('plain')).toBe((await synthesizedTemplate()).template);
  });

  test('puts a prefix before every physical name, that of the stack too', async () => {
    const prefixed = await synth('prefixed', '--context', 'prefix=staging-');
    const { Resources } = JSON.parse(prefixed) as { Resources: Record<string, { Properties: object }> };
    const named = Object.values(Resources).flatMap(({ Properties }) =>
      Object.entries(Properties).filter(([key]) => /^(Table|Queue|Topic|Archive|Alarm)?Name$/.test(key)),
    );
    expect(named.length).toBeGreaterThan(60);
    for (const [, name] of named) expect(name).toMatch(/^staging-/);
    const manifest = JSON.parse(await readFile(join(out, 'prefixed', 'manifest.json'), 'utf8')) as Manifest;
    expect(manifest.artifacts.Waybill.properties.stackName).toBe('staging-Waybill');
  });
});
