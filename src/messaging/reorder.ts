import type { StockClient } from '../stock-client';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { isOrderId } from '../domain/ids';
import { isPlainText, MAX_TEXT } from '../domain/order';
import { listed, shown } from './reason';
import { isObject, parseObject } from './json';

/** What runs out, or is missing, according to a message. */
export interface Wanted {
  /** where the products come from, for the log */
  alert: string;
  productIds: string[];
  orderId?: string;
}

type Parsed = Wanted | { reason: string };

export type ReorderDeps = Omit<QueueReaderDeps, 'handle'> & {
  /** the products that a message is about, or why it is about none */
  parse(body: string): Parsed;
  stock: Pick<StockClient, 'replenish'>;
  /** units to order of each product */
  quantity: number;
  /** seconds after which units that did not come are an alert */
  overdueAfterS: number;
};

/** A queue that asks for stock: starts the replenishment of each product; one that is under way already goes on. */
export function createReorderReader(p: ReorderDeps): QueueReader {
  const { parse, stock, quantity, overdueAfterS, ...reader } = p;
  return createQueueReader({
    ...reader,
    async handle({ body }): Promise<Handled> {
      const wanted = parse(body);
      if ('reason' in wanted) return { status: 'REJECTED', ...wanted };
      for (const productId of wanted.productIds) await stock.replenish({ productId, quantity, overdueAfterS });
      return { status: 'DONE', log: { ...wanted } };
    },
  });
}

/** where each alert lists its products */
const LISTS: Record<string, string> = { 'low-stock': 'items', shortage: 'unavailableItems' };

/** ReorderQueue: the products that an alert of stock is about. */
export function parseAlert(body: string): Parsed {
  const message = parseObject(body);
  if (!message) return { reason: 'expected an alert as a JSON object' };
  const alert = message['alert'];
  const list = typeof alert === 'string' && Object.hasOwn(LISTS, alert) ? LISTS[alert] : undefined;
  if (typeof alert !== 'string' || list === undefined)
    return { reason: `alert: expected ${listed(Object.keys(LISTS))}, got ${shown(alert)}` };
  const products = productsIn(message, list);
  return 'reason' in products ? products : { alert, ...products };
}

/** PartialInventoryQueue: the products of which an order did not get all (requirements D4). */
export function parseShortfall(body: string): Parsed {
  const message = parseObject(body);
  if (!message) return { reason: 'expected what was missing of an order as a JSON object' };
  const orderId = message['orderId'];
  if (!isOrderId(orderId)) return { reason: `orderId: expected an order id, got ${shown(orderId)}` };
  const products = productsIn(message, 'unavailableItems');
  if ('reason' in products) return products;
  if (products.productIds.length === 0) return { reason: 'unavailableItems: expected at least one product, got none' };
  return { alert: 'partial-inventory', orderId, ...products };
}

function productsIn(message: Record<string, unknown>, list: string): { productIds: string[] } | { reason: string } {
  const items: unknown = message[list];
  if (!Array.isArray(items)) return { reason: `${list}: expected a list, got ${shown(items)}` };
  const productIds = items.map((item: unknown) => (isObject(item) ? item['productId'] : undefined));
  const wrong = productIds.findIndex((productId) => !isProductId(productId));
  if (wrong >= 0)
    return { reason: `${list}/${wrong}/productId: expected the id of a product, got ${shown(productIds[wrong])}` };
  return { productIds: [...new Set(productIds.filter(isProductId))] };
}

const isProductId = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_TEXT && isPlainText(value);
