import { condition, setHandler } from '@temporalio/workflow';
import type { Cause } from '../domain/cause';
import type { ChangeAnswer } from './messages';
import type { Resolution } from '../domain/events';
import type { OrderRun } from './order-run';
import type { ShipmentLine, ShippingAddress } from '../domain/order';
import { excessOf, returnable, unclaimed, waitsForCarrier } from './life';
import { unitsOf } from '../domain/order';
import { keys } from '../domain/ids';
import { withoutOperator } from '../domain/cause';
import { flush, record } from './record';
import { CLOSED, refusal, request, WITH_CARRIER } from './mail';
import { takeChange } from './take-change';
import * as m from './messages';

/** Takes changes of an order, and what outside companies tell of it. Must run before the first await. */
export function takeMessages(run: OrderRun): void {
  takeDecision(run);
  takeCancel(run);
  takeAddress(run);
  takeReturns(run);
  takeResolution(run);
  takeNews(run);
}

/** @throws CHANGE_REFUSED where nothing can be changed, whatever it is */
function assertOpen({ isOver, attention }: OrderRun): void {
  if (isOver) throw refusal(CLOSED);
  if (attention)
    throw refusal(`the order needs attention: ${attention.step} failed; nothing can be changed until it is resolved`);
}

/** @throws CHANGE_REFUSED past it an order only waits for what is on its way back */
function assertReturnTime({ life: { returnUntil = Infinity } }: OrderRun): void {
  if (returnUntil <= Date.now()) throw refusal('the time for returns is over');
}

function standing({ log, acceptance: { submission } }: OrderRun): ChangeAnswer {
  return { orderId: submission.orderId, status: log.status() };
}

function takeDecision(run: OrderRun): void {
  takeChange(run, m.decideUpdate, {
    make: async ({ choice }, cause) => {
      if (run.decision!.choice === undefined) Object.assign(run.decision!, { choice, cause });
      return standing(run);
    },
    validate: ({ choice }) => {
      assertOpen(run);
      if (!run.decision) throw refusal('there is nothing to decide');
      const { choice: decided, choices } = run.decision;
      if (!choices.includes(choice)) throw refusal(`expected one of ${choices.join(', ')}`);
      if (decided !== undefined && decided !== choice) throw refusal(`it was decided already: ${decided}`);
    },
  });
}

function takeCancel(run: OrderRun): void {
  const { life } = run;
  takeChange(run, m.cancelUpdate, {
    make: async ({ reason }, cause) => {
      const why = reason === undefined ? {} : { reason };
      if (life.cancel?.isEngines && life.cancel.isDone) delete life.cancel;
      if (!life.cancel) {
        run.log.note({ type: 'Cancellation Requested', data: why, cause });
        run.cancel({ ...why, cause: withoutOperator(cause) });
        // the timeline tells of it also when what is undone takes long
        await flush(run, `cancel-request#${run.acceptance.submission.orderId}`);
      }
      // what has shipped comes back: the return is opened when the order looks at it
      if (life.parcels.length > 0) await condition(() => life.cancel?.isDone === true || run.isOver);
      const { returnId } = life.cancel ?? {};
      return returnId === undefined
        ? { ...standing(run), outcome: 'CANCELLING' }
        : { ...standing(run), outcome: 'RETURN_REQUESTED', returnId };
    },
    validate: (_change: { reason?: string }) => {
      assertOpen(run);
      if (life.cancel && !life.cancel.isEngines) return;
      assertReturnTime(run);
      if (life.parcels.length > 0 && unclaimed(life).size === 0 && !life.backorder)
        throw refusal('there is nothing left that could come back');
    },
  });
}

