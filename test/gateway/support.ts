import type { FastifyInstance, InjectOptions } from 'fastify';
import { EngineUnavailableError } from '../../src/client';
import type {
  BreakerBoard,
  CaseDesk,
  ContactBook,
  GatewayDeps,
  OrderHistory,
  OrderReader,
  OverviewDesk,
  Reports,
  ReplayDesk,
  SandboxDesk,
  Settlement,
  WebhookBook,
} from '../../src/gateway/ports';
import type { AuditDesk } from '../../src/gateway/audit-ports';
import type { DeadLetterWorkbench } from '../../src/gateway/dead-letter-ports';
import type { EventInbox } from '../../src/messaging/ports';
import type { MaintenanceClient } from '../../src/maintenance-client';
import type { Overview } from '../../src/gateway/overview-schemas';
import type { NewEvent, OrderEvent } from '../../src/domain/events';
import type { Order } from '../../src/domain/order';
import type { OrderProgress } from '../../src/gateway/progress-ports';
import type { OrderClient, PlaceOutcome } from '../../src/client';
import type { OrderId } from '../../src/domain/ids';
import type { StatePassed } from '../../src/domain/states';
import type { StockClient } from '../../src/stock-client';
import { buildApp } from '../../src/gateway/app';
import { createMemoryInbox } from '../support/memory/inbox';
import { createMemoryJournal } from '../support/memory/journal';
import { createSettlement } from '../../src/adapters/sandbox/settlement';
import { overviewExample } from '../../src/gateway/overview-example';
import { PROBLEMS, type ProblemCode } from '../../src/gateway/problem';
import { submissionExample } from '../../src/contracts/examples';
import { numberEvents } from '../../src/domain/events';

export const ORDER_ID = 'ORD-2025-001234' as OrderId;
export const SAMPLE = submissionExample;

export type Placement = Parameters<OrderClient['place']>[0];

export interface Doubles {
  place: (placement: Placement) => Promise<PlaceOutcome>;
  isKnown: OrderClient['isKnown'];
  pingEngine: () => Promise<void>;
  /** what the engine does beside taking orders */
  orders: Partial<OrderClient>;
  reader: Partial<OrderReader>;
  overview: OverviewDesk;
  maxStreams: number;
  history: Partial<OrderHistory>;
  reports: Partial<Reports>;
  breakers: Partial<BreakerBoard>;
  audit: Partial<AuditDesk>;
  contacts: Partial<ContactBook>;
  deadLetters: Partial<DeadLetterWorkbench>;
  cases: Partial<CaseDesk>;
  maintenance: Partial<MaintenanceClient>;
  receive: StockClient['receive'];
  replays: Partial<ReplayDesk>;
  replaySandbox: Partial<GatewayDeps['replaySandbox']>;
  inbox: EventInbox;
  sandbox: SandboxDesk | null;
  isOnLoopback: boolean;
  allowedHosts: readonly string[];
  webhooks: Partial<WebhookBook>;
  deliveries: Partial<GatewayDeps['deliveries']>;
  allowPrivateWebhooks: boolean;
  page: string;
  progress: OrderProgress;
  elsewhere: GatewayDeps['elsewhere'];
  metrics: NonNullable<GatewayDeps['metrics']>;
}

/** The sandbox companies as they are, in memory; what they say on the bus is noted. */
export function createMemorySandbox() {
  const journal = createMemoryJournal();
  const told: Settlement[] = [];
  const settle = createSettlement({ journal, tell: async (news) => void told.push(news) });
  return { ...journal, settle, journal, told };
}

