import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  setHandler,
} from '@temporalio/workflow';
import type { Replay, ReplayRequest } from '../domain/replay';
import type { FailureType } from '../domain/failures';
import type { ReplayEnd } from '../activities/replay';
import { cancelReplaySignal } from './replay-messages';
import { failureOf } from './failure';
import { replays, replayWatch } from './activities';

/** what is written under the name is not this replay's */
const nameUsed = (name: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(
    `the name ${name} belongs to another replay`,
    'REQUEST_REFUSED' satisfies FailureType,
  );

/** Who cancels a replay that is cancelled like any workflow. */
const ENGINE = 'whoever cancelled the workflow';

/**
 * A replay from its start until everything is forwarded; its id is the replay's name, so there is one of each.
 *
 * @throws ApplicationFailure REQUEST_REFUSED when the name belongs to another one
 */
export async function replayWorkflow(request: ReplayRequest): Promise<Replay | undefined> {
  const { name } = request;
  let isUnderWay = false;
  let isOver = false;

  async function cancel(by: string): Promise<void> {
    await condition(() => isUnderWay || isOver);
    if (!isOver) await replays.cancelReplay({ name, by });
  }

  async function run(): Promise<{ end: ReplayEnd; reason?: string }> {
    try {
      if ((await replays.startReplay(request)) === 'NAME_USED') throw nameUsed(name);
    } catch (error) {
      if (error instanceof ApplicationFailure) throw error;
      return { end: 'FAILED', reason: failureOf(error).message };
    }
    isUnderWay = true;
    return { end: await replayWatch.followReplay({ name }) };
  }

  const { cancelRequested } = CancellationScope.current();
  return CancellationScope.nonCancellable(async () => {
    setHandler(cancelReplaySignal, ({ by }) => cancel(by));
    void cancelRequested.catch(() => cancel(ENGINE));
    const outcome = await run();
    isOver = true;
    await condition(allHandlersFinished);
    return replays.endReplay({ name, ...outcome });
  });
}
