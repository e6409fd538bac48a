import type { Appended, BookkeepingDeps } from './step';
import type { EventBatch } from '../domain/events';
import { asStep, postEffect } from './step';

export interface RecordInput {
  /** of the step; see `keys` */
  key: string;
  batch: EventBatch;
}

/** Steps that only write down what happened. */
export function createEventActivities(deps: BookkeepingDeps) {
  return {
    recordEvents: asStep(({ key, batch }: RecordInput): Promise<Appended> => postEffect(deps, batch, { key })),
  };
}
