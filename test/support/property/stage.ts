import type { MemoryWorld } from '../memory/ports';
import type { OrderBench } from '../order-bench';
import type { OrderId } from '../../../src/domain/ids';
import type { OrderSubmission } from '../../../src/domain/order';
import type { PaymentNews } from '../../../src/workflows/messages';
import type { Schedule } from './schedule';
import { createMemoryWorld } from '../memory/ports';
import { disturb } from './disturb';
import { fingerprintOf } from '../../../src/submission';
import { minorDigits, toDecimal, totalTolerance } from '../../../src/domain/money';
import { sampleOrder, uniqueId } from '../orders';
import { workflowIdOf } from '../../../src/domain/ids';

/** An order on its way, and all that was done to it. */
export interface Stage {
  bench: OrderBench;
  world: MemoryWorld;
  schedule: Schedule;
  orderId: OrderId;
  /** units that were put into stock, by warehouse */
  stock: { productId: string; warehouseId: string; quantity: number }[];
  /** answers that are waited for */
  answers: Promise<unknown>[];
  /** workflows beside the order's: deliveries, late payments */
  others: string[];
  /** what the payment company told, to tell it again */
  told: PaymentNews[];
  /** counts what needs a name of its own */
  next(): number;
}

export const productOf = (i: number): string => `P${i + 1}`;

/** Sets the stage, and sends the order. */
export async function open(bench: OrderBench, schedule: Schedule): Promise<Stage> {
  const world = createMemoryWorld({ timeoutMs: 20 });
  const stock = schedule.products.flatMap(({ seoul, losAngeles }, i) => [
    { productId: productOf(i), warehouseId: 'ICN', quantity: seoul },
    { productId: productOf(i), warehouseId: 'LAX', quantity: losAngeles },
  ]);
  world.books.setStock(stock.map(({ quantity, ...row }) => ({ ...row, availableQuantity: quantity })));
  disturb(world, schedule, () => bench.env.currentTimeMs());
  bench.use(world);
  const submission = submissionOf(schedule);
  const { orderId } = submission;
  let n = 0;
  const stage: Stage = { bench, world, schedule, orderId, stock, answers: [], others: [], told: [], next: () => ++n };
  await send(stage, submission);
  return stage;
}

function submissionOf({ products, currency, cents, paymentMethod, zipCode, policy }: Schedule): OrderSubmission {
  const items = products.map(({ quantity, price }, i) => ({
    productId: productOf(i),
    quantity,
    price: toDecimal(price, currency),
  }));
  const total = totalOf({ products, currency, cents });
  return sampleOrder({ items, totalAmount: toDecimal(total, currency), currency, paymentMethod, zipCode, policy });
}

function totalOf({ products, currency, cents }: Pick<Schedule, 'products' | 'currency' | 'cents'>): number {
  const sum = products.reduce((all, { quantity, price }) => all + quantity * price, 0);
  return Math.max(0, sum + cents * totalTolerance(minorDigits(currency)!));
}

/** Without the update, whose waiting caller would hold the time that is to be skipped. */
async function send({ bench, world, schedule }: Stage, submission: OrderSubmission): Promise<void> {
  const { env, taskQueue } = bench;
  const { orderId } = submission;
  const workflowId = workflowIdOf(orderId);
  const input = { submission, fingerprint: fingerprintOf(submission), requestId: 'property' };
  const { paid, currency } = schedule;
  if (paid === null) {
    await env.client.workflow.start('orderWorkflow', { workflowId, taskQueue, args: [input] });
    return;
  }
  const amount = Math.max(1, Math.floor(totalOf(schedule) * paid));
  const [chargeKey, paymentId] = [uniqueId('elsewhere'), uniqueId('pay')];
  await world.journal.claim({
    key: chargeKey,
    state: { kind: 'CHARGED', paymentId, amount, refunded: 0 },
    entry: {
      provider: 'payment',
      operation: 'charge',
      orderId,
      key: chargeKey,
      outcome: 'succeeded',
      amount: toDecimal(amount, currency),
      currency,
    },
  });
  const args = [{ ...input, paid: { chargeKey, paymentId, amount, currency } }];
  await env.client.workflow.start('fulfillmentWorkflow', { workflowId, taskQueue, args });
}
