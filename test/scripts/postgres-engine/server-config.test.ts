import { dynamicConfig, serverConfig, SERVICES } from '../../../scripts/lib/postgres-engine/server-config';
import { ENGINE_SETTINGS } from '../../../scripts/lib/servers';

const access = { host: '127.0.0.1', port: 5555, user: 'temporal', password: 'p"w: #x' };
const databases = { main: 'orders_a', visibility: 'orders_a_visibility' };
const ports = {
  frontend: { grpc: 1, membership: 2 },
  history: { grpc: 3, membership: 4 },
  matching: { grpc: 5, membership: 6 },
  worker: { grpc: 7, membership: 8 },
};
const config = serverConfig({ access, databases, ports, dynamicConfigFile: '/somewhere/dynamic.yaml' });

test('both stores are on PostgreSQL, each in its own database, with what it takes to come in', () => {
  const { defaultStore, visibilityStore, datastores } = config.persistence;
  const common = { pluginName: 'postgres12', connectAddr: '127.0.0.1:5555', user: 'temporal', password: 'p"w: #x' };
  expect(datastores[defaultStore as 'main'].sql).toMatchObject({ ...common, databaseName: 'orders_a' });
  const visibility = datastores[visibilityStore as 'visibility'].sql;
  expect(visibility).toMatchObject({ ...common, databaseName: 'orders_a_visibility' });
});

test('every service has its own ports, on loopback, and announces itself there', () => {
  for (const name of SERVICES)
    expect(config.services[name]).toEqual({
      rpc: { grpcPort: ports[name].grpc, membershipPort: ports[name].membership, bindOnLocalHost: true },
    });
  expect(config.global.membership.broadcastAddress).toBe('127.0.0.1');
  expect(config.clusterMetadata.clusterInformation['active']?.rpcAddress).toBe('127.0.0.1:1');
});

test('nothing else listens: no metrics, no profiler, no HTTP', () => {
  expect(JSON.stringify(config)).not.toMatch(/metrics|pprof|httpPort/);
});

test('it polls as often as the dev server', () => {
  expect(config.dynamicConfigClient.filepath).toBe('/somewhere/dynamic.yaml');
  expect(Object.keys(ENGINE_SETTINGS)).toHaveLength(3);
  for (const [setting, value] of Object.entries(ENGINE_SETTINGS)) expect(dynamicConfig()[setting]).toEqual([{ value }]);
});
