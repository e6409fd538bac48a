import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { LOOPBACK } from '../lib/ports';
import { Trouble } from '../bootstrap/trouble.cjs';

/** What the user asked for. */
export interface Options {
  /** of the gateway */
  url: string;
  asJson: boolean;
  command: Command;
}

export type Command =
  | { name: 'help' }
  | { name: 'list'; query: Record<string, string> }
  | { name: 'show'; id: string }
  | { name: 'redrive'; id: string; by: string; reason?: string }
  | { name: 'redrive-all'; filter: Record<string, string>; by: string; reason?: string }
  | { name: 'discard'; id: string; by: string; reason: string };

const ARGUMENTS = {
  url: { type: 'string' },
  class: { type: 'string' },
  state: { type: 'string' },
  queue: { type: 'string' },
  since: { type: 'string' },
  limit: { type: 'string' },
  cursor: { type: 'string' },
  by: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parse>['values'];

export const USAGE = `Usage: npm run dead-letters -- COMMAND [--json] [--url http://127.0.0.1:3000]
  list [--class CLASS] [--state STATE] [--queue QUEUE] [--limit N] [--cursor CURSOR]
  show ID
  redrive ID [--reason TEXT] [--by NAME]
  redrive [--class CLASS] [--since TIME] [--queue QUEUE] [--reason TEXT] [--by NAME]
  discard ID --reason TEXT [--by NAME]`;

/** @throws Trouble that says what was expected */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options {
  const { values, positionals } = parse(args);
  const url = addressOf(values.url || env['WAYBILL_URL'] || `http://${LOOPBACK}:${env['PORT'] || 3000}`);
  const command: Command = values.help ? { name: 'help' } : commandOf(positionals, values);
  return { url, asJson: values.json ?? false, command };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: ARGUMENTS, allowPositionals: true });
  } catch (error) {
    throw new Trouble(`${(error as Error).message}\n${USAGE}`);
  }
}

function commandOf([name = 'list', id, ...more]: string[], values: Values): Command {
  if (more.length > 0) throw misused(`expected one ID, got ${[id, ...more].join(' ')}`);
  const { reason, by = userInfo().username } = values;
  const asked = { by, ...(reason !== undefined && { reason }) };
  switch (name) {
    case 'list':
      return { name, query: chosen(values, ['class', 'state', 'queue', 'limit', 'cursor']) };
    case 'show':
      return { name, id: expectId(id) };
    case 'redrive':
      return id === undefined ? redriveAll(values, asked) : { name, id, ...asked };
    case 'discard':
      if (reason === undefined) throw misused('discard: expected --reason, why nobody needs it any more');
      return { name, id: expectId(id), by, reason };
    default:
      throw misused(`there is no command ${name}`);
  }
}

function redriveAll(values: Values, asked: { by: string; reason?: string }): Command {
  const filter = chosen(values, ['class', 'since', 'queue']);
  if (Object.keys(filter).length === 0) throw misused('redrive: expected an ID, or --class, --since or --queue');
  return { name: 'redrive-all', filter, ...asked };
}

const chosen = (values: Values, names: ('class' | 'state' | 'queue' | 'since' | 'limit' | 'cursor')[]) =>
  Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));

function expectId(id: string | undefined): string {
  if (id === undefined) throw misused('expected the ID of a dead letter');
  return id;
}

const misused = (what: string) => new Trouble(`${what}\n${USAGE}`);

function addressOf(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new Trouble(`${url} is not an address like http://127.0.0.1:3000.`);
}
