import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type { Replay as ReplaySchema, ReplaySandboxContent as SandboxSchema } from '../../src/gateway/replay-schemas';
import { type Acting, type Desk, type Gateway, Misused, type Session } from './desk';
import { queryOf, table } from './table';
import { isReplayOver } from '../../src/domain/replay';
import { shownMoment } from '../../src/domain/shown-time';
import { Trouble } from '../bootstrap/trouble.cjs';

type Replay = Static<typeof ReplaySchema>;
type Sandbox = Static<typeof SandboxSchema>;

interface Options extends Acting {
  from?: string;
  to?: string;
  failedOnly?: true;
  toQueue?: string;
  name?: string;
  show?: string;
  cancel?: string;
  sandbox?: true;
  limit?: string;
  purge?: true;
}

const LOOK_MS = 1000;

/**
 * `waybill replay`: replays events of the archive, and follows the replay to its end; shows or cancels one. The exit
 * code is 0 when everything that was selected was forwarded, or a cancellation was taken.
 */
export function addReplay(program: Command, desk: Desk): void {
  const replay = desk
    .acting(program.command('replay').description('replays events of the archive; times are ISO 8601'))
    .option('--from <time>', 'of the first events')
    .option('--to <time>', 'of the last ones; without it, now')
    .option('--failed-only', 'only events of orders that failed')
    .option('--to-queue <queue>', '`sandbox`: to be looked at, instead of to the live consumers')
    .option('--name <name>', 'of the new replay')
    .option('--show <name>', 'follows one that goes on, or shows how it ended')
    .option('--cancel <name>', 'ends one')
    .option('--sandbox', 'shows what `--to-queue sandbox` put there, and leaves it there')
    .option('--limit <n>', 'events that are shown of it')
    .option('--purge', 'with --sandbox: empties it instead');
  desk.command(
    desk.forGood(replay),
    'replay --from 2025-07-09T10:00:00Z --failed-only',
    async (session, options: Options) => {
      if (expectOne(options) === 'sandbox') return lookIntoSandbox(session, options);
      const { gateway, asJson, tell, write, follow } = session;
      const begun = await begin(gateway, options);
      const say = asJson ? () => undefined : write;
      say(`${begun.name}: ${titleOf(begun)}`);
      const goesOn = `Stopped watching; the replay goes on: \`waybill replay --show ${begun.name}\`, or \`--cancel ${begun.name}\`.`;
      const ended = await follow((watched) => followToEnd(begun, { gateway: watched, tell: say }), goesOn);
      tell(ended, summaryOf);
      if (options.cancel !== undefined) return ended.state === 'CANCELLED' ? 0 : 1;
      return ended.state === 'COMPLETED' && ended.counts.refused === 0 ? 0 : 1;
    },
  );
}

/** Options of a new replay, and of nothing else. */
const NEW_ONLY = ['to', 'failedOnly', 'toQueue', 'name'] as const;

const CHOICES = ['from', 'show', 'cancel', 'sandbox'] as const;

/** What is asked for: one of them. */
function expectOne(options: Options): (typeof CHOICES)[number] {
  const [asked, ...others] = CHOICES.filter((choice) => options[choice] !== undefined);
  if (asked === undefined || others.length > 0)
    throw new Misused('replay: expected one of --from, --show, --cancel and --sandbox');
  if (asked !== 'sandbox' && (options.purge ?? options.limit) !== undefined)
    throw new Misused('replay: --limit and --purge expect --sandbox');
  if (asked !== 'from' && NEW_ONLY.some((option) => options[option] !== undefined))
    throw new Misused('replay: --to, --failed-only, --to-queue and --name expect --from');
  if (options.purge && options.limit !== undefined) throw new Misused('replay: expected one of --limit and --purge');
  return asked;
}

async function lookIntoSandbox(session: Session, { purge, limit, by }: Options): Promise<void> {
  const { gateway, tell } = session;
  if (purge) {
    await session.confirm('What is in the sandbox queue is thrown away');
    const purged = await gateway.post<{ count: number }>('/replays/sandbox/purge', { by });
    return tell(purged, ({ count }) => [`The sandbox queue is being emptied: ${count} events, about.`]);
  }
  return tell(await gateway.get<Sandbox>(`/replays/sandbox${queryOf({ limit })}`), linesOfSandbox);
}

