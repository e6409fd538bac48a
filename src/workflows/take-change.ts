import { CancellationScope, currentUpdateInfo, type defineUpdate, setHandler } from '@temporalio/workflow';
import type { OrderRun } from './order-run';

/** Changes of which the answer is kept. */
const MAX_ANSWERS = 100;

/**
 * Takes a change of an order, once in its life, and answers it again as the first time: the engine knows the changes of one
 * run only. The engine's cancel does not cut a change short: what that ends is the order's own business.
 *
 * @param p.validate throws where it cannot be made
 */
export function takeChange<A, R extends object>(
  { life }: OrderRun,
  update: ReturnType<typeof defineUpdate<R, [A]>>,
  p: { validate(change: A): void; make(change: A): Promise<R> },
): void {
  const answered = () => life.answers[currentUpdateInfo()!.id] as R | undefined;
  const make = async (change: A): Promise<R> => {
    const { id } = currentUpdateInfo()!;
    const answer = answered() ?? (await p.make(change));
    life.answers[id] = answer;
    for (const oldest of Object.keys(life.answers).slice(0, -MAX_ANSWERS)) delete life.answers[oldest];
    return answer;
  };
  setHandler(update, (change) => CancellationScope.nonCancellable(() => make(change)), {
    validator(change) {
      if (!answered()) p.validate(change);
    },
  });
}
