import { createServer, type Server } from 'node:net';
import { answers, assertPortsFree, exposedAt, freePort } from '../../scripts/lib/ports';

const wanted = (port: number) => [{ port, purpose: 'the gateway', variable: 'PORT' }];

async function occupy(host: string): Promise<{ server: Server; port: number }> {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return { server, port };
}

test('a free port is free', async () => {
  const port = await freePort();
  await expect(assertPortsFree(wanted(port))).resolves.toBeUndefined();
  expect(await answers({ port })).toBe(false);
});

test.each(['127.0.0.1', '0.0.0.0'])(
  'a port taken at %s is named, with who wanted it and what moves it',
  async (host) => {
    const { server, port } = await occupy(host);
    await expect(assertPortsFree(wanted(port))).rejects.toThrow(
      `Port ${port}, wanted for the gateway, is taken: stop what uses it, or set PORT to another port.`,
    );
    server.close();
  },
);

test('all that are taken are named at once', async () => {
  const others = [await occupy('127.0.0.1'), await occupy('127.0.0.1')];
  const both = others.map(({ port }, index) => ({ port, purpose: `server ${index}`, variable: `PORT_${index}` }));
  const [first, second] = others.map(({ port }) => port);
  await expect(assertPortsFree([...both, ...wanted(await freePort())])).rejects.toThrow(
    new RegExp(`^Port ${first}, .* set PORT_0 .*\\.\nPort ${second}, .* set PORT_1 .*\\.$`),
  );
  for (const { server } of others) server.close();
});

test('two of our own on one port are told apart', async () => {
  const port = await freePort();
  const both = [...wanted(port), { port, purpose: 'the AWS emulator', variable: 'AWS_PORT' }];
  await expect(assertPortsFree(both)).rejects.toThrow(`PORT and AWS_PORT both say port ${port}`);
});

test('a server on loopback is not exposed', async () => {
  const { server, port } = await occupy('127.0.0.1');
  expect(await answers({ port })).toBe(true);
  expect(await exposedAt(port)).toBeUndefined();
  server.close();
});
