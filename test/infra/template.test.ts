import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { synthesizedTemplate } from '../../infra/template';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

test('the template needs no bootstrapped account, so that it fits the emulator too', async () => {
  const { template } = await synthesizedTemplate();
  expect(JSON.parse(template)).not.toHaveProperty('Parameters');
});

test('a second synthesis is the first one, from the cache', async () => {
  const first = await synthesizedTemplate();
  const since = performance.now();
  expect(await synthesizedTemplate()).toEqual(first);
  expect(performance.now() - since).toBeLessThan(1_000);
});

test('cdk.json runs the same app', async () => {
  expect(JSON.parse(await readFile(join(PROJECT_ROOT, 'cdk.json'), 'utf8')).app).toBe('npx tsx infra/app.ts');
});
