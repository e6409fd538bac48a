import type { StockClient } from '../stock-client';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { isPlainText, MAX_TEXT } from '../domain/order';
import { listed, shown } from './reason';

export type ReorderDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & {
  stock: Pick<StockClient, 'replenish'>;
  /** units to order of each product */
  quantity: number;
  /** seconds after which units that did not come are an alert */
  overdueAfterS: number;
};

/** ReorderQueue: starts the replenishment of each product that an alert names; one that is under way already goes on. */
export function createReorderReader({ stock, quantity, overdueAfterS, ...reader }: ReorderDeps): QueueReader {
  return createQueueReader({
    ...reader,
    name: 'reorder queue',
    async handle({ body }): Promise<Handled> {
      const alert = parseAlert(body);
      if ('reason' in alert) return { status: 'REJECTED', ...alert };
      for (const productId of alert.productIds) await stock.replenish({ productId, quantity, overdueAfterS });
      return { status: 'DONE', log: { ...alert } };
    },
  });
}

/** where each alert lists its products */
const LISTS: Record<string, string> = { 'low-stock': 'items', shortage: 'unavailableItems' };

/** The products that an alert of stock is about, or why it is none. */
export function parseAlert(body: string): { alert: string; productIds: string[] } | { reason: string } {
  const message = parseObject(body);
  if (!message) return { reason: 'expected an alert as a JSON object' };
  const alert = message['alert'];
  const list = typeof alert === 'string' && Object.hasOwn(LISTS, alert) ? LISTS[alert] : undefined;
  if (typeof alert !== 'string' || list === undefined)
    return { reason: `alert: expected ${listed(Object.keys(LISTS))}, got ${shown(alert)}` };
  const items: unknown = message[list];
  if (!Array.isArray(items)) return { reason: `${list}: expected a list, got ${shown(items)}` };
  const productIds = items.map((item: unknown) => (isObject(item) ? item['productId'] : undefined));
  const wrong = productIds.findIndex((productId) => !isProductId(productId));
  if (wrong >= 0)
    return { reason: `${list}/${wrong}/productId: expected the id of a product, got ${shown(productIds[wrong])}` };
  return { alert, productIds: [...new Set(productIds.filter(isProductId))] };
}

const isProductId = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && isPlainText(value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
