import type { EventBatch, NewEvent } from '../domain/events';
import type { OrderStatus, StateName, StatePassed } from '../domain/states';
import { failureOf } from './failure';
import { statusAfter } from '../domain/projection';

/** What a local step says of what it wrote: its last event's number and time, or nothing when it had nothing to write. */
export interface Written {
  sequence?: number;
  at?: string;
  attempts?: number;
  /** of the order, by what an earlier attempt wrote */
  orderStatus?: OrderStatus;
  /** what the step had written before this workflow task, without knowing these */
  leftover?: { events: NewEvent[]; states: StatePassed[] };
}

/** Where a log stands: what the next run of the order goes on from. */
export interface LogPosition {
  sequence: number;
  ordinal: number;
  lastAt: string;
  status: OrderStatus;
  noted: NewEvent[];
  passed: StatePassed[];
}

/** The order's own record of itself: the only one that numbers its events. */
export interface OrderLog {
  /** Marks that a state is entered, now or at a time (ISO 8601); the function it returns marks that it is left. */
  enter(name: StateName, at?: string): (attempts?: number) => void;
  /** Remembers a fact that the next append writes: what a provider did is written by the local step after it. */
  note(event: NewEvent): void;
  /** Runs a local step that is a state's task and appends; the step closes the state itself. */
  append<R extends Written | { kind: string }>(p: {
    state?: StateName;
    events?: NewEvent[];
    write(batch: EventBatch): Promise<R>;
  }): Promise<R>;
  /** True when something was noted that no append has written yet. */
  hasNotes(): boolean;
  /** Takes the status that a step's own events bring. */
  become(status: OrderStatus): void;
  /** The order's status, after all that was appended. */
  status(): OrderStatus;
  position(): LogPosition;
}

const START: LogPosition = { sequence: 0, ordinal: 0, lastAt: '', status: 'RECEIVED', noted: [], passed: [] };

export function createOrderLog(
  order: Pick<
    EventBatch,
    'orderId' | 'runId' | 'customerId' | 'channels' | 'correlationId' | 'placedBy' | 'traceparent'
  >,
  from: LogPosition = START,
): OrderLog {
  let { sequence, ordinal, status, noted, passed } = from;
  let lastAppend: Promise<unknown> = Promise.resolve();

  // the workflow's clock stands still while local steps run: no state is entered before the last one wrote its time
  let { lastAt } = from;
  const now = () => {
    const clock = new Date().toISOString();
    return clock > lastAt ? clock : lastAt;
  };
  const open = (name: StateName) => ({ name, ordinal: ++ordinal, enteredAt: now() });

  return {
    enter(name, at) {
      const state = { ...open(name), ...(at !== undefined && { enteredAt: at }) };
      return (attempts = 1) => void passed.push({ ...state, exitedAt: now(), attempts });
    },

    note(event) {
      noted.push(event);
    },

    append({ state: name, events = [], write }) {
      const state = name && open(name);
      // one append at a time: branches and handlers wait for each other, so numbers have no gaps
      const append = lastAppend.then(async () => {
        const batch: EventBatch = { ...order, firstSequence: sequence + 1, noted, events, states: passed };
        if (state) batch.state = state;
        const pending = { noted, passed };
        noted = [];
        passed = [];
        const keepForNext = (p: { events: NewEvent[]; states: StatePassed[] }) => {
          noted = [...p.events, ...noted];
          passed = [...p.states, ...passed];
        };
        const nothingWritten = (attempts: number) => {
          keepForNext({ events: pending.noted, states: pending.passed });
          if (state) passed.push({ ...state, exitedAt: now(), attempts });
        };
        const answer = await write(batch).catch((error: unknown) => {
          nothingWritten(failureOf(error).attempts);
          throw error;
        });
        const written = answer as Written;
        if (written.sequence === undefined) nothingWritten(written.attempts ?? 1);
        else sequence = Math.max(sequence, written.sequence);
        // what an earlier attempt wrote may be other than what this one would have written
        const own = written.leftover ? [] : [...pending.noted, ...events];
        for (const event of own) status = statusAfter(event) ?? status;
        status = written.orderStatus ?? status;
        if (written.leftover) keepForNext(written.leftover);
        if (written.at && written.at > lastAt) lastAt = written.at;
        return answer;
      });
      // whoever waits here next must not fail with this append's failure
      lastAppend = append.catch(() => undefined);
      return append;
    },

    hasNotes: () => noted.length > 0,
    become: (next) => void (status = next),
    status: () => status,
    position: () => ({ sequence, ordinal, lastAt, status, noted, passed }),
  };
}
