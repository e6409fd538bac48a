import { parseArgs } from 'node:util';
import { Trouble } from '../bootstrap/trouble.cjs';
import { LOOPBACK } from '../lib/ports';
import { type Scenario, SCENARIOS } from '../lib/scenarios';

export interface Options {
  /** of the gateway */
  url: string;
  /** one only, with everything that happens to it */
  scenario?: Scenario;
  /** of the emulator; undefined when nothing is known of one beside the gateway */
  aws?: string;
}

const USAGE = 'Usage: npm run demo [-- [--url http://127.0.0.1:3000] [--scenario NAME]]';

/**
 * What the user asked for. Without `--url` it is the system that `npm start` runs with the same environment.
 *
 * @throws Trouble that says what was expected
 */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const { url: given, scenario } = parse(args);
  const url = given ?? `http://${LOOPBACK}:${env['PORT'] || 3000}`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Trouble(`--url ${url} is not an address like http://127.0.0.1:3000.`);
  const local = /^(127\.|localhost$)/.test(new URL(url).hostname);
  const aws = env['AWS_ENDPOINT_URL'] || `http://${LOOPBACK}:${env['AWS_PORT'] || 4566}`;
  return { url, ...(local && { aws }), ...(scenario !== undefined && { scenario: scenarioOf(scenario) }) };
}

function parse(args: readonly string[]): { url?: string; scenario?: string } {
  try {
    return parseArgs({ args: [...args], options: { url: { type: 'string' }, scenario: { type: 'string' } } }).values;
  } catch (error) {
    throw new Trouble(`${(error as Error).message}\n${USAGE}`);
  }
}

function scenarioOf(name: string): Scenario {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario) return scenario;
  throw new Trouble(`There is no scenario ${name}; there are ${SCENARIOS.map((known) => known.name).join(', ')}.`);
}
