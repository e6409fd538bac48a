import { createServer } from 'node:net';
import { once } from 'node:events';
import { chooseHealthPorts } from '../../scripts/lib/health-ports';
import { freePort } from '../../scripts/lib/ports';
import { readSettings, wantedPorts } from '../../scripts/lib/settings';

/** What is chosen, and said, when these ports are the usual ones. */
async function choose(usual: { worker: number; consumer: number }, env: NodeJS.ProcessEnv = {}) {
  const said: string[] = [];
  const settings = await readSettings(env);
  for (const name of ['worker', 'consumer'] as const)
    if (!settings.healthPorts[name].isAsked) settings.healthPorts[name].port = usual[name];
  const chosen = await chooseHealthPorts(settings, { line: (text) => void said.push(text) });
  return { chosen, said };
}

test('the usual ones are taken where they are free, and nothing is said', async () => {
  const usual = { worker: await freePort(), consumer: await freePort() };
  expect(await choose(usual)).toEqual({ chosen: usual, said: [] });
});

test('where somebody has a usual one, another one is found and told', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { chosen, said } = await choose({ worker: port, consumer: await freePort() });
  other.close();
  expect(chosen.worker).not.toBe(port);
  expect(said).toEqual([
    expect.stringMatching(`^Port ${port} is taken: the worker says at http://127.0.0.1:${chosen.worker}/`),
  ]);
});

test('one that was meant for the gateway, which listens later, is not taken', async () => {
  const port = await freePort();
  const { chosen, said } = await choose({ worker: port, consumer: await freePort() }, { PORT: `${port}` });
  expect(chosen.worker).not.toBe(port);
  expect(said).toHaveLength(1);
});

test('one that was asked for is kept, has to be free, and may be nowhere', async () => {
  const port = await freePort();
  const env = { WORKER_HEALTH_PORT: `${port}`, CONSUMER_HEALTH_PORT: '0' };
  expect(wantedPorts(await readSettings(env))).toContainEqual({
    port,
    purpose: 'the health of the worker',
    variable: 'WORKER_HEALTH_PORT',
  });
  expect(await choose({ worker: 1, consumer: 1 }, env)).toEqual({ chosen: { worker: port, consumer: 0 }, said: [] });
});
