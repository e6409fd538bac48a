import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  type ClientConfigProfile,
  type ClientConnectConfig,
  loadClientConfigProfile,
  toClientOptions,
} from '@temporalio/envconfig';

/** How a process reaches the Temporal server: the same for worker and client. */
export interface EngineAccess {
  namespace: string;
  connection: Pick<ClientConnectConfig['connectionOptions'], 'tls' | 'apiKey' | 'metadata'> & { address: string };
}

/** What Temporal's SDKs read, and how they mean it; the one with an asterisk stands for all that begin so. */
export const ENGINE_VARIABLES = {
  TEMPORAL_ADDRESS: 'host and port of the Temporal server; `127.0.0.1:7233` when neither it nor the profile says one',
  TEMPORAL_NAMESPACE: 'the namespace; `default` when neither it nor the profile says one',
  TEMPORAL_API_KEY: 'API key, sent as `authorization: Bearer …`; switches TLS on',
  TEMPORAL_TLS: '`true` or `false`; any other `TEMPORAL_TLS_…` switches TLS on too',
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: 'file of the CA certificate that the server is verified with, in PEM',
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'the same as text',
  TEMPORAL_TLS_SERVER_NAME:
    "the name that the server's certificate is verified for, when it is not that of the address",
  TEMPORAL_TLS_CLIENT_CERT_PATH: 'file of the client certificate for mTLS, in PEM',
  TEMPORAL_TLS_CLIENT_CERT_DATA: 'the same as text',
  TEMPORAL_TLS_CLIENT_KEY_PATH: 'file of its private key, in PEM, without a passphrase',
  TEMPORAL_TLS_CLIENT_KEY_DATA: 'the same as text',
  TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'refused when it is `true`: the TypeScript SDK always verifies the server',
  TEMPORAL_CONFIG_FILE:
    "TOML file with profiles; unset, `temporalio/temporal.toml` in the user's configuration directory, when it is there",
  TEMPORAL_PROFILE: 'the profile of that file, `default` unless it is set; variables count before it',
  'TEMPORAL_GRPC_META_*':
    'gRPC metadata to send with every call: `TEMPORAL_GRPC_META_X_TENANT` is `x-tenant`; only the first `_` becomes a `-`',
} as const;

const LOCAL = '127.0.0.1:7233';
const ADDRESS = /^(\[[\da-fA-F:.]+\]|[^\s/:]+)(:\d{1,5})?$/;
const FLAGS = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'];
const FILES = Object.keys(ENGINE_VARIABLES).filter((name) => /_(PATH|FILE)$/.test(name));

/**
 * Reads the profile of the Temporal server from the environment and Temporal's own configuration file. No problem shows
 * a value that may be secret.
 */
export function readEngineAccess(variables: NodeJS.ProcessEnv): EngineAccess | { problems: string[] } {
  const env = withoutEmpty(variables);
  const faults = [...flagFaults(env), ...fileFaults(env)];
  const told = faults.map(({ problem }) => problem);
  // without its file nothing can be said about the profile
  if (faults.some(({ name }) => name === 'TEMPORAL_CONFIG_FILE')) return { problems: told };
  const sound = without(
    env,
    faults.map(({ name }) => name),
  );
  try {
    const profile = loadClientConfigProfile({ overrideEnvVars: sound });
    const access = accessOf(toClientOptions(profile));
    // a half that is told of already is not missing as well
    const problems = [...told, ...(told.length > 0 ? [] : pairFaults(profile)), ...accessFaults(access)];
    return problems.length > 0 ? { problems } : access;
  } catch (error) {
    return { problems: [...told, reasonOf(error)] };
  }
}

/** `VAR=` is what container platforms make of a variable without a value; empty metadata takes a header away */
export const withoutEmpty = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(([name, value]) => value !== '' || name.startsWith('TEMPORAL_GRPC_META_')),
  );

