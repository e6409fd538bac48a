import { parseArgs } from 'node:util';
import { userInfo } from 'node:os';
import { LOOPBACK } from '../lib/ports';
import { readSettings } from '../lib/settings';
import { Trouble } from '../bootstrap/trouble.cjs';

/** What `POST /replays` is sent. */
export interface Wanted {
  from: string;
  to?: string;
  failedOnly?: true;
  toQueue?: string;
  name?: string;
  by: string;
}

export type Action =
  { kind: 'start'; wanted: Wanted } | { kind: 'show'; name: string } | { kind: 'cancel'; name: string };

export interface Options {
  /** of the gateway */
  url: string;
  /** prints the replay as it ended, and nothing else */
  json: boolean;
  /** who asks */
  by: string;
  action: Action;
}

const ARGUMENTS = {
  from: { type: 'string' },
  to: { type: 'string' },
  'failed-only': { type: 'boolean' },
  'to-queue': { type: 'string' },
  name: { type: 'string' },
  show: { type: 'string' },
  cancel: { type: 'string' },
  by: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** How it is called. */
export const USAGE = `Usage: npm run replay -- --from TIME [--to TIME] [--failed-only] [--to-queue sandbox] [--name NAME]
       npm run replay -- --show NAME
       npm run replay -- --cancel NAME
Each takes [--by WHO] [--url http://127.0.0.1:3000] [--json] [--help]. Times are ISO 8601; without --to it is now.`;

/**
 * What the user asked for. Without `--url` it is the gateway of WAYBILL_URL, or that of `npm start`.
 *
 * @throws Trouble that says what was expected
 */
export async function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Options | 'help'> {
  const given = parse(args);
  if (given.help) return 'help';
  const by = given.by ?? userInfo().username;
  const url = given.url ?? (env['WAYBILL_URL'] || (await urlOfStart(env)));
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new Trouble(`${url} is not an address like http://127.0.0.1:3000.`);
  return { url, json: given.json ?? false, by, action: actionOf(given, by) };
}

type Given = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: ARGUMENTS }).values;
  } catch (error) {
    throw new Trouble(`${(error as Error).message}\n${USAGE}`);
  }
}

function actionOf(given: Given, by: string): Action {
  const { from, to, name, show, cancel } = given;
  if ([from, show, cancel].filter((one) => one !== undefined).length !== 1)
    throw new Trouble(`Expected one of --from, --show and --cancel.\n${USAGE}`);
  if (show !== undefined) return { kind: 'show', name: show };
  if (cancel !== undefined) return { kind: 'cancel', name: cancel };
  const [failedOnly, toQueue] = [given['failed-only'], given['to-queue']];
  const wanted = {
    from: from!,
    by,
    ...(to !== undefined && { to }),
    ...(failedOnly && { failedOnly }),
    ...(toQueue !== undefined && { toQueue }),
    ...(name !== undefined && { name }),
  };
  return { kind: 'start', wanted };
}

async function urlOfStart({ PORT }: NodeJS.ProcessEnv): Promise<string> {
  if (PORT && Number(PORT) === 0) throw new Trouble(`PORT=${PORT} took any free port: name the gateway with --url.`);
  return `http://${LOOPBACK}:${(await readSettings({ PORT })).gatewayPort}`;
}
