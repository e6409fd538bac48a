import type { CaptureRequest, ChargeOutcome, ChargeReference, ChargeRequest, PaymentProvider } from './ports';
import { type Delayed, type MayBeDelayed, orDelayed } from './delay';
import { StepError } from '../domain/failures';
import { asStep, attempts } from './step';

export type RefundRequest = Parameters<PaymentProvider['refund']>[0];

interface MayBeLookedUp {
  /** after an outage: a provider that forgets keys, often within a day, would charge again */
  lookUpFirst?: boolean | undefined;
}

export type ChargeStep = ChargeRequest & MayBeLookedUp & MayBeDelayed;
export type CaptureStep = CaptureRequest & MayBeLookedUp;

export type Charged = (ChargeOutcome | Delayed<'payment'>) & { attempts: number };
export type Captured = CaptureOutcome & { attempts: number };

type CaptureOutcome = Awaited<ReturnType<PaymentProvider['capture']>>;

/**
 * ProcessPayment, the capture of what it held, and their undo. None of them appends: the next local step writes their
 * fact. While the company is out of order they fail with CIRCUIT_OPEN, and are tried again when it is to be asked again.
 */
export function createPaymentActivities({ payments }: { payments: PaymentProvider }) {
  return {
    /**
     * Charges under a key. When the answer is lost, the outcome is looked up by the key; a key that the provider does
     * not know yet is no outcome, so the charge is tried again under the same key.
     */
    processPayment: asStep(async ({ lookUpFirst, tellWhenDown, ...request }: ChargeStep): Promise<Charged> => {
      const { key, orderId } = request;
      const outcome = await orDelayed({ dependency: 'payment', tellWhenDown }, () =>
        askOrLookUp({
          lookUpFirst,
          lookUp: () => payments.lookup({ key, orderId }),
          ask: () => payments.charge(request),
        }),
      );
      return { ...outcome, attempts: attempts() };
    }),

    /** Takes what a charge holds. A lost answer is looked up by the charge's key; money that is still held is no outcome. */
    capturePayment: asStep(async ({ lookUpFirst, ...request }: CaptureStep): Promise<Captured> => {
      const outcome = await askOrLookUp<CaptureOutcome>({
        lookUpFirst,
        lookUp: async () => captureOf(await payments.lookup({ key: request.chargeKey, orderId: request.orderId })),
        ask: () => payments.capture(request),
      });
      return { ...outcome, attempts: attempts() };
    }),

    voidPayment: asStep((charge: ChargeReference) => payments.void(charge)),

    /** @throws StepError REFUND_REFUSED when the company refuses it for good */
    refundPayment: asStep((request: RefundRequest) => payments.refund(request)),
  };
}

interface Asked<T> extends MayBeLookedUp {
  ask: () => Promise<T>;
  /** `undefined` is no outcome */
  lookUp: () => Promise<T | undefined>;
}

async function askOrLookUp<T>({ lookUpFirst, lookUp, ask }: Asked<T>): Promise<T> {
  const before = lookUpFirst ? await lookUp() : undefined;
  if (before) return before;
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StepError) || error.type !== 'OUTCOME_UNKNOWN') throw error;
    const outcome = await lookUp();
    if (!outcome) throw error;
    return outcome;
  }
}

/** What a charge's outcome says of its capture. */
const captureOf = (outcome: ChargeOutcome | undefined): CaptureOutcome | undefined =>
  outcome?.kind === 'CHARGED' || outcome?.kind === 'DECLINED' ? outcome : undefined;
