import type { Breaker } from './breaker';
import type { PaymentProvider } from '../../activities/ports';
import { StepError } from '../../domain/failures';

type Method = (...args: unknown[]) => Promise<unknown>;

/** A port, every call of which goes through the breaker. @param port has nothing but methods that answer later */
export function withBreaker<T extends object>(port: T, breaker: Breaker): T {
  const guarded = Object.entries(port as Record<string, Method>).map(
    ([name, method]) => [name, (...args: unknown[]) => breaker.run(() => method(...args))] as const,
  );
  return Object.fromEntries(guarded) as T;
}

/**
 * A payment company behind a breaker. A look-up that follows a lost answer is let through even when that answer was the
 * one that opened the breaker, and counts for nothing: a charge that is never answered would otherwise never be known.
 */
export function withPaymentBreaker(payments: PaymentProvider, breaker: Breaker): PaymentProvider {
  const guarded = withBreaker(payments, breaker);
  /** charges of which the last answer was lost */
  const lost = new Set<string>();
  const noted = async <T>(chargeKey: string, call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof StepError && error.type === 'OUTCOME_UNKNOWN') lost.add(chargeKey);
      throw error;
    }
  };
  return {
    ...guarded,
    charge: (request) => noted(request.key, guarded.charge(request)),
    capture: (request) => noted(request.chargeKey, guarded.capture(request)),
    lookup: (charge) => (lost.delete(charge.key) ? payments : guarded).lookup(charge),
  };
}
