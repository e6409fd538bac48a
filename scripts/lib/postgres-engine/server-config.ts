import { LOOPBACK } from '../ports';
import { ENGINE_SETTINGS } from '../servers';
import type { PostgresAccess } from './cluster';
import type { DatabaseNames } from './databases';

export const SERVICES = ['frontend', 'history', 'matching', 'worker'] as const;

/** as many as Temporal's own development set-up on a database has; they can never be changed later */
const HISTORY_SHARDS = 4;
const CONNECTIONS = { main: 20, visibility: 4 };
const CLUSTER = 'active';

export interface ServicePorts {
  grpc: number;
  /** where the services find each other */
  membership: number;
}

export interface ServerConfigOptions {
  access: PostgresAccess;
  databases: DatabaseNames;
  ports: Record<(typeof SERVICES)[number], ServicePorts>;
  /** the file with `dynamicConfig()` */
  dynamicConfigFile: string;
}

/** The configuration of a Temporal server with its four services in one process, on loopback; JSON is YAML too. */
export function serverConfig({ access, databases, ports, dynamicConfigFile }: ServerConfigOptions) {
  const store = (kind: keyof DatabaseNames) => ({
    sql: {
      pluginName: 'postgres12',
      databaseName: databases[kind],
      connectAddr: `${access.host}:${access.port}`,
      connectProtocol: 'tcp',
      user: access.user,
      password: access.password,
      maxConns: CONNECTIONS[kind],
      maxIdleConns: CONNECTIONS[kind],
      maxConnLifetime: '1h',
    },
  });
  const service = (name: (typeof SERVICES)[number]) => ({
    rpc: { grpcPort: ports[name].grpc, membershipPort: ports[name].membership, bindOnLocalHost: true },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: HISTORY_SHARDS,
      datastores: { main: store('main'), visibility: store('visibility') },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: LOOPBACK } },
    services: Object.fromEntries(SERVICES.map((name) => [name, service(name)])),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: CLUSTER,
      currentClusterName: CLUSTER,
      clusterInformation: {
        [CLUSTER]: {
          enabled: true,
          initialFailoverVersion: 1,
          rpcName: 'frontend',
          rpcAddress: `${LOOPBACK}:${ports.frontend.grpc}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '60s' },
  };
}

/** What can be changed while the server runs: the dev server's own poll rates. */
export const dynamicConfig = () =>
  Object.fromEntries(Object.entries(ENGINE_SETTINGS).map(([setting, value]) => [setting, [{ value }]]));
