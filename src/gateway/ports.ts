import type { Operator } from '../domain/operator';
import type { ReplaySandbox } from './replay-sandbox-ports';
import type { AuditDesk } from './audit-ports';
import type { BreakerReport, Dependency } from '../domain/breaker';
import type { DeadLetterWorkbench } from './dead-letter-ports';
import type { Contact, EventInbox } from '../messaging/ports';
import type { Case, CaseState, ReconciliationReport } from '../domain/cases';
import type { MaintenanceClient } from '../maintenance-client';
import type { OrderClient } from '../client';
import type { OrderProgress } from './progress-ports';
import type { EventStreams } from './event-streams';
import type { EventType, OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { Overview } from './overview-schemas';
import type { OrderView } from '../domain/projection';
import type { Movement, Standing } from '../domain/projections';
import type { OrderStatus } from '../domain/states';
import type { Replay } from '../domain/replay';
import type { ReplayClient } from '../replay-client';
import type { StockClient } from '../stock-client';
import type { Webhook, WebhookDelivery } from '../domain/webhooks';
import type { GatewayMetrics } from './measure';
import type { WebhookClient } from '../webhook-client';

/** Where an order can be looked at elsewhere. */
export interface Elsewhere {
  /** Temporal's web page */
  temporalUi?: string;
  /** of the engine, for its page */
  namespace: string;
  /** where a trace is shown; `{traceId}` is replaced */
  trace?: string;
}

/** One event of an order. */
export type EventKey = Pick<OrderEvent, 'orderId' | 'sequence'>;

export type OrderSummary = Pick<OrderView, 'orderId' | 'status' | 'createdAt' | 'updatedAt'> &
  Partial<Pick<OrderView, 'customerId' | 'totalAmount' | 'currency' | 'inventoryStatus'>>;

export interface ProductStock {
  productId: string;
  name?: string;
  availableQuantity: number;
  reservedQuantity: number;
  /** units that orders wait for, beside what is set aside for them */
  waiting: number;
  warehouses: { warehouseId: string; availableQuantity: number; reservedQuantity: number }[];
}

/** What one order, or some, can be found by, in the order in which a text is taken for it. */
export const SEARCH_KEYS = ['orderId', 'trackingNumber', 'customerId', 'productId'] as const;
export type SearchKey = (typeof SEARCH_KEYS)[number];

/** Which orders are listed; of the keys and `q` one at most. */
export interface OrderFilter extends Partial<Record<SearchKey, string>> {
  /** whichever of the keys it is */
  q?: string;
  status?: OrderStatus;
  /** when they were created, both ends included; ISO 8601, as `toISOString` has it */
  from?: string;
  to?: string;
}

/** How far an order is. */
export interface OrderMark {
  /** of its last event */
  sequence: number;
  /** nothing more happens to it by itself */
  isOver: boolean;
}

/** What the gateway reads: the read model, never the workflows. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface OrderReader {
  readView(orderId: OrderId): Promise<OrderView | undefined>;
  /** in order of their sequence, from the one after `after` */
  listEvents(p: { orderId: OrderId; after?: number }): Promise<OrderEvent[]>;
  /** How far orders are, a hundred in a call; those that the read model does not have are left out. */
  readSequences(orderIds: readonly OrderId[]): Promise<Map<OrderId, OrderMark>>;
  /** Events by their numbers, a hundred in a call, in no order; those that are not there, or not yet, are left out. */
  readEvents(keys: readonly EventKey[]): Promise<OrderEvent[]>;
  /**
   * By creation, newest first. A page may be shorter than `limit` and have a cursor nevertheless: so many orders were
   * left out by the status that the rest is for the next page.
   *
   * @returns `matched`: what `q` was; absent where nothing was found by it
   * @throws InvalidCursorError when the cursor is not one that a page with the same filter came with
   */
  listOrders(
    p: OrderFilter & { cursor?: string; limit: number },
  ): Promise<{ orders: OrderSummary[]; cursor?: string; matched?: SearchKey }>;
  readInventory(productId: string): Promise<ProductStock | undefined>;
  /** @throws StepError when the tables cannot be read */
  ping(): Promise<void>;
}

