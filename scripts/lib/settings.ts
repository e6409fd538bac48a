import { Trouble } from '../bootstrap/trouble.cjs';
import { freePort, LOOPBACK, type WantedPort } from './ports';

export interface Settings {
  gatewayPort: number;
  /** an existing server, or the ports of one that is started here */
  temporal: { address: string } | { port: number; uiPort: number };
  /** an existing endpoint, or the port of an emulator that is started here */
  aws: { endpoint: string } | { port: number };
}

/**
 * Reads where everything shall run; a port of 0 becomes one that is free.
 *
 * @throws Trouble when a port is not a port
 */
export async function readSettings(env: NodeJS.ProcessEnv): Promise<Settings> {
  const port = async (variable: string, usual: number) => portOf(env[variable], { variable, usual }) || freePort();
  const { TEMPORAL_ADDRESS: address, AWS_ENDPOINT_URL: endpoint } = env;
  if (endpoint && !URL.canParse(endpoint))
    throw new Trouble(`AWS_ENDPOINT_URL=${endpoint} is not an address like http://127.0.0.1:4566.`);
  return {
    gatewayPort: await port('PORT', 3000),
    temporal: address
      ? { address }
      : { port: await port('TEMPORAL_PORT', 7233), uiPort: await port('TEMPORAL_UI_PORT', 8233) },
    aws: endpoint ? { endpoint } : { port: await port('AWS_PORT', 4566) },
  };
}

/** The ports that have to be free. */
export function wantedPorts({ gatewayPort, temporal, aws }: Settings): WantedPort[] {
  const wanted = [{ port: gatewayPort, purpose: 'the gateway', variable: 'PORT' }];
  if ('port' in temporal) {
    wanted.push({ port: temporal.port, purpose: 'the Temporal server', variable: 'TEMPORAL_PORT' });
    wanted.push({ port: temporal.uiPort, purpose: "Temporal's web page", variable: 'TEMPORAL_UI_PORT' });
  }
  if ('port' in aws) wanted.push({ port: aws.port, purpose: 'the AWS emulator', variable: 'AWS_PORT' });
  return wanted;
}

export const temporalAddress = ({ temporal }: Settings) =>
  'address' in temporal ? temporal.address : `${LOOPBACK}:${temporal.port}`;

export const awsEndpoint = ({ aws }: Settings) => ('endpoint' in aws ? aws.endpoint : `http://${LOOPBACK}:${aws.port}`);

function portOf(value: string | undefined, { variable, usual }: { variable: string; usual: number }) {
  if (value === undefined || value === '') return usual;
  const port = Number(value);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Trouble(`${variable}=${value} is not a port: it takes a number from 0 (any free one) to 65535.`);
}
