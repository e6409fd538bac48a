import type { EngineAccess } from '../../src/config/engine-access';
import { readEngineAccess } from '../../src/config/engine-access';
import { namesEngine } from '../bootstrap/needs.cjs';
import { Trouble } from '../bootstrap/trouble.cjs';
import { freePort, LOOPBACK, type WantedPort } from './ports';

export interface Settings {
  gatewayPort: number;
  /** an existing server and the variable that named it, or one that is started here */
  temporal: { engine: EngineAccess; named: string } | { port: number; uiPort: number; namespace: string };
  /** an existing endpoint, or the port of an emulator that is started here */
  aws: { endpoint: string } | { port: number };
  /** where they say that they are well, and what they count */
  healthPorts: { worker: HealthPort; consumer: HealthPort };
}

interface HealthPort {
  /** 0 is nowhere */
  port: number;
  /** the user named it; otherwise it is the usual one, and any other will do */
  isAsked: boolean;
}

/** What `npm start` reads: the default, or what happens without it, and what it is for. */
export const START_VARIABLES = {
  PORT: { usual: 3000, description: 'port of the gateway' },
  TEMPORAL_PORT: { usual: 7233, description: 'port of the Temporal server that is started' },
  TEMPORAL_UI_PORT: { usual: 8233, description: "port of Temporal's web page" },
  AWS_PORT: { usual: 4566, description: 'port of the AWS emulator that is started' },
  WORKER_HEALTH_PORT: {
    usual: 3001,
    description: 'port of the worker for `/readyz` and `/metrics`; unset and taken, any free one; 0 is nowhere',
  },
  CONSUMER_HEALTH_PORT: { usual: 3002, description: 'the same of the consumer' },
  WAYBILL_HOME: { usual: '.waybill', description: 'directory of the state: engine, tables, logs' },
  WAYBILL_PYTHON: { usual: 'python3', description: 'the Python that the private environment is made with' },
  TEMPORAL_NAMESPACE: { usual: 'default', description: 'the namespace; a server that is started gets it' },
  TEMPORAL_ADDRESS: {
    usual: 'one is started',
    description: 'an existing Temporal server; every other `TEMPORAL_…` variable then counts too, for all processes',
  },
  TEMPORAL_PROFILE: { usual: 'one is started', description: "the same, named by a profile of Temporal's own file" },
  AWS_ENDPOINT_URL: { usual: 'one is started', description: 'an existing AWS emulator; then Python is not needed' },
} as const;

type PortVariable = Extract<keyof typeof START_VARIABLES, `${string}PORT`>;

/**
 * Reads where everything shall run; a port of 0 becomes one that is free.
 *
 * @throws Trouble when a port is not a port, or an existing server is not described well enough to be reached
 */
export async function readSettings(env: NodeJS.ProcessEnv): Promise<Settings> {
  const port = async (variable: PortVariable) => portOf(env[variable], variable) || freePort();
  const { AWS_ENDPOINT_URL: endpoint } = env;
  if (endpoint && !URL.canParse(endpoint))
    throw new Trouble(`AWS_ENDPOINT_URL=${endpoint} is not an address like http://127.0.0.1:4566.`);
  const named = namesEngine(env);
  return {
    gatewayPort: await port('PORT'),
    temporal: named
      ? { engine: engineOfUser(env), named }
      : {
          port: await port('TEMPORAL_PORT'),
          uiPort: await port('TEMPORAL_UI_PORT'),
          namespace: env['TEMPORAL_NAMESPACE'] || START_VARIABLES.TEMPORAL_NAMESPACE.usual,
        },
    aws: endpoint ? { endpoint } : { port: await port('AWS_PORT') },
    healthPorts: {
      worker: healthPort(env, 'WORKER_HEALTH_PORT'),
      consumer: healthPort(env, 'CONSUMER_HEALTH_PORT'),
    },
  };
}

/** The ports that have to be free. */
export function wantedPorts({ gatewayPort, temporal, aws, healthPorts }: Settings): WantedPort[] {
  const wanted = [{ port: gatewayPort, purpose: 'the gateway', variable: 'PORT' }];
  for (const [name, { port, isAsked }] of Object.entries(healthPorts))
    if (isAsked && port > 0)
      wanted.push({ port, purpose: `the health of the ${name}`, variable: `${name.toUpperCase()}_HEALTH_PORT` });
  if ('port' in temporal) {
    wanted.push({ port: temporal.port, purpose: 'the Temporal server', variable: 'TEMPORAL_PORT' });
    wanted.push({ port: temporal.uiPort, purpose: "Temporal's web page", variable: 'TEMPORAL_UI_PORT' });
  }
  if ('port' in aws) wanted.push({ port: aws.port, purpose: 'the AWS emulator', variable: 'AWS_PORT' });
  return wanted;
}

/** How the Temporal server is reached, the user's or ours. */
export const engineAccess = ({ temporal }: Settings): EngineAccess =>
  'engine' in temporal ? temporal.engine : localEngine(temporal);

/** How a server that was started here is reached. */
export const localEngine = ({ port, namespace }: { port: number; namespace: string }): EngineAccess => ({
  namespace,
  connection: { address: `${LOOPBACK}:${port}` },
});

export const temporalAddress = (settings: Settings) => engineAccess(settings).connection.address;

export const awsEndpoint = ({ aws }: Settings) => ('endpoint' in aws ? aws.endpoint : `http://${LOOPBACK}:${aws.port}`);

function engineOfUser(env: NodeJS.ProcessEnv): EngineAccess {
  const access = readEngineAccess(env);
  if (!('problems' in access)) return access;
  throw new Trouble(`Your Temporal server cannot be reached like this:\n  ${access.problems.join('\n  ')}`);
}

const healthPort = (env: NodeJS.ProcessEnv, variable: PortVariable): HealthPort => ({
  port: portOf(env[variable], variable),
  isAsked: Boolean(env[variable]),
});

/** @throws Trouble when it is none */
export function portOf(value: string | undefined, variable: PortVariable) {
  if (value === undefined || value === '') return START_VARIABLES[variable].usual;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Trouble(
    `${variable}=${value} is not a port: it takes a number from 0 (${variable.includes('HEALTH') ? 'nowhere' : 'any free one'}) to 65535.`,
  );
}
