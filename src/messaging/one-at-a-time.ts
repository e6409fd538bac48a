/**
 * Runs what concerns the same thing one after the other, in this process: a queue gives several messages of one order at
 * once, and they would only be in each other's way.
 */
export function oneAtATime(): <T>(about: string, run: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (about, run) => {
    const turn = (last.get(about) ?? Promise.resolve()).then(run, run);
    last.set(about, turn);
    try {
      return await turn;
    } finally {
      if (last.get(about) === turn) last.delete(about);
    }
  };
}
