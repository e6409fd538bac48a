/** Something that runs and can be stopped. */
export interface Stoppable {
  name: string;
  hasEnded(): boolean;
  /** false: it had to be killed */
  stop(): Promise<boolean>;
  kill(): void;
}

export type Takedown = ReturnType<typeof createTakedown>;

/** What runs, to be stopped in the reverse order of its start; nothing can be added once that has begun. */
export function createTakedown({ report }: { report: (line: string) => void }) {
  const running: Stoppable[] = [];
  let closed = false;

  /** takes charge of it; kills it at once when stopping has begun already */
  function add(stoppable: Stoppable): void {
    if (closed) stoppable.kill();
    else running.push(stoppable);
  }

  /** stops all, the last one started first */
  async function close(): Promise<void> {
    closed = true;
    for (let last = running.at(-1); last; last = running.at(-1)) {
      if (!last.hasEnded()) report(`stopping ${last.name} …`);
      if (!(await last.stop())) report(`${last.name} did not stop in time and was killed`);
      running.pop();
    }
  }

  /** for those who do not want to wait: what is being stopped is killed as well */
  function killAll(): void {
    closed = true;
    for (const stoppable of running) stoppable.kill();
  }

  return { add, close, killAll };
}
