import { isOperator } from '../domain/operator';
import { CancellationScope, currentUpdateInfo, type defineUpdate, setHandler } from '@temporalio/workflow';
import type { Cause } from '../domain/cause';
import type { Caused } from './messages';
import type { OrderRun } from './order-run';
import { MAX_TEXT } from '../domain/order';
import { refusal } from './mail';

/** Changes of which the answer is kept. */
const MAX_ANSWERS = 100;

/**
 * Takes a change of an order, once in its life, and answers it again as the first time: the engine knows the changes of one
 * run only. The engine's cancel does not cut a change short: what that ends is the order's own business.
 *
 * @param p.validate throws where it cannot be made
 * @param p.make     `cause`: the request, or the update itself where nobody names one
 */
export function takeChange<A extends object, R extends object>(
  { life }: OrderRun,
  update: ReturnType<typeof defineUpdate<R, [Caused<A>]>>,
  p: { validate(change: A): void; make(change: A, cause: Cause): Promise<R> },
): void {
  const answered = () => life.answers[currentUpdateInfo()!.id] as R | undefined;
  const make = async ({ cause, ...change }: Caused<A>): Promise<R> => {
    const { id } = currentUpdateInfo()!;
    const answer = answered() ?? (await p.make(change as unknown as A, cause ?? { causationId: id }));
    life.answers[id] = answer;
    for (const oldest of Object.keys(life.answers).slice(0, -MAX_ANSWERS)) delete life.answers[oldest];
    return answer;
  };
  setHandler(update, (change) => CancellationScope.nonCancellable(() => make(change)), {
    validator(change) {
      if (answered()) return;
      const { operator } = change.cause ?? {};
      if (operator && !isOperator(operator))
        throw refusal(
          `operator: expected a name, and a reason, of 1 to ${MAX_TEXT} characters without control characters`,
        );
      p.validate(change);
    },
  });
}