function linesOfSandbox({ count, messages }: Sandbox, width?: number): string[] {
  if (messages.length === 0) return [count === 0 ? 'The sandbox queue is empty.' : inUse(count)];
  const rows = messages.map(({ body, replayName = '' }) => [...placeOf(body), replayName]);
  const shown = `${messages.length} of about ${count} events in the sandbox queue; \`--json\` shows all of each.`;
  return [...table(['TIME', 'EVENT', 'ORDER', 'REPLAY'], rows, width), '', shown];
}

const inUse = (count: number) =>
  `About ${count} events are there, and somebody else looks at them: try again in a moment.`;

/** When and what an event is, and of which order; whatever else lies there is shown by how it begins. */
function placeOf(body: string): [time: string, type: string, order: string] {
  const event = parse(body);
  const type = textOf(event, 'detail-type');
  return type === ''
    ? ['', body.slice(0, 40), '']
    : [textOf(event, 'time'), type, textOf(memberOf(event, 'detail'), 'orderId')];
}

/** undefined when it is not JSON */
function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** What a member says, where it is text. */
function textOf(value: unknown, name: string): string {
  const text = memberOf(value, name);
  return typeof text === 'string' ? text : '';
}

async function begin(
  gateway: Gateway,
  { from, to, failedOnly, toQueue, name, show, cancel, by }: Options,
): Promise<Replay> {
  if (show !== undefined) return find(gateway, show);
  if (cancel !== undefined) return gateway.post(`/replays/${encodeURIComponent(cancel)}/cancel`, { by });
  // what is absent is left out as JSON
  return gateway.post('/replays', { from, to, failedOnly, toQueue, name, by });
}

async function find(gateway: Gateway, name: string): Promise<Replay> {
  const found = await gateway.find<Replay>(`/replays/${encodeURIComponent(name)}`);
  if (!found) throw new Trouble(`There is no replay ${name} at ${gateway.url}.`);
  return found;
}

async function followToEnd(begun: Replay, p: { gateway: Gateway; tell: (line: string) => void }): Promise<Replay> {
  let told = '';
  for (let replay = begun; ; replay = await find(p.gateway, begun.name)) {
    if (isReplayOver(replay.state)) return replay;
    const line = progressOf(replay);
    if (line !== told) p.tell(line);
    told = line;
    await sleep(LOOK_MS);
  }
}

function titleOf({ from, to, failedOnly, destination }: Replay): string {
  const which = failedOnly ? 'events of orders that failed' : 'all events';
  const where = destination === 'SANDBOX' ? 'the sandbox queue' : 'the live consumers';
  return `${which} from ${shownMoment(from)} to ${shownMoment(to)}, to ${where}`;
}

const WORDS = {
  STARTING: 'starting',
  RUNNING: 'running',
  CATCHING_UP: 'all is out of the archive, catching up',
  COMPLETED: 'completed',
  CANCELLED: 'cancelled',
  FAILED: 'failed',
} satisfies Record<Replay['state'], string>;

const progressOf = ({ state, counts, lastReplayedAt }: Replay): string =>
  `${WORDS[state]}: ${counts.seen} seen, ${counts.forwarded} forwarded, ${counts.skipped} skipped` +
  (lastReplayedAt === undefined ? '' : `, at ${shownMoment(lastReplayedAt)}`);

function summaryOf(replay: Replay): string[] {
  const { counts, reason, cancelledBy } = replay;
  const { seen, selected, forwarded, skipped, refused } = counts;
  const why = reason ?? (cancelledBy === undefined ? '' : `by ${cancelledBy}`);
  return [
    `${WORDS[replay.state]}${why === '' ? '' : `: ${why}`}`,
    `${seen} seen, ${selected} selected, ${forwarded} forwarded, ${skipped} skipped, ${refused} refused`,
    ...(refused > 0 ? ['What was refused is in the dead letters of the replay queue.'] : []),
  ];
}
