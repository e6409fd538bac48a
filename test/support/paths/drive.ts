import { setTimeout as delay } from 'node:timers/promises';
import type { CarrierStatus, EventType, InspectedItem, OrderEvent, Resolution } from '../../../src/domain/events';
import type { ChangeOutcome } from '../../../src/client';
import type { FulfillmentInput, PaymentNews } from '../../../src/workflows/messages';
import type { MemoryWorld } from '../memory/ports';
import type { OrderBench } from '../order-bench';
import type { OrderSubmission, ShipmentLine, ShippingAddress, ShortageChoice } from '../../../src/domain/order';
import type { OrderView } from '../../../src/domain/projection';
import { createSettlement } from '../../../src/adapters/sandbox/settlement';
import { createStockClient } from '../../../src/stock-client';
import { fingerprintOf } from '../../../src/submission';
import { keys } from '../../../src/domain/ids';
import { minorDigits } from '../../../src/domain/money';
import { uniqueId } from '../orders';

/** Everybody around one order: its customer, the warehouse, the carriers, the payment company, an operator, and time. */
export interface Drive {
  world: MemoryWorld;
  bench: OrderBench;
  order: OrderSubmission;
  /** from 1 */
  returnId(n?: number): string;
  view(): OrderView;
  events(): OrderEvent[];
  has(type: EventType, count?: number): boolean;
  /** units that were received while it lived, by product */
  received: Map<string, number>;

  place(): Promise<void>;
  /** starts it as one that was paid elsewhere; in minor units */
  placePaid(amount: number, currency?: string): Promise<void>;
  /** Waits, while time stands still. */
  until(what: EventType | (() => boolean)): Promise<void>;
  /** Lets time pass, second by second, then longer, until it is so. */
  soon(what: EventType | (() => boolean)): Promise<void>;
  sleep(seconds: number): Promise<void>;

  decide(choice: ShortageChoice): Promise<ChangeOutcome<unknown>>;
  cancel(reason?: string): Promise<ChangeOutcome<unknown>>;
  move(address?: Partial<ShippingAddress>): Promise<ChangeOutcome<unknown>>;
  sendBack(items: ShipmentLine[], reason?: string): Promise<ChangeOutcome<unknown>>;
  receiveReturn(n?: number): Promise<ChangeOutcome<unknown>>;
  inspect(items: InspectedItem[], n?: number): Promise<ChangeOutcome<unknown>>;
  resolve(resolution: Partial<Resolution> & Pick<Resolution, 'action'>): Promise<ChangeOutcome<unknown>>;

  /** What the payment company decides on the n-th charge, and tells. */
  settle(outcome: 'succeeded' | 'failed', p?: { n?: number; tells?: boolean }): Promise<void>;
  /** What it tells, as long as somebody listens. */
  tell(kind: PaymentNews['kind'], p?: { n?: number; byPaymentId?: boolean }): Promise<string>;
  /** What the carrier tells of a parcel, from 1; the same update as often as asked. */
  carrier(status: CarrierStatus, p?: { parcel?: number; updateId?: string; trackingNumber?: string }): Promise<string>;
  /** Every parcel arrives. */
  deliver(): Promise<void>;
  arrive(productId: string, quantity: number): Promise<void>;
}

