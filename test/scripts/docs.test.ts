import { configurationReference } from '../../scripts/lib/configuration-reference';
import { RESOURCE_NAMES } from '../../src/config';
import { runScript } from '../support/run-script';

test('docs/configuration.md says what the code says', async () => {
  expect(await runScript('scripts/docs.cjs', { args: ['--check'] })).toMatchObject({ code: 0, stderr: '' });
});

test('each variable of the processes has its row: default, readers, stack output', () => {
  const reference = configurationReference();
  for (const name of RESOURCE_NAMES) expect(reference).toMatch(new RegExp(`\\| \`${name}\` \\| (required|–) \\|`));
  expect(reference).toContain(
    '| `ORDER_INTAKE_QUEUE_URL` | required | orders that come from the bus | all | `OrderIntakeQueueUrl` |',
  );
  expect(reference).toMatch(/\| `PORT` \| `3000` \| .* \| gateway \| – \|/);
  expect(reference).toMatch(/\| `LOG_LEVEL` \| `info` \| .* \| all \| – \|/);
});