const accessOf = ({ namespace, connectionOptions }: ClientConnectConfig): EngineAccess => {
  const { address = LOCAL, tls, apiKey, metadata } = connectionOptions;
  const given = Object.entries({ tls, apiKey, metadata }).filter(([, value]) => value !== undefined);
  return { namespace: namespace ?? 'default', connection: { address, ...Object.fromEntries(given) } };
};

interface Fault {
  name: string;
  problem: string;
}

/** the SDK takes every other word for `false`, and would then send the API key in the clear */
function flagFaults(env: NodeJS.ProcessEnv): Fault[] {
  const refused = /^(true|1)$/.test(env['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] ?? '')
    ? ['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION']
    : [];
  return [
    ...FLAGS.filter((name) => !/^(true|false|1|0)$/.test(env[name] ?? 'false')).map((name) => ({
      name,
      problem: `${name} is ${JSON.stringify(env[name])}; it takes true or false`,
    })),
    ...refused.map((name) => ({
      name,
      problem: `${name} is true, and the SDK always verifies the server: name its CA in TEMPORAL_TLS_SERVER_CA_CERT_PATH, or the name in its certificate in TEMPORAL_TLS_SERVER_NAME`,
    })),
  ];
}

/** the SDK goes on without a configuration file that is not there, even when it was named */
const fileFaults = (env: NodeJS.ProcessEnv): Fault[] =>
  FILES.filter((name) => env[name] !== undefined && !existsSync(env[name])).map((name) => ({
    name,
    problem: `${name} is ${JSON.stringify(env[name])}; there is no such file`,
  }));

/** the SDK drops a certificate without a key, and a key without a certificate */
function pairFaults({ tls }: ClientConfigProfile): string[] {
  if (tls?.disabled || !tls?.clientCert === !tls?.clientKey) return [];
  const [present, absent] = tls?.clientCert ? ['certificate', 'KEY'] : ['key', 'CERT'];
  return [
    `the Temporal client's ${present} is set, and TEMPORAL_TLS_CLIENT_${absent}_PATH or …_DATA is not; mTLS takes both`,
  ];
}

function accessFaults({ connection: { address, tls } }: EngineAccess): string[] {
  const problems: string[] = [];
  if (!ADDRESS.test(address))
    problems.push(
      `TEMPORAL_ADDRESS, or the profile's address, is ${JSON.stringify(address)}; it takes host:port, without a scheme`,
    );
  if (!tls || tls === true) return problems;
  const { serverRootCACertificate: ca, clientCertPair: pair } = tls;
  if (ca && !certificateOf(ca)) problems.push("the Temporal server's CA certificate is no certificate in PEM");
  if (pair) problems.push(...unfit(pair));
  return problems;
}

function unfit({ crt, key }: { crt: Uint8Array; key: Uint8Array }): string[] {
  const [certificate, privateKey] = [certificateOf(crt), keyOf(key)];
  if (certificate && privateKey)
    return certificate.checkPrivateKey(privateKey)
      ? []
      : ["the Temporal client's certificate and private key do not belong together"];
  return [
    ...(certificate ? [] : ["the Temporal client's certificate is no certificate in PEM"]),
    ...(privateKey ? [] : ["the Temporal client's key is no private key in PEM without a passphrase"]),
  ];
}

const certificateOf = (pem: Uint8Array) => attempt(() => new X509Certificate(pem));
const keyOf = (pem: Uint8Array) => attempt(() => createPrivateKey(Buffer.from(pem)));

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}

/** the first line alone: what follows quotes the file, and that may hold a key */
function reasonOf(error: unknown): string {
  // what the SDK stumbles over when the file has no profile at all
  if (error instanceof TypeError) return "Temporal's configuration file has no [profile.default]";
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  const line = error instanceof Error && 'line' in error ? `, line ${String(error.line)}` : '';
  return `the Temporal profile cannot be read: ${first}${line}`;
}

const without = (env: NodeJS.ProcessEnv, names: readonly string[]) =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !names.includes(entry[0]),
    ),
  );
