import { setTimeout as sleep } from 'node:timers/promises';
import type { Static } from '@sinclair/typebox';
import type { Replay as ReplaySchema } from '../src/gateway/replay-schemas';
import { createGateway, wordsOf } from './lib/gateway';
import { isReplayOver } from '../src/domain/replay';
import { type Options, readOptions, USAGE } from './replay/options';
import { Trouble } from './bootstrap/trouble.cjs';
import { untilInterrupted } from './demo/until-interrupted';

type Replay = Static<typeof ReplaySchema>;
type Gateway = ReturnType<typeof createGateway>;

const LOOK_MS = 1000;

const write = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Replays events of the archive, and follows the replay to its end; shows or cancels one.
 *
 * @returns the exit code: 0 when everything that was selected was forwarded, or a cancellation was taken
 * @throws Trouble when it cannot be done; Interrupted when the user stopped watching
 */
export async function main(): Promise<number> {
  const options = await readOptions(process.argv.slice(2), process.env);
  if (options === 'help') {
    write(USAGE);
    return 0;
  }
  const gateway = createGateway(options);
  const begun = await begin(options, gateway);
  const { name } = begun;
  const tell = options.json ? () => undefined : write;
  tell(`${name}: ${titleOf(begun)}`);
  const follow = async (signal: AbortSignal) =>
    followToEnd(begun, { gateway: createGateway({ ...options, signal }), tell });
  const goesOn = () =>
    tell(`Stopped watching; the replay goes on: \`npm run replay -- --show ${name}\`, or \`--cancel ${name}\`.`);
  const ended = await untilInterrupted(follow, goesOn);
  if (options.json) write(JSON.stringify(ended));
  else for (const line of summaryOf(ended)) write(line);
  if (options.action.kind === 'cancel') return ended.state === 'CANCELLED' ? 0 : 1;
  return ended.state === 'COMPLETED' && ended.counts.refused === 0 ? 0 : 1;
}

async function begin({ action, by }: Options, gateway: Gateway): Promise<Replay> {
  switch (action.kind) {
    case 'start':
      return post(gateway, '/replays', action.wanted);
    case 'cancel':
      return post(gateway, `/replays/${encodeURIComponent(action.name)}/cancel`, { by });
    case 'show':
      return find(gateway, action.name);
    default:
      return action satisfies never;
  }
}

async function post(gateway: Gateway, path: string, body: object): Promise<Replay> {
  const headers = { 'content-type': 'application/json' };
  const answer = await gateway.ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status !== 202) throw new Trouble(`${gateway.url} answered POST ${path} with ${wordsOf(answer)}.`);
  return JSON.parse(answer.body) as Replay;
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
  (lastReplayedAt === undefined ? '' : `, at ${lastReplayedAt}`);

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
