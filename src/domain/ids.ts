/** What an order id may look like: it becomes a workflow id, a table key and a path segment. */
export const ORDER_ID_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';

const orderIdPattern = new RegExp(ORDER_ID_PATTERN);

export type OrderId = string & { readonly brand: 'OrderId' };

/** True when the text can be an order's id; see {@link ORDER_ID_PATTERN}. */
export function isOrderId(text: unknown): text is OrderId {
  return typeof text === 'string' && orderIdPattern.test(text);
}

/** The one workflow of an order, also of an order paid elsewhere: both can never run. */
export const workflowIdOf = (orderId: OrderId): string => `order-${orderId}`;

/** Identifies an event on the bus; consumers drop what they have seen. */
export const eventIdOf = (orderId: OrderId, sequence: number): string => `${orderId}#${sequence}`;

/** The n-th shipment of an order, from 1. */
export const shipmentIdOf = (orderId: OrderId, n: number): string => `${orderId}-S${n}`;

/**
 * Idempotency keys of steps and effects. A key names what is done, never an attempt at it: repeated under the
 * same key an effect happens once, in our ledger as well as at the providers.
 */
export const keys = {
  reserve: (orderId: OrderId) => `reserve#${orderId}`,
  release: (orderId: OrderId) => `release#${orderId}`,
  /** @param n raised only after a known decline */
  charge: (orderId: OrderId, n: number) => `charge#${orderId}#${n}`,
  refund: (chargeKey: string) => `refund#${chargeKey}`,
  void: (chargeKey: string) => `void#${chargeKey}`,
  label: (shipmentId: string) => `label#${shipmentId}`,
  cancelLabel: (shipmentId: string) => `cancel-label#${shipmentId}`,
  packing: (shipmentId: string) => `packing#${shipmentId}`,
  /** shipped or given back: whoever writes it first decides */
  decision: (orderId: OrderId) => `decision#${orderId}`,
  allocate: (shipmentId: string) => `allocate#${shipmentId}`,
  shortage: (orderId: OrderId) => `shortage#${orderId}`,
  end: (orderId: OrderId) => `end#${orderId}`,
  notify: (orderId: OrderId) => `notify#${orderId}`,
} as const;

/** How many partitions an index on a value shared by many orders is spread over. */
export const INDEX_SHARDS = 4;

/** The partition of an order in a sharded index, 0 to {@link INDEX_SHARDS} − 1; FNV-1a, so that it never changes. */
export function shardOf(orderId: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < orderId.length; i++) hash = Math.imul(hash ^ orderId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % INDEX_SHARDS;
}
