import { Context } from '@temporalio/activity';
import type { ArchiveReplay, EventArchive, ReplayLog } from './replay-ports';
import { asStep } from './step';
import { isReplayOver, type Replay, type ReplayRequest, type ReplayState } from '../domain/replay';

export interface ReplayDeps {
  archive: EventArchive;
  replayLog: ReplayLog;
  /** milliseconds for which nothing may wait or be counted any more before a replay counts as done */
  replayQuietMs: number;
  /** the time, ISO 8601 */
  now(): string;
}

/** How a replay ended. */
export type ReplayEnd = Extract<ReplayState, 'COMPLETED' | 'CANCELLED' | 'FAILED'>;

/** Milliseconds between two looks at a replay; at most, where it is quiet for less. */
const LOOK_MS = 2000;

/** Milliseconds for which EventBridge may not know yet what it has just started. */
const UNKNOWN_MS = 60_000;

const unknownAfter = (ms: number): ArchiveReplay =>
  ms < UNKNOWN_MS ? { state: 'RUNNING' } : { state: 'FAILED', reason: 'EventBridge does not know the replay' };

/** How much of a replay is through, so that it is seen when it stands still. */
const progressOf = ({ counts }: Replay, backlog: number) => `${backlog} ${counts.seen}`;

/** Replays of the archive. */
export function createReplayActivities({ archive, replayLog, replayQuietMs, now }: ReplayDeps) {
  const lookMs = Math.min(LOOK_MS, replayQuietMs);

  async function readSurely(name: string): Promise<Replay> {
    const replay = await replayLog.read(name);
    if (!replay) throw new Error(`nothing is written of the replay ${name}`);
    return replay;
  }

  /** Writes how the archive is getting on. */
  const noteLook = (name: string, { state, lastReplayedAt, reason }: ArchiveReplay) =>
    replayLog.note(name, {
      state: state === 'RUNNING' ? 'RUNNING' : 'CATCHING_UP',
      ...(lastReplayedAt !== undefined && { lastReplayedAt }),
      ...(state === 'FAILED' && { reason: reason ?? 'EventBridge says no more than that it failed' }),
    });

  return {
    /**
     * Writes a replay down, so that the forwarder knows what it wants, and starts it. One that is known goes on.
     *
     * @throws ApplicationFailure REQUEST_REFUSED when there can be no such replay
     */
    startReplay: asStep(async (request: ReplayRequest): Promise<'STARTED' | 'NAME_USED'> => {
      const opened = await replayLog.open(request);
      if (opened === 'name-used') return 'NAME_USED';
      if (opened.state === 'STARTING') await archive.start(request);
      return 'STARTED';
    }),

    /**
     * Waits until the archive has given everything and nothing of it waits for the forwarder any more. EventBridge does not
     * say how much it has given, and SQS only about how much is left: so it has to be quiet for a while.
     */
    followReplay: asStep(async ({ name }: { name: string }): Promise<ReplayEnd> => {
      const context = Context.current();
      const beganAt = Date.now();
      for (let [progress, quietSince] = ['', Date.now()]; ;) {
        const look = (await archive.look(name)) ?? unknownAfter(Date.now() - beganAt);
        await noteLook(name, look);
        const [backlog, replay] = [await archive.backlog(), await readSurely(name)];
        if (isReplayOver(replay.state)) return replay.state as ReplayEnd;
        context.heartbeat(replay.counts);
        const seen = progressOf(replay, backlog);
        if (seen !== progress || backlog > 0 || look.state === 'RUNNING') [progress, quietSince] = [seen, Date.now()];
        else if (Date.now() - quietSince >= replayQuietMs)
          return replay.cancelledBy === undefined ? look.state : 'CANCELLED';
        await context.sleep(lookMs);
      }
    }),

    /** From now on the forwarder leaves out what still comes, also where the archive has given everything. */
    cancelReplay: asStep(async ({ name, by }: { name: string; by: string }): Promise<void> => {
      await replayLog.note(name, { cancelledBy: by });
      await archive.cancel(name);
    }),

    endReplay: asStep(
      async ({ name, end, reason }: { name: string; end: ReplayEnd; reason?: string }): Promise<Replay | undefined> => {
        await replayLog.note(name, { state: end, endedAt: now(), ...(reason !== undefined && { reason }) });
        return replayLog.read(name);
      },
    ),
  };
}