/** Orders as they were. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface OrderHistory {
  /**
   * @param p.asOf the number of the last event that counts; one that the order does not have yet is as its last
   * @returns `undefined` for an order without events
   */
  loadOrder(orderId: OrderId, p?: { asOf?: number }): Promise<OrderView | undefined>;
}

/** Money that moved, in minor units. */
export interface MoneyTotals {
  currency: string;
  charged: number;
  refunded: number;
}

/** Orders that were placed, and how they stand. */
export type OrderCounts = Record<'placed' | Standing, number>;

export interface CustomerReport {
  orders: OrderCounts;
  /** by currency */
  money: MoneyTotals[];
}

export interface HourReport extends CustomerReport {
  /** such as `2025-07-09T10`, in UTC */
  hour: string;
  /** orders of which something shipped */
  started: number;
  /** milliseconds from received to shipping started, of all of those together */
  startedAfterMs: number;
}

/** Units of a product that orders moved on a UTC day, such as `2025-07-09`. */
export type MovementReport = Record<Movement, number> & { day: string };

/** What the events add up to, as far as they were counted. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface Reports {
  customer(customerId: string): Promise<CustomerReport>;
  /** Hours in which an order was placed, both ends included; oldest first. */
  hours(p: { from: string; to: string }): Promise<HourReport[]>;
  /** Days on which the product moved, both ends included; oldest first. */
  movements(p: { productId: string; from: string; to: string }): Promise<MovementReport[]>;
}

/** Its message says what was expected. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/** What the sandbox providers saw and did; amounts are decimals. */
export interface JournalEntry {
  /** ISO 8601 */
  at: string;
  provider: Dependency;
  operation:
    | 'charge'
    | 'capture'
    | 'settle'
    | 'refund'
    | 'void'
    | 'lookup'
    | 'label'
    | 'cancel-label'
    | 'reorder'
    | 'pack'
    | 'email'
    | 'sms'
    | 'push';
  key: string;
  outcome: string;
  amount?: number;
  currency?: string;
  /** who took or refused a parcel */
  carrier?: string;
}

/** How a process sees an outside company. */
export interface BreakerRow extends BreakerReport {
  dependency: Dependency;
  worker: string;
  /** ISO 8601 */
  updatedAt: string;
}

/** The circuit breakers of all processes. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface BreakerBoard {
  /** those that are or were not closed lately */
  list(): Promise<BreakerRow[]>;
  /**
   * Asks every process to close its breaker. Answers when, ISO 8601.
   *
   * @param p.asked by whom, for the audit trail, where it is told; written together with the reset
   */
  reset(p: { dependency: Dependency; asked?: Operator & { requestId: string } }): Promise<string>;
}

/** How a sandbox company is to behave. */
export interface ProviderSwitch {
  /** false: it answers every call with an error */
  available: boolean;
  /** of payments with `pm_refund_refused` */
  refunds: 'accepted' | 'refused';
}

export type ProviderSwitches = Record<Dependency, ProviderSwitch>;

/** What a payment company says of a charge that it left open. */
export interface Settlement {
  orderId: string;
  chargeKey: string;
  paymentId: string;
  outcome: SettlementOutcome;
  /** major units */
  amount: number;
  currency: string;
  reason?: string;
}

export const SETTLEMENT_OUTCOMES = ['succeeded', 'failed'] as const;
export type SettlementOutcome = (typeof SETTLEMENT_OUTCOMES)[number];

export interface SandboxDesk {
  entries(orderId: string): Promise<JournalEntry[]>;
  providers(): Promise<ProviderSwitches>;
  /** Answers how it stands then. */
  switchProvider(name: Dependency, changes: Partial<ProviderSwitch>): Promise<ProviderSwitch>;
  /**
   * Settles a pending charge, and has the company tell of it on the bus; settled again it tells and answers as the
   * first time.
   *
   * @returns `unknown` when nothing was ever asked under the key, `not-pending` when it was not left open
   */
  settle(p: { chargeKey: string; outcome: SettlementOutcome }): Promise<Settlement | 'unknown' | 'not-pending'>;
}

/** How customers can be reached; the same table that the consumer reads. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface ContactBook {
  readContact(customerId: string): Promise<Contact | undefined>;
  /** Replaces what there was. */
  writeContact(contact: Contact): Promise<void>;
}

