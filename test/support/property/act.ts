import type { Action } from './schedule';
import type { InspectedItem, Resolution } from '../../../src/domain/events';
import type { OrderView } from '../../../src/domain/projection';
import type { PaymentNews } from '../../../src/workflows/messages';
import type { Settlement } from '../../../src/gateway/ports';
import type { ShipmentLine } from '../../../src/domain/order';
import type { Stage } from './stage';
import { createSettlement } from '../../../src/adapters/sandbox/settlement';
import { minorDigits, toMinorUnits } from '../../../src/domain/money';
import { productOf } from './stage';
import { sampleOrder, uniqueId } from '../orders';
import { stockArrivedSignal } from '../../../src/workflows/messages';
import { latePaymentWorkflowId, receiveWorkflowId, workflowIdOf } from '../../../src/domain/ids';

/** How long an answer is waited for that nobody needs now; real time. */
const PATIENCE_MS = 60_000;

type Done<D extends Action['do']> = Extract<Action, { do: D }>;

const round = <T>(all: readonly T[], nth: number): T | undefined => all[nth % Math.max(1, all.length)];

export const viewOf = ({ world, orderId }: Stage): OrderView | undefined => world.books.views.get(orderId);

/** Parcels, with the tracking numbers of their newest labels. */
export function parcelsOf(stage: Stage): { shipmentId: string; trackingNumber: string }[] {
  const { shipments = [], labels = [] } = viewOf(stage) ?? {};
  const newest = new Map(labels.map(({ shipmentId, trackingNumber }) => [shipmentId, trackingNumber]));
  return shipments.map(({ shipmentId, trackingNumber }) => ({
    shipmentId,
    trackingNumber: newest.get(shipmentId) ?? trackingNumber,
  }));
}

/** Returns as they stand, with what is to come back. */
export function returnsOf(stage: Stage): { returnId: string; status: string; items: ShipmentLine[] }[] {
  const steps = viewOf(stage)?.returns ?? [];
  return steps
    .filter(({ status }) => status === 'REQUESTED')
    .map(({ returnId, items = [] }) => ({
      returnId,
      items,
      status: steps.findLast((step) => step.returnId === returnId)!.status,
    }));
}

/** Does what a schedule says, and waits for no answer. */
export async function act(stage: Stage, action: Action): Promise<void> {
  const { bench, world, orderId } = stage;
  const { orders } = bench;
  switch (action.do) {
    case 'decide':
      return later(stage, orders.decide({ choice: action.choice, ...named(stage) }));
    case 'cancel':
      return later(stage, orders.cancel({ reason: 'changed my mind', ...named(stage) }));
    case 'cancel at the engine':
      return later(stage, bench.env.client.workflow.getHandle(workflowIdOf(orderId)).cancel().catch(ifOver));
    case 'change address': {
      const { shippingAddress } = sampleOrder({ zipCode: action.zipCode });
      const address = { ...(shippingAddress as Required<NonNullable<typeof shippingAddress>>), street: '1 Other St' };
      return later(stage, orders.changeAddress({ address, ...named(stage) }));
    }
    case 'request return':
      return requestReturn(stage, action);
    case 'receive return': {
      const returnId = round(returnsOf(stage), action.nth)?.returnId ?? `${orderId}-R1`;
      return later(stage, orders.receiveReturn({ returnId, ...named(stage) }));
    }
    case 'inspect return':
      return inspectReturn(stage, action);
    case 'resolve':
      return resolve(stage, action.action);
    case 'settle payment':
      return settlePayment(stage, action);
    case 'repeat payment news': {
      const news = stage.told.findLast(({ kind }) => kind === action.kind);
      return news && tellPayment(stage, news);
    }
    case 'carrier news': {
      const parcel = round(parcelsOf(stage), action.nth);
      const update = { updateId: `U${stage.next()}`, status: action.status };
      if (parcel)
        for (let i = 0; i < action.times; i++)
          await orders.tellCarrier(orderId, { ...update, trackingNumber: parcel.trackingNumber });
      return;
    }
    case 'news of an unknown parcel':
      await orders.tellCarrier(orderId, { updateId: `U${stage.next()}`, status: 'LOST', trackingNumber: 'WB-UNKNOWN' });
      return;
    case 'receive stock':
      return receiveStock(stage, action);
    case 'wake':
      return later(
        stage,
        bench.env.client.workflow
          .getHandle(workflowIdOf(orderId))
          .signal(stockArrivedSignal, { productId: productOf(0) })
          .catch(ifOver),
      );
    case 'switch':
      await world.journal.switchProvider(action.company, { available: action.available });
      return;
    case 'refunds':
      await world.journal.switchProvider('payment', { refunds: action.are });
      return;
    default:
      return action satisfies never;
  }
}

