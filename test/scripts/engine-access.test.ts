import { freePort } from '../../scripts/lib/ports';
import { engineEnvironment, engineTrouble } from '../../scripts/lib/engine-access';
import { localEngine, readSettings } from '../../scripts/lib/settings';
import { readEngineAccess } from '../../src/config/engine-access';

const own = {
  PATH: '/bin',
  TEMPORAL_API_KEY: 'key',
  TEMPORAL_TLS: 'true',
  TEMPORAL_CONFIG_FILE: '/home/me/temporal.toml',
};

test('what the user keeps for a server elsewhere does not reach one that is started here', async () => {
  const settings = await readSettings({ TEMPORAL_NAMESPACE: 'shop', TEMPORAL_PORT: '7233', TEMPORAL_UI_PORT: '8300' });
  const env = engineEnvironment(settings, { ...own, TEMPORAL_NAMESPACE: 'shop' });
  expect(env).toEqual({
    PATH: '/bin',
    TEMPORAL_ADDRESS: '127.0.0.1:7233',
    TEMPORAL_NAMESPACE: 'shop',
    TEMPORAL_CONFIG_FILE: expect.stringMatching(/tools\/temporal\.toml$/),
    TEMPORAL_UI_URL: 'http://127.0.0.1:8300',
  });
  // the file is one that the processes can read
  expect(readEngineAccess(env)).toEqual({ namespace: 'shop', connection: { address: '127.0.0.1:7233' } });
});

test("the user's own server is reached with all of it", async () => {
  const env = { PATH: '/bin', TEMPORAL_ADDRESS: 'engine:7233', TEMPORAL_API_KEY: 'key' };
  expect(engineEnvironment(await readSettings(env), env)).toEqual(env);
});

test('a server is healthy when it has the namespace', async () => {
  const port = Number(process.env['TEMPORAL_ADDRESS']?.split(':')[1]);
  expect(await engineTrouble(localEngine({ port, namespace: 'default' }))).toBeUndefined();
  expect(await engineTrouble(localEngine({ port, namespace: 'nowhere' }))).toMatch(/nowhere/);
  expect(await engineTrouble(localEngine({ port: await freePort(), namespace: 'default' }))).toBe(
    'nothing answers there',
  );
});