/** Ports in memory: they know nothing, and accept every order. */
export function createDeps(doubles: Partial<Doubles> = {}): GatewayDeps {
  const { sandbox = createMemorySandbox() } = doubles;
  let requests = 0;
  return {
    maxStreams: doubles.maxStreams ?? 100,
    orders: {
      place: doubles.place ?? (async (placement) => accepted(placement)),
      isKnown: doubles.isKnown ?? (async () => false),
      ping: doubles.pingEngine ?? (async () => {}),
      ...NO_ORDERS,
      ...doubles.orders,
    },
    contacts: { readContact: async () => undefined, writeContact: async () => {}, ...doubles.contacts },
    cases: {
      read: async () => undefined,
      list: async () => ({ cases: [] }),
      close: async () => undefined,
      readReport: async () => undefined,
      ...doubles.cases,
    },
    maintenance: {
      rebuildView: async () => ({ kind: 'started' }),
      rebuildRun: async () => undefined,
      reconcile: async () => ({ kind: 'started' }),
      reconciliationRun: async () => undefined,
      ...doubles.maintenance,
    },
    reader: {
      readView: async () => undefined,
      listEvents: async () => [],
      readSequences: async () => new Map(),
      readEvents: async () => [],
      listOrders: async () => ({ orders: [] }),
      readInventory: async () => undefined,
      ping: async () => {},
      ...doubles.reader,
    },
    history: { loadOrder: async () => undefined, ...doubles.history },
    reports: {
      customer: async () => ({ orders: NO_COUNTS, money: [] }),
      hours: async () => [],
      movements: async () => [],
      ...doubles.reports,
    },
    deadLetters: {
      read: async () => undefined,
      list: async () => ({ deadLetters: [] }),
      redrive: async () => ({ kind: 'done', state: 'REDRIVEN', redrives: 1, isNew: true }),
      discard: async () => ({ kind: 'done', state: 'DISCARDED', redrives: 0, isNew: true }),
      redriveAll: async () => ({ batchId: 'batch-1' }),
      discardAll: async () => ({ batchId: 'batch-2' }),
      progressOf: async () => undefined,
      ...doubles.deadLetters,
    },
    overview: doubles.overview ?? { read: async () => overviewExample as Overview },
    audit: { list: async () => ({ entries: [] }), ...doubles.audit },
    breakers: { list: async () => [], reset: async () => timeOf(0), ...doubles.breakers },
    stock: {
      receive: doubles.receive ?? (async () => ({ kind: 'pending' })),
    },
    replays: {
      start: async () => 'started',
      cancel: async () => 'over',
      requestOf: async () => undefined,
      read: async () => undefined,
      sandboxQueue: 'replay-sandbox-queue',
      ...doubles.replays,
    },
    replaySandbox: {
      look: async () => ({ count: 0, messages: [] }),
      purge: async () => 0,
      ...doubles.replaySandbox,
    },
    inbox: doubles.inbox ?? createMemoryInbox(),
    ...(sandbox && { sandbox }),
    isOnLoopback: doubles.isOnLoopback ?? true,
    allowedHosts: doubles.allowedHosts ?? [],
    webhooks: { ...NO_WEBHOOKS, ...doubles.webhooks },
    deliveries: { resend: async () => {}, test: async () => 'msg_', ...doubles.deliveries },
    allowPrivateWebhooks: doubles.allowPrivateWebhooks ?? false,
    ...(doubles.page !== undefined && { page: doubles.page }),
    progress: doubles.progress ?? { describe: async () => undefined },
    elsewhere: doubles.elsewhere ?? { namespace: 'default' },
    ...(doubles.metrics && { metrics: doubles.metrics }),
    newOrderId: () => 'ORD-generated' as OrderId,
    newRequestId: () => `req-${++requests}`,
  };
}

/** An overview of nothing at all. */
export const NOTHING_TO_SEE: Overview = {
  at: '2025-07-09T10:30:00.000Z',
  states: [],
  hours: [],
  lastHour: {
    placed: 0,
    standings: { open: 0, shipped: 0, delivered: 0, cancelled: 0, failed: 0, returned: 0 },
    revenue: [],
  },
  promise: { atRisk: 0, breached: 0, orders: [] },
  decisions: { orders: 0, oldest: [] },
  attention: { orders: 0, openCases: 0, oldest: [] },
  deadLetters: [],
  breakers: [],
  queues: [],
  workers: [],
  unavailable: [],
};

export const NO_COUNTS = { placed: 0, open: 0, shipped: 0, delivered: 0, cancelled: 0, failed: 0, returned: 0 };
/** Webhooks that nobody has. */
const NO_WEBHOOKS: WebhookBook = {
  create: async () => true,
  read: async () => undefined,
  list: async () => [],
  change: async () => undefined,
  remove: async () => false,
  rotate: async () => undefined,
  deliveries: async () => ({ deliveries: [] }),
  readDelivery: async () => undefined,
};

const unknown = async () => ({ kind: 'unknown' as const });

/** An engine without any order. */
const NO_ORDERS: Omit<OrderClient, 'place' | 'isKnown' | 'ping'> = {
  fulfill: async () => ({ kind: 'accepted' }),
  refundLate: async () => ({ kind: 'started' }),
  tellPayment: unknown,
  tellCarrier: unknown,
  decide: unknown,
  cancel: unknown,
  changeAddress: unknown,
  requestReturn: unknown,
  receiveReturn: unknown,
  inspectReturn: unknown,
  resolve: unknown,
};