const named = (stage: Stage) => ({
  orderId: stage.orderId,
  requestId: `request-${stage.next()}`,
  patienceMs: PATIENCE_MS,
});

/** An answer is heard at the end; until then nobody may miss it. */
function later(stage: Stage, answer: Promise<unknown>): void {
  answer.catch(() => undefined);
  stage.answers.push(answer);
}

/** nobody is there any more */
function ifOver(error: unknown): void {
  if (!(error instanceof Error && error.name === 'WorkflowNotFoundError')) throw error;
}

function requestReturn(stage: Stage, { nth, quantity }: Done<'request return'>): void {
  const line = round(viewOf(stage)?.shipments.flatMap(({ lines }) => lines) ?? [], nth);
  const items = [{ productId: line?.productId ?? productOf(0), quantity: Math.min(quantity, line?.quantity ?? 1) }];
  later(stage, stage.bench.orders.requestReturn({ items, reason: 'too small', ...named(stage) }));
}

function inspectReturn(stage: Stage, { nth, outcomes }: Pick<Done<'inspect return'>, 'nth' | 'outcomes'>): void {
  const one = round(returnsOf(stage), nth);
  if (one) inspect(stage, one, outcomes);
}

/** Every unit by itself: those of one product may differ. */
export function inspect(
  stage: Stage,
  { returnId, items }: { returnId: string; items: ShipmentLine[] },
  outcomes: Done<'inspect return'>['outcomes'],
): void {
  const units = items.flatMap(({ productId, quantity }) => Array.from({ length: quantity }, () => productId));
  const inspected: InspectedItem[] = units.map((productId, i) => ({
    productId,
    quantity: 1,
    outcome: round(outcomes, i)!,
  }));
  later(stage, stage.bench.orders.inspectReturn({ returnId, items: inspected, ...named(stage) }));
}

/** What was not undone by hand is not said to be: of a void nobody knows but the company, so it is tried again. */
export function resolve(stage: Stage, wanted: Resolution['action']): void {
  const step = viewOf(stage)?.attention?.step;
  const action = step === 'VoidPayment' || step === 'CancelShippingLabel' ? 'RETRY' : wanted;
  const words = { RETRY: {}, SKIP: { reason: 'it is not worth it' }, SETTLE: { reference: uniqueId('transfer') } };
  later(stage, stage.bench.orders.resolve({ action, by: 'operations', ...words[action], ...named(stage) }));
}

/** The company decides on what it left open; it tells at least once, and of money for a closed order as the consumer does. */
export async function settlePayment(
  stage: Stage,
  { outcome, times }: Pick<Done<'settle payment'>, 'outcome' | 'times'>,
): Promise<void> {
  const { world, orderId } = stage;
  const settle = createSettlement({ journal: world.journal, tell: (news) => tellPayment(stage, newsOf(stage, news)) });
  const entries = await world.journal.entries(orderId);
  const pending = entries.findLast(({ operation, outcome: was }) => operation === 'charge' && was === 'pending');
  if (pending) for (let i = 0; i < times; i++) await settle({ chargeKey: pending.key, outcome });
}

function newsOf({ schedule }: Stage, { outcome, amount, chargeKey, paymentId, currency }: Settlement): PaymentNews {
  const minor = toMinorUnits(amount, minorDigits(schedule.currency)!);
  if (!minor.ok) throw new Error(`not an amount in ${currency}: ${amount}`);
  const kind = outcome === 'succeeded' ? 'COMPLETED' : 'FAILED';
  return { kind, chargeKey, paymentId, amount: minor.amount, currency };
}

async function tellPayment(stage: Stage, news: PaymentNews): Promise<void> {
  const { bench, orderId } = stage;
  stage.told.push(news);
  const { kind } = await bench.orders.tellPayment(orderId, news);
  if (kind !== 'closed' || news.kind === 'FAILED') return;
  const { kind: _kind, ...payment } = news;
  const late = await bench.orders.refundLate({ orderId, ...payment });
  if (late.kind === 'started') stage.others.push(latePaymentWorkflowId(news.paymentId));
}

/** Started, and heard of at the end. */
async function receiveStock(stage: Stage, { nth, warehouseId, quantity }: Done<'receive stock'>): Promise<void> {
  const { bench, schedule, stock } = stage;
  const productId = productOf(nth % schedule.products.length);
  const reference = uniqueId('DN');
  await bench.env.client.workflow.start('receiveStockWorkflow', {
    workflowId: receiveWorkflowId(reference),
    taskQueue: bench.taskQueue,
    args: [{ productId, warehouseId, quantity, reference }],
  });
  stage.others.push(receiveWorkflowId(reference));
  stock.push({ productId, warehouseId, quantity });
}
