import type { Appended, BookkeepingDeps } from './step';
import type { EventBatch } from '../domain/events';
import { asStep, post } from './step';

/** Steps that only write down what happened. */
export function createEventActivities(deps: BookkeepingDeps) {
  return {
    recordEvents: asStep(async (batch: EventBatch): Promise<Appended> => {
      const { appended } = await post(deps, batch);
      return appended;
    }),
  };
}
