import { assertServersOfUser } from '../../scripts/lib/launch-servers';
import type { Launch } from '../../scripts/lib/launch';
import { freePort } from '../../scripts/lib/ports';
import { readSettings } from '../../scripts/lib/settings';

const launchWith = async (env: NodeJS.ProcessEnv) => ({ settings: await readSettings(env) }) as Launch;

test.each([
  ['TEMPORAL_ADDRESS', ''],
  ['AWS_ENDPOINT_URL', 'http://'],
])('a server named by %s that does not answer is named', async (variable, scheme) => {
  const where = `${scheme}127.0.0.1:${await freePort()}`;
  const launch = await launchWith({
    PORT: '0',
    TEMPORAL_PORT: '0',
    TEMPORAL_UI_PORT: '0',
    AWS_PORT: '0',
    [variable]: where,
  });
  await expect(assertServersOfUser(launch)).rejects.toThrow(`Nothing answers at ${variable}=${where}`);
});

test('servers that answer are used', async () => {
  const { TEMPORAL_ADDRESS, AWS_ENDPOINT_URL } = process.env;
  await expect(assertServersOfUser(await launchWith({ TEMPORAL_ADDRESS, AWS_ENDPOINT_URL }))).resolves.toBeUndefined();
});
