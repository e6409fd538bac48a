import type { InboundEvent } from './inbound-event';
import type { OrderClient } from '../client';
import type { OrderId } from '../domain/ids';

/** What became of an event. Those that are not rejected may be forgotten by whoever brought them. */
export type Taken =
  /** the engine has it: from this event, or from an earlier one with the same order */
  | { status: 'ACCEPTED' | 'DUPLICATE'; orderId: OrderId }
  /** there is nothing to do */
  | { status: 'IGNORED'; reason: string }
  /** it can never be taken */
  | { status: 'REJECTED'; reason: string; orderId?: OrderId };

export interface TakeEventInput {
  event: InboundEvent;
  orders: Pick<OrderClient, 'place'>;
  requestId: string;
  /** how long to wait for the engine's first answer, in milliseconds */
  patienceMs: number;
}

/**
 * Hands an event to the engine.
 *
 * @throws EngineUnavailableError when the engine does not confirm that it has it: the event is still its sender's
 */
export async function takeEvent({ event, orders, ...request }: TakeEventInput): Promise<Taken> {
  switch (event.kind) {
    case 'order-placed': {
      const { submission, fingerprint } = event;
      const { orderId } = submission;
      const { kind } = await orders.place({ submission, fingerprint, ...request });
      if (kind === 'conflict')
        return { status: 'REJECTED', reason: `order ${orderId}: the id belongs to another order`, orderId };
      return { status: kind === 'replayed' ? 'DUPLICATE' : 'ACCEPTED', orderId };
    }
    case 'own':
      return { status: 'IGNORED', reason: 'published by Waybill itself' };
    case 'refused':
      return { status: 'REJECTED', reason: event.reason };
    default:
      return event satisfies never;
  }
}
