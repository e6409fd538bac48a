import type { ChargeOutcome, ChargeReference, ChargeRequest, PaymentProvider } from './ports';
import { StepError } from '../domain/failures';
import { asStep, attempts } from './step';

export type RefundRequest = Parameters<PaymentProvider['refund']>[0];

export interface ChargeStep extends ChargeRequest {
  /** after an outage: a provider that forgets keys, often within a day, would charge again */
  lookUpFirst?: boolean;
}

export type Charged = ChargeOutcome & { attempts: number };

/** ProcessPayment and its undo. None of them appends: the next local step writes their fact. */
export function createPaymentActivities({ payments }: { payments: PaymentProvider }) {
  return {
    /**
     * Charges under a key. When the answer is lost, the outcome is looked up by the key; a key that the provider does
     * not know yet is no outcome, so the charge is tried again under the same key.
     */
    processPayment: asStep(async ({ lookUpFirst, ...request }: ChargeStep): Promise<Charged> => {
      const before = lookUpFirst ? await lookUp(payments, request) : undefined;
      const outcome = before ?? (await chargeOrLookUp(payments, request));
      return { ...outcome, attempts: attempts() };
    }),

    voidPayment: asStep((charge: ChargeReference) => payments.void(charge)),

    refundPayment: asStep((request: RefundRequest) => payments.refund(request)),
  };
}

const lookUp = (payments: PaymentProvider, { key, orderId }: ChargeRequest) => payments.lookup({ key, orderId });

async function chargeOrLookUp(payments: PaymentProvider, request: ChargeRequest): Promise<ChargeOutcome> {
  try {
    return await payments.charge(request);
  } catch (error) {
    if (!(error instanceof StepError) || error.type !== 'OUTCOME_UNKNOWN') throw error;
    const outcome = await lookUp(payments, request);
    if (!outcome) throw error;
    return outcome;
  }
}
