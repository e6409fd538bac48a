import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { EMULATOR_CREDENTIALS } from '../../infra/deploy';

/** the emulator keeps its tables by region, so this one does not follow the user's */
export const EMULATOR_REGION = 'us-east-1';

/** What a process is told to reach the emulator. */
export const emulatorAccess = (endpoint: string, region = EMULATOR_REGION) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
});

/**
 * The environment with which processes reach the emulator. What the user has set for the real AWS is left out, since no
 * call of a local installation may go there with somebody's credentials; an endpoint of one service is the user's wish.
 */
export function emulatorEnvironment(endpoint: string, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(
      Object.entries(env).filter(([name, value]) => !name.startsWith('AWS_') || isLocal(name, value)),
    ),
    ...emulatorAccess(endpoint),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** an endpoint of one service on this machine, as a proxy before the emulator has */
const isLocal = (name: string, value = '') =>
  name.startsWith('AWS_ENDPOINT_URL_') && /^http:\/\/(127\.0\.0\.1|localhost)(:|\/|$)/.test(value);

/** The emulator's tables. */
export function documentsAt(endpoint: string, region = EMULATOR_REGION): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ endpoint, region, credentials: EMULATOR_CREDENTIALS });
  return DynamoDBDocumentClient.from(client);
}
