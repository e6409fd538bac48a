import type { OrderFilter, OrderSummary, SearchKey } from '../../src/gateway/ports';
import type { SeededOrder } from '../../scripts/seed-orders/orders';

/** What a search has to find an order by. */
export interface Findable extends Pick<OrderSummary, 'orderId' | 'createdAt' | 'status' | 'customerId'> {
  productIds: string[];
  trackingNumbers: string[];
}

export interface Search {
  name: string;
  filter: OrderFilter;
  /** the index of the view that finds them, or the table that their keys are in */
  by: 'by-customer' | 'by-day' | 'by-status' | 'look-ups' | 'view';
  /** of `q` */
  matched?: SearchKey;
  finds: (order: Findable) => boolean;
}

/** What a seeded order can be found by. */
export function findable({ events, view }: SeededOrder): Findable {
  const { orderId, createdAt, status, customerId, lines = [] } = view;
  const labels = events.flatMap(({ data }) => ('trackingNumber' in data ? [data.trackingNumber] : []));
  return {
    orderId,
    createdAt,
    status,
    ...(customerId !== undefined && { customerId }),
    productIds: lines.map(({ productId }) => productId),
    trackingNumbers: [...new Set(labels)],
  };
}

/**
 * Every search that there is, over these orders.
 *
 * @param p.days on which they were created, the first and the last, such as `2025-07-09`
 */
export function searchesOf(orders: readonly Findable[], { days }: { days: [first: string, last: string] }): Search[] {
  const customerId = mostly(orders.flatMap((order) => order.customerId ?? []));
  const productId = mostly(orders.flatMap((order) => order.productIds));
  const replaced = orders.find(({ trackingNumbers }) => trackingNumbers.length > 1) ?? orders[0]!;
  const [first = '', last = first] = replaced.trackingNumbers;
  const { orderId } = orders[Math.floor(orders.length / 2)]!;
  const middle = dayBetween(days);
  const [from, to] = [`${middle}T06:00:00.000Z`, `${middle}T17:59:59.999Z`];
  const onDay = ({ createdAt }: Findable) => from <= createdAt && createdAt <= to;
  const since = `${middle}T00:00:00.000Z`;
  const ofCustomer = (order: Findable) => order.customerId === customerId;
  const ofProduct = (order: Findable) => order.productIds.includes(productId);
  const carries = (number: string) => (order: Findable) => order.trackingNumbers.includes(number);
  const is = (order: Findable) => order.orderId === orderId;
  return [
    { name: 'all', by: 'by-day', filter: {}, finds: () => true },
    { name: 'a time', by: 'by-day', filter: { from, to }, finds: onDay },
    { name: 'since a time', by: 'by-day', filter: { from: since }, finds: ({ createdAt }) => createdAt >= since },
    {
      name: 'years without orders',
      by: 'by-day',
      filter: { from: '0001-01-01T00:00:00.000Z', to: '2001-01-01T00:00:00.000Z' },
      finds: () => false,
    },
    {
      name: 'a status',
      by: 'by-status',
      filter: { status: 'DELIVERED' },
      finds: ({ status }) => status === 'DELIVERED',
    },
    {
      name: 'a rare status',
      by: 'by-status',
      filter: { status: 'NEEDS_ATTENTION' },
      finds: ({ status }) => status === 'NEEDS_ATTENTION',
    },
    {
      name: 'a status and a time',
      by: 'by-status',
      filter: { status: 'DELIVERED', from, to },
      finds: (order) => order.status === 'DELIVERED' && onDay(order),
    },
    { name: 'an order', by: 'view', filter: { orderId }, finds: is },
    { name: 'a customer', by: 'by-customer', filter: { customerId }, finds: ofCustomer },
    {
      name: 'a customer and a status',
      by: 'by-customer',
      filter: { customerId, status: 'CANCELLED' },
      finds: (order) => ofCustomer(order) && order.status === 'CANCELLED',
    },
    {
      name: 'a customer and a time',
      by: 'by-customer',
      filter: { customerId, from: since },
      finds: (order) => ofCustomer(order) && order.createdAt >= since,
    },
    { name: 'a product', by: 'look-ups', filter: { productId }, finds: ofProduct },
    {
      name: 'a product and a status',
      by: 'look-ups',
      filter: { productId, status: 'DELIVERED' },
      finds: (order) => ofProduct(order) && order.status === 'DELIVERED',
    },
    {
      name: 'a product and a rare status',
      by: 'look-ups',
      filter: { productId, status: 'NEEDS_ATTENTION' },
      finds: (order) => ofProduct(order) && order.status === 'NEEDS_ATTENTION',
    },
    {
      name: 'a product and a time',
      by: 'look-ups',
      filter: { productId, from: since },
      finds: (order) => ofProduct(order) && order.createdAt >= since,
    },
    { name: 'a tracking number', by: 'look-ups', filter: { trackingNumber: last }, finds: carries(last) },
    {
      name: 'one of a label that was replaced',
      by: 'look-ups',
      filter: { trackingNumber: first },
      finds: carries(first),
    },
    { name: 'q: an order', by: 'view', filter: { q: orderId }, matched: 'orderId', finds: is },
    {
      name: 'q: a tracking number',
      by: 'look-ups',
      filter: { q: last },
      matched: 'trackingNumber',
      finds: carries(last),
    },
    { name: 'q: a customer', by: 'by-customer', filter: { q: customerId }, matched: 'customerId', finds: ofCustomer },
    { name: 'q: a product', by: 'look-ups', filter: { q: productId }, matched: 'productId', finds: ofProduct },
    { name: 'q: nothing', by: 'look-ups', filter: { q: 'nothing-of-ours' }, finds: () => false },
  ];
}

/** What there is most often. */
function mostly(all: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}

const dayBetween = ([first, last]: [string, string]): string =>
  new Date((Date.parse(first) + Date.parse(last)) / 2).toISOString().slice(0, 'yyyy-mm-dd'.length);
