import type { EventInbox } from './ports';
import type { InboundEvent } from './inbound-event';
import type { OrderId } from '../domain/ids';
import { type EventOrders, type Taken, takeEvent } from './take-event';
import { shown } from './reason';

/** What became of an event: one that is early is kept here. */
export type Received =
  | Exclude<Taken, { status: 'EARLY' }>
  /** it waits for its order: whoever brought it may forget it */
  | { status: 'PARKED'; reason: string; orderId: OrderId };

export interface Arrival {
  event: InboundEvent;
  /** the whole event, for the time when its order is there */
  body: string;
  /** text attributes of the message that brought it */
  attributes?: Record<string, string>;
  requestId: string;
  /** how long to wait for the engine's first answer, in milliseconds */
  patienceMs: number;
}

export interface Inbox {
  /**
   * Takes an event once, whichever way and however often it comes.
   *
   * @throws EngineUnavailableError, and `StepError` SERVICE_UNAVAILABLE: the event is still its sender's
   */
  take(arrival: Arrival): Promise<Received>;
}

/** Events that may wait for one order: more than any order's companies tell before it is there. */
export const MAX_PARKED = 100;

/** Milliseconds after which an early event is tried first: most have overtaken their order by a moment. */
const FIRST_TURN_MS = 1000;

/**
 * One inbox for everything that comes from outside. An event is claimed under its sender's id, taken, and marked. There
 * is no lease on a claim: whoever finds one that is not marked takes the event again, for the workflows take it once
 * (by the order's id, the charge's key, the carrier's update), and a process that dies between two of these lines leaves
 * nothing that somebody would have to wait for. The claim only decides what an id stands for.
 */
export function createInbox({ rows, orders }: { rows: EventInbox; orders: EventOrders }): Inbox {
  async function park({ event, body, attributes }: Arrival, { orderId, reason }: Taken & { status: 'EARLY' }) {
    const { identity } = event;
    if (!identity) throw new Error(`an event of order ${orderId} that cannot be remembered`);
    if ((await rows.countParked(orderId)) >= MAX_PARKED) {
      await rows.forget(identity);
      return {
        status: 'REJECTED',
        reason: `order ${orderId}: ${MAX_PARKED} events wait for it already`,
        orderId,
      } as const;
    }
    const now = Date.now();
    const turn = { parkedAt: timeOf(now), tryAgainAt: timeOf(now + FIRST_TURN_MS) };
    await rows.park(identity, { orderId, body, ...(attributes && { attributes }), ...turn });
    return { status: 'PARKED', reason, orderId } as const;
  }

  return {
    async take(arrival) {
      const { event, body: _body, attributes: _attributes, ...request } = arrival;
      const { identity } = event;
      // without a sender's id there are only the workflows' own
      const isNamed = identity?.eventId !== undefined;
      const claim = isNamed ? await rows.claim(identity) : { kind: 'OPEN' as const };
      if (claim.kind === 'TAKEN') return { status: 'DUPLICATE', orderId: orderIdOf(event)! };
      if (claim.kind === 'OTHER') return { status: 'REJECTED', reason: usedBefore(event) };
      const taken = await takeEvent({ event, orders, ...request });
      if (taken.status === 'EARLY')
        return claim.kind === 'PARKED' ? { ...taken, status: 'PARKED' } : park(arrival, taken);
      if (!isNamed) return taken;
      if (taken.status === 'REJECTED') await rows.forget(identity);
      else await rows.settle(identity, { outcome: taken.status, orderId: orderIdOf(event)! });
      return taken;
    },
  };
}

/** Why an event under an id that stands for something else is not taken. */
export const usedBefore = ({ identity }: InboundEvent): string =>
  `the id ${shown(identity?.eventId)} of ${identity?.source} belongs to an event that says something else; ` +
  'expected an id of its own';

const timeOf = (ms: number): string => new Date(ms).toISOString();

/** The order that an event is about. */
export function orderIdOf(event: InboundEvent): OrderId | undefined {
  switch (event.kind) {
    case 'order-placed':
      return event.submission.orderId;
    case 'order-paid':
      return event.order.submission.orderId;
    case 'payment-news':
    case 'carrier-news':
      return event.orderId;
    default:
      return undefined;
  }
}