/** A gateway on {@link createDeps}, which notes the orders that were placed. */
export function createGateway({ place = async (placement) => accepted(placement), ...doubles }: Partial<Doubles> = {}) {
  const placements: Placement[] = [];
  const noted = (placement: Placement) => (placements.push(placement), place(placement));
  const app = buildApp(createDeps({ ...doubles, place: noted }));
  apps.push(app);
  return { app, placements, inject: (request: InjectOptions) => app.inject(request) };
}

const apps: FastifyInstance[] = [];

/** For `afterEach`: closes what the test created. */
export async function closeGateways(): Promise<void> {
  await Promise.all(apps.splice(0).map((app) => app.close()));
}

export const accepted = ({ submission, fingerprint, requestId }: Placement): PlaceOutcome => ({
  kind: 'accepted',
  answer: { orderId: submission.orderId, fingerprint, requestId, status: 'RESERVED', inventoryStatus: 'AVAILABLE' },
});

/** What a call to an engine that is not there throws. */
export const engineDown = (): Error => new EngineUnavailableError('the engine cannot be reached');

/** `POST /orders`. */
export const post = (payload: unknown, headers: Record<string, string> = {}): InjectOptions => ({
  method: 'POST',
  url: '/orders',
  headers: { 'content-type': 'application/json', ...headers },
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
});

interface Answer {
  statusCode: number;
  headers: Record<string, unknown>;
  json(): unknown;
}

export interface ProblemBody {
  code: ProblemCode;
  detail?: string;
  instance?: string;
  errors?: { pointer: string; code: string; detail: string }[];
  [extension: string]: unknown;
}

/** Holds an answer against RFC 9457 and the table of problems. */
export function expectProblem(answer: Answer, code: ProblemCode): ProblemBody {
  const body = answer.json() as ProblemBody;
  const { status, title } = PROBLEMS[code];
  expect({ status: answer.statusCode, body }).toMatchObject({
    status,
    body: { type: `urn:waybill:problem:${code}`, title, status, code, detail: expect.any(String) as string },
  });
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json(;|$)/);
  expect(answer.headers['x-request-id']).toEqual(expect.any(String));
  expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
  return body;
}

const order: Order = {
  orderId: ORDER_ID,
  customerId: 'CUST-567890',
  lines: [{ productId: 'PROD-12345', quantity: 2, unitPrice: 2999, amount: 5998 }],
  totalAmount: 5998,
  currency: 'USD',
  shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
  paymentMethod: 'pm_ok',
};

const shipment = {
  shipmentId: `${ORDER_ID}-S1`,
  warehouseId: 'WH-1',
  lines: [{ productId: 'PROD-12345', quantity: 2 }],
};
const payment = { chargeKey: `charge#${ORDER_ID}#1`, paymentId: 'pay-1', amount: 5998, currency: 'USD' };
const label = { shipmentId: shipment.shipmentId, carrier: 'Swift', trackingNumber: 'SW1' };

/** From an order's birth to its notification, one event a second. */
export const HAPPY: [NewEvent, StatePassed['name'][]][] = [
  [{ type: 'Order Created', data: { order } }, []],
  [{ type: 'Order Validated', data: {} }, ['ValidateOrder']],
  [{ type: 'Inventory Reserved', data: { shipments: [shipment] } }, ['CheckInventory']],
  [{ type: 'Payment Completed', data: payment }, ['InventoryAvailable?', 'ProcessPayment', 'PaymentSuccessful?']],
  [{ type: 'Warehouse Allocated', data: { shipment } }, ['StartFulfillment', 'AllocateWarehouse']],
  [{ type: 'Shipment Created', data: { ...label, shipment } }, ['GenerateShippingLabel', 'CommitTransaction']],
  [{ type: 'Customer Notified', data: { notificationKey: `notify#${ORDER_ID}` } }, ['NotifyCustomer']],
];

/** Events as they are stored, from a story like {@link HAPPY}. */
export function eventsOf(story: [NewEvent, StatePassed['name'][]][], customerId = 'CUST-567890'): OrderEvent[] {
  let ordinal = 0;
  return story.flatMap(([event, names], i) => {
    const at = timeOf(i);
    const states = names.map((name) => ({
      name,
      ordinal: ++ordinal,
      enteredAt: timeOf(i - 1),
      exitedAt: at,
      attempts: 1,
    }));
    const batch = { orderId: ORDER_ID, runId: 'run-1', customerId, firstSequence: i + 1, events: [event], states };
    return numberEvents(batch, { at, attempt: 1 });
  });
}

export const timeOf = (second: number): string => new Date(Date.UTC(2025, 6, 9, 10, 30, second)).toISOString();