export function createDrive({ bench, world, order }: Pick<Drive, 'bench' | 'world' | 'order'>): Drive {
  const { orderId, currency = 'USD' } = order;
  const stock = createStockClient({ client: bench.patient, taskQueue: bench.taskQueue });
  const received = new Map<string, number>();
  const view = () => world.books.views.get(orderId)!;
  const events = () => world.books.events.get(orderId) ?? [];
  const has = (type: EventType, count = 1) => events().filter((event) => event.type === type).length >= count;
  const isSo = (what: EventType | (() => boolean)) => (typeof what === 'string' ? has(what) : what());
  const change = <T>(p: T) => {
    const requestId = uniqueId('req');
    return { orderId, requestId, cause: { causationId: requestId }, patienceMs: 10_000, ...p };
  };
  const returnId = (n = 1) => `${orderId}-R${n}`;
  const notYet = (what: unknown) =>
    new Error(
      `${String(what)}: not so; events: ${events()
        .map(({ type }) => type)
        .join(', ')}`,
    );

  async function until(what: EventType | (() => boolean)): Promise<void> {
    for (let waited = 0; !isSo(what); waited += 5) {
      if (waited > 10_000) throw notYet(what);
      await delay(5);
    }
    // what is told of its end is written before it
    await (what === 'Order Closed' ? bench.end(orderId) : settled());
  }

  /** The step that wrote the last event has come back to the workflow. */
  const settled = () => delay(20);

  async function soon(what: EventType | (() => boolean)): Promise<void> {
    for (let [steps, seen, stepS] = [0, 0, 1]; !isSo(what); steps++) {
      if (steps > 400) throw notYet(what);
      if (events().length !== seen) [seen, stepS] = [events().length, 1];
      await delay(10);
      if (isSo(what)) break;
      await bench.env.sleep(stepS * 1000);
      stepS = Math.min(stepS * 2, 3_600);
    }
    await settled();
  }

  async function tell(kind: PaymentNews['kind'], { n = 1, byPaymentId = false } = {}): Promise<string> {
    const charge = keys.charge(orderId, n);
    const state = await world.journal.state(charge);
    const money = state && 'paymentId' in state ? state : state?.kind === 'VOIDED' ? state.pending : undefined;
    const { paymentId = 'pay_1', amount = 0 } = money ?? {};
    const cause = { causationId: uniqueId('event') };
    const news = { kind, chargeKey: byPaymentId ? paymentId : charge, paymentId, amount, currency, cause };
    const { kind: outcome } = await bench.orders.tellPayment(orderId, news);
    if (outcome === 'closed' && kind === 'COMPLETED') {
      const { kind: _kind, ...late } = news;
      await bench.orders.refundLate({ orderId, ...late });
    }
    return outcome;
  }

  let updates = 0;
  const carrier: Drive['carrier'] = async (status, { parcel = 1, updateId, trackingNumber } = {}) => {
    const of = view().shipments[parcel - 1];
    const label = view().labels?.findLast(({ shipmentId }) => shipmentId === of?.shipmentId);
    const number = trackingNumber ?? label?.trackingNumber ?? of?.trackingNumber ?? '';
    const cause = { causationId: uniqueId('event') };
    const news = { updateId: updateId ?? `u${++updates}`, trackingNumber: number, status, cause };
    return (await bench.orders.tellCarrier(orderId, news)).kind;
  };

  return {
    world,
    bench,
    order,
    returnId,
    view,
    events,
    has,
    received,
    until,
    soon,
    sleep: (seconds) => bench.env.sleep(seconds * 1000),
    async place() {
      await bench.place(order);
      await until(() => events().length > 0);
    },
    async placePaid(amount, paidIn = currency) {
      const paid: FulfillmentInput['paid'] = {
        chargeKey: keys.charge(orderId, 1),
        paymentId: 'pay_1',
        amount,
        currency: paidIn,
      };
      const state = { kind: 'CHARGED' as const, paymentId: 'pay_1', amount, refunded: 0 };
      const entry = {
        provider: 'payment',
        operation: 'charge',
        orderId,
        key: paid.chargeKey,
        outcome: 'succeeded',
      } as const;
      const digits = 10 ** (minorDigits(paidIn) ?? 0);
      await world.journal.claim({
        key: paid.chargeKey,
        state,
        entry: { ...entry, amount: amount / digits, currency: paidIn },
      });
      const fingerprint = fingerprintOf({ ...order, paid });
      await bench.orders.fulfill({ submission: order, fingerprint, requestId: uniqueId('req'), paid });
      await until(() => events().length > 0);
    },
    decide: (choice) => bench.orders.decide(change({ choice })),
    cancel: (reason) => bench.orders.cancel(change(reason === undefined ? {} : { reason })),
    move: (address) =>
      bench.orders.changeAddress(
        change({ address: { street: '456 Oak Ave', city: 'Busan', country: 'KR', zipCode: '48058', ...address } }),
      ),
    sendBack: (items, reason) => bench.orders.requestReturn(change({ items, ...(reason !== undefined && { reason }) })),
    receiveReturn: (n) => bench.orders.receiveReturn(change({ returnId: returnId(n) })),
    inspect: (items, n) => bench.orders.inspectReturn(change({ returnId: returnId(n), items })),
    resolve: (resolution) => bench.orders.resolve(change({ by: 'night shift', ...resolution })),
    async settle(outcome, { n = 1, tells = true } = {}) {
      const settlement = createSettlement({ journal: world.journal, tell: async () => undefined });
      await settlement({ chargeKey: keys.charge(orderId, n), outcome });
      if (tells) await tell(outcome === 'succeeded' ? 'COMPLETED' : 'FAILED', { n });
    },
    tell,
    carrier,
    async deliver() {
      await until('Customer Notified');
      const before = events().filter(({ type }) => type === 'Shipment Delivered').length;
      const open = view().shipments.filter(
        ({ shipmentId }) => !view().tracking?.some((step) => step.shipmentId === shipmentId && isLast(step.status)),
      );
      for (const [i, shipment] of view().shipments.entries())
        if (open.includes(shipment)) await carrier('DELIVERED', { parcel: i + 1 });
      await until(() => has('Shipment Delivered', before + open.length));
    },
    async arrive(productId, quantity) {
      received.set(productId, (received.get(productId) ?? 0) + quantity);
      await stock.receive({ productId, warehouseId: 'ICN', quantity, reference: uniqueId('DN'), patienceMs: 10_000 });
      await settled();
    },
  };
}

const isLast = (status: CarrierStatus) => status === 'DELIVERED' || status === 'LOST' || status === 'RETURNED';
