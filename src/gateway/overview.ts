import type { HourReport, OverviewDesk } from './ports';
import type { Overview } from './overview-schemas';
import type { OverviewSources, WatchEntry } from './overview-ports';
import { DEPENDENCIES } from '../domain/breaker';
import { createPart, type Latest } from './overview-part';
import { createWatcher } from './watched-orders';
import { DEAD_LETTER_CLASSES } from '../domain/dead-letters';
import { ORDER_STATUSES } from '../domain/states';
import { ageOf } from './age';
import { presentHours } from './present-report';
import { worstBreaker } from './worst-breaker';

/** Milliseconds for which everybody is shown the same. */
const FRESH_MS = 2000;
/** Milliseconds between two readings of what changes slowly, or is read with many calls. */
const SLOW_MS = 5000;
const QUEUES_MS = 10_000;
/** Milliseconds that an overview waits for a part; AWS clients give up after more. */
const PATIENCE_MS = 3000;

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** Orders of a list that are shown. */
const SHOWN = 10;

export interface OverviewDeps {
  sources: OverviewSources;
  /** a part that cannot be read; told once, until it can again */
  onFailure(part: string, error: unknown): void;
  patienceMs?: number;
}

/**
 * The overview: each part is read on its own, so that one that cannot be read takes no other with it, and at most every
 * 2 s, however many look.
 */
export function createOverview({ sources, onFailure, patienceMs = PATIENCE_MS }: OverviewDeps): OverviewDesk {
  const part = <T>(name: string, p: { read: () => Promise<T>; empty: T; everyMs?: number }) =>
    createPart({ everyMs: 0, ...p, patienceMs, onFailure: (error) => onFailure(name, error) });
  const parts = {
    states: part('states', { read: () => sources.states(), empty: {} }),
    hours: part('hours', { read: () => sources.hours(lastHours()), empty: [], everyMs: SLOW_MS }),
    promise: part('promise', { read: promiseReader(sources), empty: { atRisk: 0, breached: 0, orders: [] } }),
    attention: part('attention', { read: attentionReader(sources), empty: { orders: 0, oldest: [] } }),
    decisions: part('decisions', { read: decisionReader(sources), empty: { orders: 0, oldest: [] } }),
    cases: part('cases', { read: () => sources.openCases(), empty: 0, everyMs: SLOW_MS }),
    deadLetters: part('deadLetters', { read: () => sources.deadLetters(), empty: [], everyMs: SLOW_MS }),
    breakers: part('breakers', { read: () => sources.breakers(), empty: [] }),
    queues: part('queues', { read: () => sources.queues(), empty: [], everyMs: QUEUES_MS }),
    workers: part('workers', { read: () => sources.workers(), empty: [], everyMs: SLOW_MS }),
  };

  async function putTogether(): Promise<Overview> {
    const [states, hours, promise, attention, decisions, cases, deadLetters, breakers, queues, workers] =
      await Promise.all([
        parts.states(),
        parts.hours(),
        parts.promise(),
        parts.attention(),
        parts.decisions(),
        parts.cases(),
        parts.deadLetters(),
        parts.breakers(),
        parts.queues(),
        parts.workers(),
      ]);
    const all: Record<keyof typeof parts, Latest<unknown>> = {
      states,
      hours,
      promise,
      attention,
      decisions,
      cases,
      deadLetters,
      breakers,
      queues,
      workers,
    };
    return {
      at: new Date().toISOString(),
      states: ORDER_STATUSES.map((status) => ({ status, orders: states.value[status] ?? 0 })),
      ...presentLastHours(hours.value),
      promise: promise.value,
      attention: { ...attention.value, openCases: cases.value },
      decisions: decisions.value,
      deadLetters: DEAD_LETTER_CLASSES.map(
        (kind) => deadLetters.value.find((count) => count.class === kind) ?? { class: kind, parked: 0, waiting: 0 },
      ),
      breakers: DEPENDENCIES.map((dependency) => worstBreaker(dependency, breakers.value)),
      queues: queues.value,
      workers: workers.value,
      unavailable: Object.entries(all).flatMap(([name, { isCurrent }]) => (isCurrent ? [] : [name])),
    };
  }

  let last: { overview: Overview; at: number } | undefined;
  let going: Promise<Overview> | undefined;

  async function renew(): Promise<Overview> {
    try {
      const overview = await putTogether();
      last = { overview, at: Date.now() };
      return overview;
    } finally {
      going = undefined;
    }
  }

  return {
    async read() {
      if (last && ageOf(last.at) < FRESH_MS) return last.overview;
      return (going ??= renew());
    },
  };
}

function promiseReader({ watch, readView }: OverviewSources) {
  // an order may be told of as late between its shipment and the message to its customer
  const look = createWatcher({
    readView,
    sinceOf: ({ lateSince, shipments }) => (shipments.length > 0 ? undefined : lateSince),
  });
  return async (): Promise<Overview['promise']> => {
    const [breached, atRisk] = await Promise.all([
      watch.late({ promise: 'BREACHED', limit: SHOWN }),
      watch.late({ promise: 'AT_RISK', limit: SHOWN }),
    ]);
    const oldest = [...breached.oldest, ...atRisk.oldest].toSorted(byCreation).slice(0, SHOWN);
    return { atRisk: atRisk.orders, breached: breached.orders, orders: await look(oldest) };
  };
}

const byCreation = (a: WatchEntry, b: WatchEntry): number => (a.createdAt < b.createdAt ? -1 : 1);

function attentionReader({ watch, readView }: OverviewSources) {
  const look = createWatcher({ readView, sinceOf: ({ attention }) => attention?.since });
  return async (): Promise<Omit<Overview['attention'], 'openCases'>> => {
    const { orders, oldest } = await watch.inStatus({ status: 'NEEDS_ATTENTION', limit: SHOWN });
    return { orders, oldest: await look(oldest) };
  };
}

/** Orders of which a part is there, as long as it is not decided what becomes of them. */
function decisionReader({ watch, readView }: OverviewSources) {
  const look = createWatcher({
    readView,
    // it is asked as soon as it is known what is there
    sinceOf: ({ decision, currentSince, updatedAt }) => decision && (currentSince ?? updatedAt),
    untilOf: ({ decision }) => decision?.until,
  });
  return async (): Promise<Overview['decisions']> => {
    const { orders, oldest } = await watch.inStatus({ status: 'PENDING_DECISION', limit: SHOWN });
    return { orders, oldest: await look(oldest) };
  };
}

const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13);

function lastHours(): { from: string; to: string } {
  const now = Date.now();
  return { from: hourOf(now - (HOURS - 1) * HOUR_MS), to: hourOf(now) };
}

/** The last hours, those without orders included. */
function presentLastHours(found: readonly HourReport[]): Pick<Overview, 'hours' | 'lastHour'> {
  const now = Date.now();
  const names = Array.from({ length: HOURS }, (_, i) => hourOf(now - (HOURS - 1 - i) * HOUR_MS));
  const inHours = (...wanted: string[]) => figuresOf(found.filter(({ hour }) => wanted.includes(hour)));
  return {
    hours: names.map((hour) => ({ hour: `${hour}:00:00.000Z`, ...inHours(hour) })),
    lastHour: inHours(...names.slice(-2)),
  };
}

function figuresOf(hours: readonly HourReport[]): Overview['lastHour'] {
  const { orders, revenue, ...rates } = presentHours(hours);
  const { placed, ...standings } = orders;
  return {
    placed,
    standings,
    ...rates,
    revenue: revenue.map(({ currency, charged, refunded }) => ({ currency, charged, refunded })),
  };
}
