import type { ChargeOutcome, ChargeReference, ChargeRequest, PaymentProvider } from './ports';
import { StepError } from '../domain/failures';
import { asStep, attempts } from './step';

export type RefundRequest = Parameters<PaymentProvider['refund']>[0];

/** ProcessPayment and its undo. None of them appends: the next local step writes their fact. */
export function createPaymentActivities({ payments }: { payments: PaymentProvider }) {
  return {
    /**
     * Charges under a key. When the answer is lost, the outcome is looked up by the key; a key that the provider does
     * not know yet is no outcome, so the charge is tried again under the same key.
     */
    processPayment: asStep(async (request: ChargeRequest): Promise<ChargeOutcome & { attempts: number }> => {
      const outcome = await chargeOrLookUp(payments, request);
      return { ...outcome, attempts: attempts() };
    }),

    voidPayment: asStep((charge: ChargeReference) => payments.void(charge)),

    refundPayment: asStep((request: RefundRequest) => payments.refund(request)),
  };
}

async function chargeOrLookUp(payments: PaymentProvider, request: ChargeRequest): Promise<ChargeOutcome> {
  try {
    return await payments.charge(request);
  } catch (error) {
    if (!(error instanceof StepError) || error.type !== 'OUTCOME_UNKNOWN') throw error;
    const { key, orderId } = request;
    const outcome = await payments.lookup({ key, orderId });
    if (!outcome) throw error;
    return outcome;
  }
}
