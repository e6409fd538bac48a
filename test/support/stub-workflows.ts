import { ApplicationFailure, condition, setHandler } from '@temporalio/workflow';
import {
  acceptUpdate,
  cancelUpdate,
  type CarrierNews,
  carrierNewsSignal,
  CHANGE_REFUSED,
  changeAddressUpdate,
  decideUpdate,
  type FulfillmentInput,
  inspectReturnUpdate,
  type OrderInput,
  type PaymentNews,
  paymentNewsSignal,
  receiveReturnUpdate,
  requestReturnUpdate,
  resolveUpdate,
} from '../../src/workflows/messages';

/*
 * An order that does nothing but answer, on the real engine: what the callers of the messages have to do with. It notes
 * what it was asked, and ends when it is told that a payment failed with the reason `end`.
 */

export interface Noted {
  changes: [name: string, args: object][];
  payments: PaymentNews[];
  carriers: CarrierNews[];
}

/** A return asked for with this reason is taken, and never through. */
export const SLOW = 'slow';
/** A cancellation with this reason comes too late. */
export const LATE = 'late';
/** A cancellation with this reason meets a defect. */
export const DEFECT = 'defect';

export async function orderWorkflow({ submission, fingerprint, requestId }: OrderInput): Promise<Noted> {
  const { orderId } = submission;
  const noted: Noted = { changes: [], payments: [], carriers: [] };
  const answer = { orderId, status: 'SHIPPED' as const };
  const note = <T>(name: string, args: object, more: T) => {
    noted.changes.push([name, args]);
    return { ...answer, ...more };
  };
  setHandler(acceptUpdate, () => ({ ...answer, fingerprint, requestId }));
  setHandler(decideUpdate, (args) => note('decide', args, {}));
  setHandler(
    cancelUpdate,
    (args) => {
      if (args.reason === DEFECT) throw ApplicationFailure.nonRetryable('a defect', 'DEFECT');
      return note('cancel', args, { outcome: 'RETURN_REQUESTED' as const, returnId: `${orderId}-R1` });
    },
    {
      validator: ({ reason }) => {
        if (reason === LATE) throw ApplicationFailure.nonRetryable('it is too late', CHANGE_REFUSED);
      },
    },
  );
  setHandler(changeAddressUpdate, (args) => note('changeAddress', args, {}));
  setHandler(requestReturnUpdate, async (args) => {
    if (args.reason === SLOW) await condition(() => false);
    return note('requestReturn', args, { returnId: `${orderId}-R1` });
  });
  setHandler(receiveReturnUpdate, (args) => note('receiveReturn', args, { returnId: args.returnId }));
  setHandler(inspectReturnUpdate, (args) =>
    note('inspectReturn', args, { returnId: args.returnId, refunded: 1999, currency: 'USD' }),
  );
  setHandler(resolveUpdate, (args) => note('resolve', args, {}));
  setHandler(carrierNewsSignal, (news) => void noted.carriers.push(news));
  setHandler(paymentNewsSignal, (news) => void noted.payments.push(news));
  await condition(() => noted.payments.some(({ reason }) => reason === 'end'));
  return noted;
}

export const fulfillmentWorkflow = (input: FulfillmentInput): Promise<Noted> => orderWorkflow(input);

export async function latePaymentWorkflow(): Promise<void> {}