function takeAddress(run: OrderRun): void {
  const { life } = run;
  takeChange(run, m.changeAddressUpdate, {
    make: async ({ address }, cause) => {
      if (life.parcels.length > 0) await request(run, { kind: 'address', address, cause });
      else await moveOrder(run, address, cause);
      return standing(run);
    },
    validate: (_change: { address: ShippingAddress }) => {
      assertOpen(run);
      if (!life.order) throw refusal('the order has not been validated yet');
      if (life.cancel && !life.cancel.isEngines) throw refusal('the order is being cancelled');
      const isUnderWay = life.parcels.length > 0 && !life.parcels.some(waitsForCarrier);
      if (isUnderWay && !life.backorder) throw refusal(WITH_CARRIER);
    },
  });
}

/** Before anything has shipped: whoever books the label reads the address that the order has then. */
async function moveOrder(run: OrderRun, address: ShippingAddress, cause: Cause): Promise<void> {
  const { life } = run;
  const version = ++life.addressVersion;
  life.order = { ...life.order!, shippingAddress: address };
  const key = keys.nth('address', life.order.orderId, version);
  await record(run, key, { type: 'Address Changed', data: { address, version }, cause });
}

function takeReturns(run: OrderRun): void {
  const { life } = run;
  const find = (returnId: string) => life.returns.find((one) => one.returnId === returnId);
  takeChange(run, m.requestReturnUpdate, {
    make: async ({ items, reason }, cause) => {
      const why = reason === undefined ? {} : { reason };
      const { returnId = '' } = await request(run, { kind: 'return', items, ...why, cause });
      return { ...standing(run), returnId };
    },
    validate: ({ items }) => {
      assertOpen(run);
      assertReturnTime(run);
      const excess = excessOf(items, returnable(life));
      if (excess) throw refusal(excess);
    },
  });
  takeChange(run, m.receiveReturnUpdate, {
    make: async ({ returnId }, cause) => {
      if (find(returnId)!.status === 'REQUESTED') await request(run, { kind: 'received', returnId, cause });
      return { ...standing(run), returnId };
    },
    validate: ({ returnId }) => {
      assertOpen(run);
      if (!find(returnId)) throw refusal(`there is no return ${returnId}`);
    },
  });
  takeChange(run, m.inspectReturnUpdate, {
    make: async ({ returnId, items }, cause) => {
      const before = find(returnId)!;
      const { refunded = 0 } =
        before.status === 'INSPECTED' ? before : await request(run, { kind: 'inspected', returnId, items, cause });
      return { ...standing(run), returnId, refunded, currency: life.order!.currency };
    },
    validate: ({ returnId, items }) => {
      const one = find(returnId);
      if (!one) throw refusal(`there is no return ${returnId}`);
      if (one.status === 'INSPECTED') return;
      assertOpen(run);
      if (one.status === 'EXPIRED') throw refusal(`return ${returnId} has expired`);
      if (one.status === 'REQUESTED') throw refusal(`return ${returnId} has not been received yet`);
      assertComplete(items, one.items);
    },
  });
}

function assertComplete(inspected: readonly ShipmentLine[], returned: readonly ShipmentLine[]): void {
  const [of, expected] = [unitsOf(inspected), unitsOf(returned)];
  for (const productId of new Set([...of.keys(), ...expected.keys()])) {
    const [got, wanted] = [of.get(productId) ?? 0, expected.get(productId) ?? 0];
    if (got !== wanted) throw refusal(`expected ${wanted} of ${productId} in all, as in the return; got ${got}`);
  }
}

function takeResolution(run: OrderRun): void {
  takeChange(run, m.resolveUpdate, {
    make: async (resolution, cause) => {
      run.resolution = resolution;
      run.resolutionCause = cause;
      // until it is written down
      await condition(() => run.resolution !== resolution);
      return standing(run);
    },
    validate: (_resolution: Resolution) => {
      if (!run.attention) throw refusal('nothing needs attention');
      if (run.resolution) throw refusal(`it was resolved already: ${run.resolution.action}`);
    },
  });
}

function takeNews({ life }: OrderRun): void {
  setHandler(m.paymentNewsSignal, (news) => void life.paymentNews.push(news));
  setHandler(m.carrierNewsSignal, (news) => void life.carrierNews.push(news));
  setHandler(m.stockArrivedSignal, () => void (life.stockArrived = true));
}
