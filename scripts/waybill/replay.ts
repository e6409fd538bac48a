import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type { Replay as ReplaySchema } from '../../src/gateway/replay-schemas';
import { type Acting, type Desk, type Gateway, Misused } from './desk';
import { isReplayOver } from '../../src/domain/replay';
import { shownMoment } from '../../src/domain/shown-time';
import { Trouble } from '../bootstrap/trouble.cjs';

type Replay = Static<typeof ReplaySchema>;

interface Options extends Acting {
  from?: string;
  to?: string;
  failedOnly?: true;
  toQueue?: string;
  name?: string;
  show?: string;
  cancel?: string;
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
    .option('--cancel <name>', 'ends one');
  desk.command(
    replay,
    'replay --from 2025-07-09T10:00:00Z --failed-only',
    async ({ gateway, asJson, tell, write, follow }, options: Options) => {
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

async function begin(
  gateway: Gateway,
  { from, to, failedOnly, toQueue, name, show, cancel, by }: Options,
): Promise<Replay> {
  if ([from, show, cancel].filter((one) => one !== undefined).length !== 1)
    throw new Misused('replay: expected one of --from, --show and --cancel');
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
  return `${which} from ${from} to ${to}, to ${where}`;
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
