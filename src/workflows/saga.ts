/** What has to be undone when an order cannot go on. */
export interface Saga {
  /** Registers an undo; call it before the step it undoes, because a step that failed may still have had its effect. */
  undoWith(undo: () => Promise<void>): void;
  /** Runs every undo, the last registered first. None of them gives up, so none is left out. */
  unwind(): Promise<void>;
}

export function createSaga(): Saga {
  const undos: (() => Promise<void>)[] = [];
  return {
    undoWith(undo) {
      undos.push(undo);
    },
    async unwind() {
      for (let undo = undos.pop(); undo; undo = undos.pop()) await undo();
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
