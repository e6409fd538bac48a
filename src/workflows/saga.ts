import type { OrderRun } from './order-run';
import { type Undo, undoSurely } from './attention';

/** What has to be undone when a part of an order cannot go on. */
export interface Saga {
  /** Registers an undo; call it before the step it undoes, because a step that failed may still have had its effect. */
  undoWith(undo: Undo): void;
  /**
   * Runs every undo, the last registered first. One that does not work waits for somebody, so none is left out.
   *
   * @param because why it is done
   */
  unwind(because: string): Promise<void>;
}

export function createSaga(run: OrderRun): Saga {
  const undos: Undo[] = [];
  return {
    undoWith(undo) {
      undos.push(undo);
    },
    async unwind(because) {
      for (let undo = undos.pop(); undo; undo = undos.pop()) await undoSurely(run, undo, because);
    },
  };
}

/** Joins parallel branches: waits for all of them before the first failure is let out, so that no undo overtakes a step. */
export async function settleAll<T extends readonly unknown[]>(branches: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const settled = await Promise.allSettled(branches);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
