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

/** The order that a workflow is the one of. */
export function orderIdOfWorkflow(workflowId: string): OrderId | undefined {
  const orderId = workflowId.startsWith('order-') ? workflowId.slice('order-'.length) : '';
  return isOrderId(orderId) ? orderId : undefined;
}

/** Identifies an event on the bus; consumers drop what they have seen. */
export const eventIdOf = (orderId: OrderId, sequence: number): string => `${orderId}#${sequence}`;

/** The n-th shipment of an order, from 1. */
export const shipmentIdOf = (orderId: OrderId, n: number): string => `${orderId}-S${n}`;

/**
 * Idempotency keys of steps and effects. A key names what is done, never an attempt at it: repeated under the
 * same key an effect happens once, in our ledger as well as at the providers.
 */
export const keys = {
  /** @param part of the order that is reserved, paid and shipped together; from 1 */
  reserve: (orderId: OrderId, part = 1) => ofPart(`reserve#${orderId}`, part),
  release: (orderId: OrderId, part = 1) => ofPart(`release#${orderId}`, part),
  /** @param n raised only after a known decline */
  charge: (orderId: OrderId, n: number) => `charge#${orderId}#${n}`,
  /** @param cause of a refund of a part: a return or a lost shipment; without one it is all that was charged */
  refund: (chargeKey: string, cause?: string) => `refund#${chargeKey}${cause === undefined ? '' : `#${cause}`}`,
  capture: (chargeKey: string) => `capture#${chargeKey}`,
  void: (chargeKey: string) => `void#${chargeKey}`,
  /** @param version raised when the address changed: another label */
  label: (shipmentId: string, version = 1) => ofPart(`label#${shipmentId}`, version),
  cancelLabel: (shipmentId: string, version = 1) => ofPart(`cancel-label#${shipmentId}`, version),
  packing: (shipmentId: string, version = 1) => ofPart(`packing#${shipmentId}`, version),
  /** shipped or given back: whoever writes it first decides */
  decision: (orderId: OrderId, part = 1) => ofPart(`decision#${orderId}`, part),
  /** a success that came after its order had closed: written down with its refund */
  latePayment: (chargeKey: string) => `late-payment#${chargeKey}`,
  allocate: (shipmentId: string) => `allocate#${shipmentId}`,
  shortage: (orderId: OrderId) => `shortage#${orderId}`,
  end: (orderId: OrderId) => `end#${orderId}`,
  /** NotifyCustomer of a part */
  notify: (orderId: OrderId, part = 1) => ofPart(`notify#${orderId}`, part),
  /** what the order did for the n-th time, such as `address`, `delay`, `attention` */
  nth: (what: string, orderId: OrderId, n: number) => `${what}#${orderId}#${n}`,
  carrierUpdate: (orderId: OrderId, updateId: string) => `carrier#${orderId}#${updateId}`,
  backorder: (orderId: OrderId) => `backorder#${orderId}`,
  closeBackorder: (orderId: OrderId) => `close-backorder#${orderId}`,
  restock: (orderId: OrderId, cause: string) => `restock#${orderId}#${cause}`,
  /** @param reference of the delivery, the sender's */
  receive: (reference: string) => `receive#${reference}`,
  /** @param run of the product's replenishment, which orders for the n-th time */
  reorder: (productId: string, run: string, n: number) => `reorder#${productId}#${run}#${n}`,
  overdue: (reorderKey: string) => `overdue#${reorderKey}`,
  /** that a dead letter needs a person, for the n-th time that it died */
  deadLetter: (id: string, n: number) => `dead-letter#${id}#${n}`,
} as const;

/**
 * Whether a key that somebody tells can name a charge of an order. Keys with a `#` are ours: one of another order would
 * move that one's money, and one of a step would be written into our ledger in the step's place.
 */
export const mayChargeFor = (orderId: OrderId, key: string): boolean =>
  !key.includes('#') || key.startsWith(`charge#${orderId}#`);

/** The first one has no number: most orders have one. */
function ofPart(key: string, part: number): string {
  return part === 1 ? key : `${key}#${part}`;
}

/** Remembers a payment that came after its order had closed. */
export const latePaymentWorkflowId = (paymentId: string): string => `late-payment-${paymentId}`;
/** Reorders a product, once at a time. */
export const replenishmentWorkflowId = (productId: string): string => `replenish-${productId}`;
/** Takes a delivery into stock, once. */
export const receiveWorkflowId = (reference: string): string => `receive-${reference}`;
/** Brings an event to a webhook, once. */
export const webhookWorkflowId = (webhookId: string, eventId: string): string => `webhook-${webhookId}-${eventId}`;
/** Handles a dead letter. */
export const deadLetterWorkflowId = (id: string): string => `${DEAD_LETTER}${id}`;
/** The dead letter that a workflow handles. */
export const deadLetterOfWorkflow = (workflowId: string): string | undefined =>
  workflowId.startsWith(DEAD_LETTER) ? workflowId.slice(DEAD_LETTER.length) : undefined;
const DEAD_LETTER = 'dead-letter-';
/** Redrives many. */
export const redriveBatchWorkflowId = (batchId: string): string => `redrive-${batchId}`;
/** Makes the read model again, once at a time; that of one order beside that of all. */
export const rebuildWorkflowId = (orderId?: OrderId): string =>
  orderId === undefined ? 'rebuild-view' : `rebuild-view-${orderId}`;
/** A reconciliation that somebody asked for; those of the schedule have their times behind. */
export const RECONCILIATION_WORKFLOW_ID = 'reconciliation';
/** The n-th return of an order, from 1. */
export const returnIdOf = (orderId: OrderId, n: number): string => `${orderId}-R${n}`;

/** How many partitions an index on a value shared by many orders is spread over. */
export const INDEX_SHARDS = 4;

/** The partition of an order in a sharded index, 0 to {@link INDEX_SHARDS} − 1. */
export const shardOf = (orderId: string): number => partOf(orderId, INDEX_SHARDS);

/** The one of so many parts that an id belongs to, from 0; FNV-1a, so that it never changes. */
export function partOf(id: string, parts: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % parts;
}
