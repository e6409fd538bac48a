import { setTimeout as delay } from 'node:timers/promises';
import type { PackingOrder, PackingOutcome, WarehouseDesk } from './warehouse-ports';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { CircuitOpenError, isOutage } from '../domain/breaker';
import { parsePacking } from './packing-message';

export type PackingDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & { desk: WarehouseDesk };

/**
 * Pauses, in milliseconds, after which a warehouse is asked again that did not answer: a message that stays comes again
 * only after a quarter of an hour.
 */
const PAUSES_MS = [250, 500, 1000, 2000];

/** ShippingQueue: hands each packing instruction to the warehouse, under its key however often it comes. */
export function createPackingReader({ desk, ...reader }: PackingDeps): QueueReader {
  return createQueueReader({
    ...reader,
    name: 'shipping queue',
    async handle({ body }): Promise<Handled> {
      const order = parsePacking(body);
      if ('reason' in order) return { status: 'REJECTED', reason: order.reason };
      const outcome = await packInTime(desk, order);
      const { orderId, key } = order;
      return { status: 'DONE', log: { orderId, key, outcome } };
    },
  });
}

/** While its breaker is open nobody asks: then the reader holds on to the message. */
async function packInTime(desk: WarehouseDesk, order: PackingOrder): Promise<PackingOutcome> {
  for (const pause of PAUSES_MS) {
    try {
      return await desk.pack(order);
    } catch (error) {
      if (!isOutage(error) || error instanceof CircuitOpenError) throw error;
      await delay(pause);
    }
  }
  return desk.pack(order);
}
