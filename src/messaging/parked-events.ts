import type { EventInbox, ParkedEvent } from './ports';
import type { Logger } from '../telemetry';
import type { OrderId } from '../domain/ids';
import { createRounds } from './rounds';
import { type EventOrders, type Taken, takeEvent } from './take-event';
import { isOutOfReach } from './out-of-reach';
import { fieldsOfOrder, withLogFields } from '../log-context';
import { type InboundEvent, parseMessage } from './inbound-event';

/** An event that waited in vain, on its way to the dead letters of the queue that it came by, or would have. */
export interface GivenUp extends Pick<ParkedEvent, 'body' | 'attributes'> {
  /** the same each time that it is given up, by whoever comes after one that died in between */
  id: string;
  source: string;
  reason: string;
}

export interface ParkedEventsDeps {
  rows: EventInbox;
  orders: EventOrders;
  /** seconds that an event waits for its order */
  patienceS: number;
  /** milliseconds between two rounds */
  intervalMs: number;
  bury(letter: GivenUp): Promise<void>;
  logger: Logger;
}

export interface ParkedEvents {
  /** Tells an order that is there now what was told before it, longest parked first. Throws what {@link sweep} does. */
  releaseFor(orderId: OrderId): Promise<void>;
  /**
   * Tries everything whose turn it is.
   *
   * @throws EngineUnavailableError, `StepError`: what was not reached comes again
   */
  sweep(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

/** Milliseconds between two turns of an event: doubled each time, from the first to the second of these. */
const TURNS_MS = [1000, 60_000] as const;
/** Events of each shard that a round looks at. */
const ROUND = 100;
/** Milliseconds that the engine may take to confirm what an event starts; one that waited starts nothing. */
const PATIENCE_MS = 10_000;

/**
 * What came before its order. A turn is whoever's who puts the next one off, so that several consumers share the work;
 * one that dies in its turn leaves the event to the next. An event leaves the inbox after it was taken, or after it is in
 * the dead letters, and never before.
 */
export function createParkedEvents({ rows, orders, bury, logger, ...p }: ParkedEventsDeps): ParkedEvents {
  async function release(orderId: OrderId): Promise<void> {
    let early: Early | undefined;
    for (const parked of await rows.parkedFor(orderId)) {
      const isDue = Date.parse(parked.tryAgainAt) <= Date.now();
      // where one found no order, the others find none: only their turns are counted
      if (early && !isDue) continue;
      const next = turnAfter(parked);
      if (!(await rows.putOff(parked, next))) continue;
      const taken = await tryAgain(parked, early);
      if (taken?.status === 'EARLY') early = taken;
    }
  }

  /** @returns nothing when it failed in a way of its own */
  async function tryAgain(parked: ParkedEvent, early: Early | undefined): Promise<Taken | undefined> {
    const event = parseMessage(parked.body);
    return withLogFields(fieldsOfOrder(parked.orderId, event.traceparent), () => takeParked({ parked, event, early }));
  }

  async function takeParked({ parked, event, early }: Turn): Promise<Taken | undefined> {
    const { identity } = parked;
    const requestId = `event ${identity.eventId ?? identity.fingerprint}`;
    try {
      const taken = early ?? (await takeEvent({ event, orders, requestId, patienceMs: PATIENCE_MS }));
      if (taken.status === 'REJECTED') await giveUp(parked, taken.reason);
      else if (taken.status !== 'EARLY') await settle(parked, taken);
      else if (isOverdue(parked)) await giveUp(parked, `no order ${parked.orderId} came within ${p.patienceS} s`);
      return taken;
    } catch (error) {
      if (isOutOfReach(error)) throw error;
      // a defect says nothing of the others, and must not keep this one for ever
      logger.error({ err: error, key: parked.key }, 'a parked event could not be taken');
      if (isOverdue(parked)) await giveUp(parked, `it could not be taken within ${p.patienceS} s`);
      return undefined;
    }
  }

  async function settle({ identity, orderId, key, parkedAt }: ParkedEvent, { status }: Taken): Promise<void> {
    // one without an id is known by nothing that could come again
    if (identity.eventId === undefined) await rows.forget(identity);
    else await rows.settle(identity, { outcome: status, orderId });
    logger.info({ key, orderId, parkedAt, status }, 'took a parked event');
  }

  /** Into the dead letters first: the other way round it would be nowhere for a moment. */
  async function giveUp({ identity, key, parkedAt, body, attributes }: ParkedEvent, reason: string) {
    const id = `${key} ${parkedAt}`;
    await bury({ id, source: identity.source, body, ...(attributes && { attributes }), reason });
    await rows.forget(identity);
    logger.warn({ key, reason }, 'a parked event moved to the dead letters');
  }

  const isOverdue = ({ parkedAt, tryAgainAt }: ParkedEvent): boolean => {
    const now = Date.now();
    return now - Date.parse(parkedAt) >= p.patienceS * 1000 && Date.parse(tryAgainAt) <= now;
  };

  async function sweep(): Promise<void> {
    for (const orderId of await rows.ordersDue({ before: new Date().toISOString(), limit: ROUND })) {
      if (rounds.isStopped()) return;
      await release(orderId);
    }
  }

  const rounds = createRounds({
    round: sweep,
    intervalMs: p.intervalMs,
    onError: (error) => logger.warn({ err: error }, 'could not try what is parked'),
  });

  return {
    releaseFor: release,
    sweep,
    start: rounds.start,
    stop: rounds.stop,
  };
}

type Early = Taken & { status: 'EARLY' };

interface Turn {
  parked: ParkedEvent;
  event: InboundEvent;
  early: Early | undefined;
}

const turnAfter = ({ tries }: ParkedEvent): string => {
  const [first, ceiling] = TURNS_MS;
  return new Date(Date.now() + Math.min(first * 2 ** Math.min(tries, 20), ceiling)).toISOString();
};
