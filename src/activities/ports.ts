import type { DeadLetterStanding } from '../domain/dead-letters';
import type { EventType, OrderEvent, Payment } from '../domain/events';
import type { InventoryStatus, OrderView } from '../domain/projection';
import type { OrderId } from '../domain/ids';
import type { Backorder, BackorderChange } from '../domain/backorders';
import type { Channel, Order, Shipment, ShippingAddress, Shortage, ValidationError } from '../domain/order';
import type { OrderStatus } from '../domain/states';
import type { DisabledWebhook } from './webhook-ports';
import type { StockMove, WarehouseStock } from '../domain/inventory';

/** Orders: who an id belongs to, for longer than the engine remembers its workflow. */
export interface OrderRecord {
  orderId: OrderId;
  /** of the body that was accepted */
  fingerprint: string;
  /** of the request that was accepted */
  requestId: string;
  /** the workflow's first run */
  runId: string;
  /** as stored by ValidateOrder (requirements D2), and from then on as the read model says, a little later */
  status: OrderStatus;
  createdAt: string;
  /** present when it was valid */
  order?: Order;
  /** as sent, as JSON, cut where it is very long; and why it was refused. Present when it was not */
  submission?: string;
  errors?: ValidationError[];
}

/** One record per effect with its result, kept for longer than any provider remembers a key. */
export interface LedgerEntry {
  key: string;
  result: Record<string, unknown>;
}

/** What moves stock, and whom it is set aside for: all of it in one transaction, or nothing. */
export interface StockPosting {
  /** the step: refused when it is in the ledger already */
  ledger?: LedgerEntry;
  /** one for each product and warehouse; refused when a quantity would fall below zero, or of a product nobody knows */
  stock?: StockMove[];
  /** refused when an entry is not as it was read */
  backorders?: BackorderChange[];
}

/** Everything that one step writes: all of it in one transaction, or nothing. */
export interface Posting extends StockPosting {
  orderId: OrderId;
  /** put unless the id is taken */
  order?: OrderRecord;
  /** effects that others had and that the events tell of: recorded with them */
  effects?: LedgerEntry[];
  /** appended at exactly their numbers; the view moves with them */
  events: OrderEvent[];
}

/** What became of a posting; anything but `posted` has written nothing. */
export type PostingOutcome =
  | { kind: 'posted' }
  | { kind: 'order-known'; order: OrderRecord }
  | { kind: 'step-known'; result: Record<string, unknown> }
  /** the order has more events than the workflow knew of */
  | { kind: 'sequence-taken'; lastSequence: number }
  /** the stock, or who waits for it, is not as it was read */
  | { kind: 'stock-changed' };

export type StockPostingOutcome = Extract<PostingOutcome, { kind: 'posted' | 'step-known' | 'stock-changed' }>;

/**
 * The books: orders, events, view, stock and ledger. Every method throws `StepError` SERVICE_UNAVAILABLE when the
 * tables cannot be reached, which says nothing about whether a posting was written, and REQUEST_REFUSED when they will
 * never take it.
 */
export interface Books {
  /** @throws StepError VIEW_OUT_OF_STEP when the view is behind its events */
  post(posting: Posting): Promise<PostingOutcome>;
  /** Events by their numbers, both ends included. */
  readEvents(p: { orderId: OrderId; from: number; to: number }): Promise<OrderEvent[]>;
  readOrder(orderId: OrderId): Promise<OrderRecord | undefined>;
  readView(orderId: OrderId): Promise<OrderView | undefined>;
  readLedger(key: string): Promise<Record<string, unknown> | undefined>;
  /** consistent; products that no warehouse knows are absent */
  readStock(productIds: readonly string[]): Promise<WarehouseStock[]>;
  /** Moves stock that is no order's own step, such as a delivery. */
  postStock(posting: StockPosting): Promise<StockPostingOutcome>;
  /** who waits for a product, longest first; consistent */
  readQueue(productId: string): Promise<Backorder[]>;
  /** the entries that are there; consistent, in no order */
  readBackorders(keys: readonly Pick<Backorder, 'productId' | 'entry'>[]): Promise<Backorder[]>;
}

/** Puts events on the bus; never fails and never waits: what it cannot publish, the relay publishes later. */
export interface EventPublisher {
  publish(events: readonly OrderEvent[]): void;
  /** resolves when everything given so far was tried */
  flush(): Promise<void>;
}

export interface ChargeRequest {
  key: string;
  orderId: OrderId;
  /** minor units */
  amount: number;
  currency: string;
  paymentMethod: string;
  /** AUTHORIZE holds the money until it is captured or voided; CHARGE, the usual, takes it */
  mode?: 'CHARGE' | 'AUTHORIZE';
}

/** Money is taken, held, or neither yet: then an event tells later. */
export interface Taken<K extends 'CHARGED' | 'AUTHORIZED' | 'PENDING'> {
  kind: K;
  paymentId: string;
  amount: number;
}

export type ChargeOutcome =
  Taken<'CHARGED'> | Taken<'AUTHORIZED'> | Taken<'PENDING'> | { kind: 'DECLINED'; reason: string };

/** A reference to a charge by its key, with the order it was for. */
export interface ChargeReference {
  key: string;
  orderId: OrderId;
}

