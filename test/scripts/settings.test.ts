import { awsEndpoint, readSettings, temporalAddress, wantedPorts } from '../../scripts/lib/settings';

test('the usual ports', async () => {
  const settings = await readSettings({});
  expect(wantedPorts(settings).map(({ variable, port }) => [variable, port])).toEqual([
    ['PORT', 3000],
    ['TEMPORAL_PORT', 7233],
    ['TEMPORAL_UI_PORT', 8233],
    ['AWS_PORT', 4566],
  ]);
  expect(temporalAddress(settings)).toBe('127.0.0.1:7233');
  expect(awsEndpoint(settings)).toBe('http://127.0.0.1:4566');
});

test('servers of the user need no port', async () => {
  const settings = await readSettings({
    TEMPORAL_ADDRESS: 'engine:7233',
    AWS_ENDPOINT_URL: 'http://aws:4566',
    PORT: '80',
  });
  expect(wantedPorts(settings)).toEqual([{ port: 80, purpose: 'the gateway', variable: 'PORT' }]);
  expect([temporalAddress(settings), awsEndpoint(settings)]).toEqual(['engine:7233', 'http://aws:4566']);
});

test('a server of the user is reached with all that is said of it; without its name one is started', async () => {
  const said = { TEMPORAL_NAMESPACE: 'shop', TEMPORAL_API_KEY: 'key', PORT: '80' };
  expect((await readSettings({ ...said, TEMPORAL_ADDRESS: 'engine:7233' })).temporal).toEqual({
    named: 'TEMPORAL_ADDRESS',
    engine: { namespace: 'shop', connection: { address: 'engine:7233', apiKey: 'key', tls: true } },
  });
  const { temporal } = await readSettings({ ...said, TEMPORAL_ADDRESS: '', TEMPORAL_PORT: '7', TEMPORAL_UI_PORT: '8' });
  expect(temporal).toEqual({ port: 7, uiPort: 8, namespace: 'shop' });
});

test('a server that is not described well is refused', async () => {
  await expect(readSettings({ TEMPORAL_ADDRESS: 'http://engine:7233' })).rejects.toThrow('it takes host:port');
});

test('0 is any free port', async () => {
  const { gatewayPort } = await readSettings({ PORT: '0' });
  expect(gatewayPort).toBeGreaterThan(0);
});

test.each(['http', '-1', '65536', '1.5'])('PORT=%s is refused', async (PORT) => {
  await expect(readSettings({ PORT })).rejects.toThrow(`PORT=${PORT} is not a port`);
});

test('an endpoint that is no address is refused', async () => {
  await expect(readSettings({ AWS_ENDPOINT_URL: 'nowhere' })).rejects.toThrow(
    'AWS_ENDPOINT_URL=nowhere is not an address',
  );
});
