import { setTimeout as delay } from 'node:timers/promises';
import type { CarrierStatus } from '../../../src/domain/events';
import type { OrderEnd } from '../../../src/workflows/messages';
import type { Stage } from './stage';
import { act, inspect, parcelsOf, resolve, returnsOf, settlePayment, viewOf } from './act';
import { workflowIdOf } from '../../../src/domain/ids';

const DAY_S = 86_400;
/** Steps after which an order is said to have no end. */
const MAX_STEPS = 600;

/** Lets time pass: no time at all, a moment in which only what goes on goes on, or seconds that are skipped. */
export async function pass({ bench }: Stage, seconds: number): Promise<void> {
  if (seconds >= 1) await bench.env.sleep(seconds * 1000);
  else if (seconds > 0) await delay(seconds * 1000);
}

/** Mends what is broken and brings the order to its end: parcels arrive, returns are inspected, somebody resolves, time passes. */
export async function drain(stage: Stage): Promise<OrderEnd> {
  const { bench, orderId } = stage;
  await act(stage, { do: 'switch', company: 'payment', available: true });
  await act(stage, { do: 'switch', company: 'carrier', available: true });
  await act(stage, { do: 'refunds', are: 'accepted' });
  const handle = bench.env.client.workflow.getHandle(workflowIdOf(orderId));
  let [seen, stepS] = ['', 1];
  for (let step = 0; step < MAX_STEPS; step++) {
    await delay(5);
    if ((await handle.describe()).status.name !== 'RUNNING') return finish(stage);
    const now = JSON.stringify(viewOf(stage));
    if (now !== seen) [seen, stepS] = [now, 1];
    else await help(stage);
    await pass(stage, stepS);
    stepS = Math.min(stepS * 4, 4 * DAY_S);
  }
  throw new Error(`order ${orderId} does not end: ${JSON.stringify(viewOf(stage))}`);
}

async function finish({ bench, orderId, answers, others }: Stage): Promise<OrderEnd> {
  await Promise.all(answers);
  for (const workflowId of others) await bench.env.client.workflow.getHandle(workflowId).result();
  return (await bench.env.client.workflow.getHandle(workflowIdOf(orderId)).result()) as OrderEnd;
}

const isEnd = (status: CarrierStatus): boolean => ['DELIVERED', 'LOST', 'RETURNED'].includes(status);

/** What an order that rests may wait for. */
async function help(stage: Stage): Promise<void> {
  const { bench, orderId, schedule } = stage;
  const { attention } = viewOf(stage) ?? {};
  // another address that no carrier serves stays so, however often it is tried
  if (attention) return resolve(stage, attention.step === 'ReplaceShippingLabel' ? 'SKIP' : 'RETRY');
  if (schedule.seed % 2 === 0) await settlePayment(stage, { outcome: 'succeeded', times: 1 });
  const arrived = new Set(
    viewOf(stage)
      ?.tracking?.filter(({ status }) => isEnd(status))
      .map((one) => one.shipmentId),
  );
  for (const { shipmentId, trackingNumber } of parcelsOf(stage).filter((one) => !arrived.has(one.shipmentId)))
    await bench.orders.tellCarrier(orderId, {
      updateId: `end#${trackingNumber}#${shipmentId}`,
      status: 'DELIVERED',
      trackingNumber,
    });
  for (const [i, one] of returnsOf(stage).entries()) {
    if (one.status === 'REQUESTED' && schedule.seed % 3 > 0) await act(stage, { do: 'receive return', nth: i });
    if (one.status === 'RECEIVED') inspect(stage, one, ['RESTOCK', 'WRITE_OFF', 'REJECT']);
  }
}
