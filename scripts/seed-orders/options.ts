import { parseArgs } from 'node:util';
import type { Seed } from './orders';
import { LOOPBACK } from '../lib/ports';
import { Trouble } from '../bootstrap/trouble.cjs';

/** What the user asked for. */
export interface Options {
  /** of the emulator */
  endpoint: string;
  seed: Seed;
  /** the numbers of the first and the last order, from 1 */
  first: number;
  last: number;
  hasEvents: boolean;
}

const MOST = 999_999;

export const USAGE = `Usage: npm run seed-orders -- --orders N [--from N] [--until DAY] [--days N] [--without-events]

Writes orders into the emulator of a running installation, to look through: made up, the same for the same options, with
their events, their views and what they are found by. No workflow leads them, nothing is published, and no report counts
them. The emulator of npm start is taken, or the one at AWS_ENDPOINT_URL; never AWS itself.

  --orders N        how many, up to ${MOST}
  --from N          leaves out those before the N-th: for one that was stopped
  --until DAY       the day before which they were placed, such as 2025-07-09; today
  --days N          over how many days; 90
  --without-events  only what lists and searches need: a third of the time and the memory`;

const ARGUMENTS = {
  orders: { type: 'string' },
  from: { type: 'string', default: '1' },
  until: { type: 'string' },
  days: { type: 'string', default: '90' },
  'without-events': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @throws Trouble that says what was expected */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): Options | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  if (values.orders === undefined) throw misused('expected --orders, how many');
  const last = numberOf(values.orders, '--orders', MOST);
  const first = numberOf(values.from, '--from', last);
  const until = dayOf(values.until ?? new Date().toISOString().slice(0, 'yyyy-mm-dd'.length));
  return {
    endpoint: endpointOf(env),
    // orders of another day, or over other days, are others
    seed: {
      name: `${until.replaceAll('-', '')}-${numberOf(values.days, '--days', 3650)}`,
      until: `${until}T00:00:00.000Z`,
      days: Number(values.days),
    },
    first,
    last,
    hasEvents: !values['without-events'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: ARGUMENTS }).values;
  } catch (error) {
    throw misused((error as Error).message);
  }
}

function numberOf(text: string, name: string, most: number): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
  throw misused(`${name} ${text}: expected a number from 1 to ${most}`);
}

function dayOf(text: string): string {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)) return text;
  throw misused(`--until ${text}: expected a day such as 2025-07-09`);
}

/** Made-up orders must never reach tables that matter. */
function endpointOf({ AWS_ENDPOINT_URL, AWS_PORT }: NodeJS.ProcessEnv): string {
  const url = AWS_ENDPOINT_URL || `http://${LOOPBACK}:${AWS_PORT || 4566}`;
  const host = URL.canParse(url) ? new URL(url).hostname : undefined;
  if (host === LOOPBACK || host === 'localhost' || host === '[::1]') return url;
  throw new Trouble(`AWS_ENDPOINT_URL=${url} is not on this machine: made-up orders go into an emulator here only.`);
}

const misused = (what: string) => new Trouble(`${what}\n${USAGE}`);