/** Replays of the archive, as they are asked for and as they are written down. */
export interface ReplayDesk extends ReplayClient {
  /** Throws `StepError` SERVICE_UNAVAILABLE. */
  read(name: string): Promise<Replay | undefined>;
  /** the name of the queue where events can be looked at */
  sandboxQueue: string;
}

/** What is changed of a webhook; null takes away. */
export interface WebhookChange {
  webhookId: string;
  /** ISO 8601 */
  now: string;
  url?: string;
  events?: EventType[] | null;
  description?: string | null;
  enabled?: boolean;
}

/** Webhooks as shops keep them. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface WebhookBook {
  /** @returns false when there is one with the id */
  create(webhook: Webhook & { secret: string }): Promise<boolean>;
  read(webhookId: string): Promise<Webhook | undefined>;
  /** oldest first */
  list(owner: string): Promise<Webhook[]>;
  /** @returns the webhook then; `undefined`: there is none */
  change(change: WebhookChange): Promise<Webhook | undefined>;
  /** @returns whether there was one */
  remove(webhookId: string): Promise<boolean>;
  /** @returns until when the old secret signs too, ISO 8601; `undefined`: there is no such webhook */
  rotate(p: { webhookId: string; secret: string; now: string }): Promise<string | undefined>;
  /**
   * Newest first.
   *
   * @param p.before the delivery that the page before ended with
   */
  deliveries(p: { webhookId: string; before?: string; limit: number }): Promise<{
    deliveries: WebhookDelivery[];
    before?: string;
  }>;
  readDelivery(p: { webhookId: string; deliveryId: string }): Promise<WebhookDelivery | undefined>;
}

/** What somebody has to see to. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface CaseDesk {
  read(caseId: string): Promise<Case | undefined>;
  /**
   * Newest opening first.
   *
   * @throws InvalidCursorError when the cursor is not one that a page of the same state came with
   */
  list(p: { state: CaseState; cursor?: string; limit: number }): Promise<{ cases: Case[]; cursor?: string }>;
  /**
   * Closes a case once, together with its line of the audit trail; answers how it is then, `undefined` when there is none.
   *
   * @param p.at ISO 8601
   * @param p.requestId unique: the id of that line
   */
  close(p: { caseId: string; by: string; reason: string; at: string; requestId: string }): Promise<Case | undefined>;
  /** of the last reconciliation that is through */
  readReport(): Promise<ReconciliationReport | undefined>;
}

/** What operations see first. */
export interface OverviewDesk {
  read(): Promise<Overview>;
}

/** How everything stands at once. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface OverviewDesk {
  /** cached, and shared by all who ask */
  read(): Promise<Overview>;
}

export interface GatewayDeps {
  /** what the engine says of orders that make no progress */
  progress: OrderProgress;
  /** where orders can be looked at beside our own page */
  elsewhere: Elsewhere;
  audit: AuditDesk;
  /** how many live streams may be open at once */
  maxStreams: number;
  webhooks: WebhookBook;
  deliveries: Pick<WebhookClient, 'resend' | 'test'>;
  /** webhooks may lead into our own network, without TLS too */
  allowPrivateWebhooks: boolean;
  cases: CaseDesk;
  maintenance: MaintenanceClient;
  contacts: ContactBook;
  /** which events from outside were taken; the same table that the consumer keeps */
  inbox: EventInbox;
  orders: OrderClient;
  reader: OrderReader;
  history: OrderHistory;
  reports: Reports;
  overview: OverviewDesk;
  breakers: BreakerBoard;
  stock: Pick<StockClient, 'receive'>;
  replays: ReplayDesk;
  replaySandbox: ReplaySandbox;
  deadLetters: DeadLetterWorkbench;
  /** the directory of the page for operations; absent: there is none */
  page?: string;
  /** absent: nothing is counted */
  metrics?: GatewayMetrics;
  /** present with sandbox adapters */
  sandbox?: SandboxDesk;
  /** nobody but this machine reaches the gateway */
  isOnLoopback: boolean;
  /** names that the gateway is known by, beside those of loopback */
  allowedHosts: readonly string[];
  /** a new order's id, unique */
  newOrderId(): OrderId;
  /** unique for each request */
  newRequestId(): string;
}

/** What routes need that answer with live streams. */
export interface StreamingDeps extends GatewayDeps {
  /** those of all routes together */
  streams: EventStreams;
}
