import type { Answers, EventInbox, StockTotals } from './ports';
import type { InboundEvent } from './inbound-event';
import type { OrderLine } from '../domain/order';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { availabilityOf } from '../domain/inventory';
import { listed } from './reason';
import { ORIGIN, SCHEMA_VERSION } from '../domain/events';
import { parseMessage } from './inbound-event';
import { usedBefore } from './inbox';
import { validateOrder } from '../domain/validation';

export type InventoryCheckDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & {
  stock: StockTotals;
  answers: Answers;
  /** enquiries that were answered, under a source of their own: the same event also starts the order */
  rows: Pick<EventInbox, 'claim' | 'settle'>;
};

/** The source that enquiries are remembered under. */
const SOURCE = 'inventory-check';

type OrderPlaced = InboundEvent & { kind: 'order-placed' };

/**
 * InventoryCheckQueue: answers each order that is placed on the bus with what there is of it at that moment. Nothing is
 * reserved: that is the order's own workflow's. An event that comes again is not answered again; only who dies between
 * the answer and its mark leaves two answers, under one id.
 */
export function createInventoryCheck({ stock, answers, rows, ...reader }: InventoryCheckDeps): QueueReader {
  async function answer(event: OrderPlaced, lines: readonly OrderLine[]): Promise<Handled> {
    const { orderId } = event.submission;
    const available = await stock.availableOf(lines.map(({ productId }) => productId));
    const found = availabilityOf(lines, available);
    const detail = {
      origin: ORIGIN,
      eventId: `inventory-check#${event.eventId ?? orderId}`,
      orderId,
      schemaVersion: SCHEMA_VERSION,
      ...found,
      at: new Date().toISOString(),
      causationId: event.eventId ?? orderId,
      correlationId: event.correlationId ?? event.eventId ?? orderId,
      ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    };
    await answers.publish({ source: 'inventory.service', detailType: 'Inventory Checked', detail });
    return { status: 'DONE', log: { orderId, eventId: detail.eventId, status: found.status } };
  }

  /** Without a sender's id nobody knows one from another. */
  async function answerOnce(event: OrderPlaced, lines: readonly OrderLine[]): Promise<Handled> {
    if (event.identity?.eventId === undefined) return answer(event, lines);
    const enquiry = { ...event.identity, source: SOURCE };
    const claim = await rows.claim(enquiry);
    if (claim.kind === 'OTHER') return { status: 'REJECTED', reason: usedBefore(event) };
    const { eventId } = event;
    if (claim.kind === 'TAKEN') return { status: 'DONE', log: { eventId, outcome: 'it was answered before' } };
    const handled = await answer(event, lines);
    await rows.settle(enquiry, { outcome: 'ANSWERED', orderId: event.submission.orderId });
    return handled;
  }

  async function handle({ body }: { body: string }): Promise<Handled> {
    const event = parseMessage(body);
    if (event.kind === 'refused') return { status: 'REJECTED', reason: event.reason };
    if (event.kind === 'own') return { status: 'DONE' };
    if (event.kind !== 'order-placed') return { status: 'REJECTED', reason: 'expected detail-type "Order Placed"' };
    // the archive asks of a time that is over
    if (event.isReplay) return { status: 'DONE', log: { eventId: event.eventId, outcome: 'a replay is not answered' } };
    const checked = validateOrder(event.submission);
    if (!checked.valid)
      return {
        status: 'REJECTED',
        reason: listed(checked.errors.map(({ pointer, detail }) => `detail${pointer}: ${detail}`)),
      };
    return answerOnce(event, checked.order.lines);
  }

  return createQueueReader({ ...reader, name: 'inventory check queue', handle });
}