/**
 * A payment company. Every call is idempotent by its key. Throws `StepError` PROVIDER_UNAVAILABLE when the company
 * answered with an error, ISSUER_UNAVAILABLE when the bank behind a payment method did, OUTCOME_UNKNOWN when nobody
 * answered: then the call may or may not have had its effect. CIRCUIT_OPEN: it was out of order lately, and is not asked.
 */
export interface PaymentProvider {
  charge(request: ChargeRequest): Promise<ChargeOutcome>;
  /**
   * Takes money that an authorisation holds; what of it is not captured is let go.
   *
   * @param p.amount minor units, at most what is held under `chargeKey`
   * @returns DECLINED when nothing is held any more
   */
  capture(p: CaptureRequest): Promise<Exclude<ChargeOutcome, { kind: 'AUTHORIZED' | 'PENDING' }>>;
  /** `undefined` is no outcome: the charge may still be in flight */
  lookup(charge: ChargeReference): Promise<ChargeOutcome | undefined>;
  /**
   * Makes sure that nothing is ever charged under the key again. When it was charged before, the answer says so and
   * the money stays until it is refunded.
   */
  void(charge: ChargeReference): Promise<{ kind: 'VOIDED' } | Taken<'CHARGED'>>;
  /**
   * Several refunds of one charge have keys of their own.
   *
   * @param p.amount minor units, at most what was charged under `chargeKey`
   * @throws StepError REFUND_REFUSED when it is refused for good; somebody may have the company change its mind
   */
  refund(p: { key: string; chargeKey: string; orderId: OrderId; amount: number; currency: string }): Promise<void>;
}

export interface CaptureRequest {
  key: string;
  chargeKey: string;
  orderId: OrderId;
  amount: number;
  currency: string;
}

export interface LabelRequest {
  key: string;
  orderId: OrderId;
  shipment: Shipment;
  address: ShippingAddress;
  /** grams, of the whole parcel */
  weight?: number;
  /** when the customer is to have it, ISO 8601; a carrier that cannot make it comes after those that can */
  promisedBy?: string;
}

/**
 * A carrier broker: selects and books the carrier, label and tracking number in one call, idempotent by its key.
 * Throws like {@link PaymentProvider}, and NO_CARRIER or LABEL_REFUSED when it refuses for good.
 */
export interface CarrierProvider {
  bookLabel(request: LabelRequest): Promise<{ carrier: string; trackingNumber: string }>;
  /**
   * Cancels the label, or makes sure that none is ever booked under the key.
   *
   * @returns whether there was a label, also when it was cancelled before
   */
  cancelLabel(p: { key: string; orderId: OrderId }): Promise<boolean>;
}

export interface SupplyOrder {
  key: string;
  productId: string;
  /** units */
  quantity: number;
}

/** Who sells us what we sell; idempotent by the key, throws like {@link PaymentProvider}. */
export interface Supplier {
  /** @returns what is ordered under the key: of the first call */
  order(p: SupplyOrder): Promise<{ supplyOrderId: string; quantity: number }>;
}

/** Messages to people and to other systems; each carries a key by which a repeated one is known. */
export interface Messenger {
  /** to the customer-notifications topic, with the message attribute `customerId` (requirements B) */
  notifyCustomer(p: CustomerNotification): Promise<void>;
  /** to the shipping queue: what a warehouse is to pack */
  instructPacking(p: { key: string; orderId: OrderId; shipment: Shipment; address: ShippingAddress }): Promise<void>;
  /** to the partial-inventory queue (requirements D4) */
  reportPartialInventory(p: InventoryReport): Promise<void>;
  /** to the inventory-alerts topic (requirements D4) */
  reportShortage(p: InventoryReport): Promise<void>;
  /** to the operations-alerts topic: stock that was ordered has not come in time */
  reportOverdueSupply(p: OverdueSupply): Promise<void>;
  /** to the operations-alerts topic: a payment that came too late cannot be given back */
  reportLateRefund(p: LateRefund): Promise<void>;
  /** to the operations-alerts topic: the webhook of a shop gets nothing any more */
  reportDisabledWebhook(p: DisabledWebhook): Promise<void>;
  /** to the operations-alerts topic: a dead letter needs a person */
  reportDeadLetter(p: DeadLetterAlert): Promise<void>;
}

export interface DeadLetterAlert extends Pick<
  DeadLetterStanding,
  'class' | 'queue' | 'severity' | 'errorType' | 'reason' | 'deadAt'
> {
  key: string;
  deadLetterId: string;
}

export interface LateRefund extends Payment {
  key: string;
  orderId: OrderId;
  error: string;
}

export interface CustomerNotification {
  key: string;
  orderId: OrderId;
  customerId: string;
  event: EventType;
  message: string;
  /** how the customer wants to be told of this order; absent: as of every other */
  channels?: Channel[];
  /** of what placed the order, and its trace, W3C */
  correlationId?: string;
  traceparent?: string;
}

export interface InventoryReport {
  key: string;
  orderId: OrderId;
  customerId: string;
  inventoryStatus: InventoryStatus;
  availableItems: { productId: string; quantity: number }[];
  unavailableItems: Shortage[];
}

export interface OverdueSupply {
  key: string;
  productId: string;
  /** units that have not come */
  outstanding: number;
  /** ISO 8601 */
  orderedAt: string;
}
