import { parseArgs } from 'node:util';
import { gatewayUrl } from '../lib/gateway';
import { Trouble } from '../bootstrap/trouble.cjs';
import { type Scenario, SCENARIOS } from '../lib/scenarios';
import { awsEndpoint, readSettings } from '../lib/settings';

export interface Options {
  /** of the gateway */
  url: string;
  /** one only, with everything that happens to it */
  scenario?: Scenario;
  /** of the emulator; undefined when nothing is known of one beside the gateway */
  aws?: string;
}

const ARGUMENTS = {
  url: { type: 'string' },
  scenario: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** How the demo is called. */
export const USAGE = 'Usage: npm run demo [-- [--url http://127.0.0.1:3000] [--scenario NAME] [--help]]';

/**
 * What the user asked for. Without `--url` it is the system that `npm start` runs with the same environment.
 *
 * @throws Trouble that says what was expected
 */
export async function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Options | 'help'> {
  const { url: given, scenario, help } = parse(args);
  if (help) return 'help';
  const url = gatewayUrl({ PORT: env['PORT'] }, given);
  const aws = isLocal(url) ? await awsOfStart(env) : undefined;
  return {
    url,
    ...(aws !== undefined && { aws }),
    ...(scenario !== undefined && { scenario: scenarioOf(scenario) }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: ARGUMENTS }).values;
  } catch (error) {
    throw new Trouble(`${(error as Error).message}\n${USAGE}`);
  }
}

async function awsOfStart({ AWS_PORT, AWS_ENDPOINT_URL }: NodeJS.ProcessEnv): Promise<string | undefined> {
  const settings = await readSettings({ AWS_PORT, AWS_ENDPOINT_URL });
  return !AWS_ENDPOINT_URL && isAnyFree(AWS_PORT) ? undefined : awsEndpoint(settings);
}

const isAnyFree = (port: string | undefined) => Boolean(port) && Number(port) === 0;
const isLocal = (url: string) => /^(127\.|localhost$)/.test(new URL(url).hostname);

function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario) return scenario;
  throw new Trouble(`There is no scenario ${name}; there are ${SCENARIOS.map((known) => known.name).join(', ')}.`);
}
