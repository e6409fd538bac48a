import type { ArchiveReplay, EventArchive, ReplayLog } from '../../../src/activities/replay-ports';
import { countsOf, isReplayOver, type Replay, type ReplayFate } from '../../../src/domain/replay';

/** An archive and what is written of its replays, in memory; a test says how it gets on. */
export interface MemoryReplays {
  archive: EventArchive;
  log: ReplayLog;
  /** calls of the archive, in their order */
  calls: string[];
  rows: Map<string, Replay>;
  /** what the archive says of every replay that it has started */
  say(look: ArchiveReplay): void;
  /** what waits for the forwarder */
  waiting: number;
  /** the next calls fail */
  failures: Error[];
  /** What the forwarder does. */
  count(name: string, fates: Partial<Record<ReplayFate, number>>): void;
}

export function createMemoryReplays(): MemoryReplays {
  const started = new Set<string>();
  let look: ArchiveReplay = { state: 'RUNNING' };
  const called = (call: string) => {
    world.calls.push(call);
    const failure = world.failures.shift();
    if (failure) throw failure;
  };
  const world: MemoryReplays = {
    calls: [],
    rows: new Map(),
    say: (next) => void (look = next),
    waiting: 0,
    failures: [],
    count(name, fates) {
      const row = world.rows.get(name)!;
      world.rows.set(name, { ...row, counts: countsOf(fates) });
    },
    archive: {
      async start({ name }) {
        called(`start ${name}`);
        started.add(name);
      },
      look: async (name) => (started.has(name) ? look : undefined),
      async cancel(name) {
        called(`cancel ${name}`);
        look = { state: 'CANCELLED' };
      },
      backlog: async () => world.waiting,
    },
    log: {
      async open(request) {
        const found = world.rows.get(request.name);
        if (found) return found.from === request.from && found.to === request.to ? found : 'name-used';
        const row: Replay = {
          ...request,
          state: 'STARTING',
          startedAt: new Date().toISOString(),
          counts: countsOf({}),
        };
        world.rows.set(request.name, row);
        return row;
      },
      read: async (name) => world.rows.get(name),
      async note(name, changes) {
        const row = world.rows.get(name);
        if (row && !isReplayOver(row.state)) world.rows.set(name, { ...row, ...changes });
      },
    },
  };
  return world;
}
