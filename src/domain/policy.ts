import type { Fail } from './order';
import { type OrderPolicy, SHORTAGE_CHOICES, type SubmittedPolicy } from './order';

const YEAR_S = 366 * 86_400;

/** What each member may be: one of some words, or whole seconds up to a limit. */
const MEMBERS: { [K in keyof OrderPolicy]: readonly string[] | { maximum: number } } = {
  onShortage: ['ASK', ...SHORTAGE_CHOICES],
  onNoAnswer: SHORTAGE_CHOICES,
  onUnavailable: ['END', 'WAIT'],
  decisionWithinS: { maximum: YEAR_S },
  backorderWithinS: { maximum: YEAR_S },
  // each try is in the order's history
  paymentWithinS: { maximum: 7 * 86_400 },
  pendingPaymentWithinS: { maximum: YEAR_S },
  returnWithinS: { maximum: YEAR_S },
  payment: ['CHARGE', 'AUTHORIZE'],
};

/** Checks how an order wants to be treated; names that are none are left out, as everywhere in an order. */
export function checkPolicy(policy: SubmittedPolicy | undefined, fail: Fail): Partial<OrderPolicy> | undefined {
  if (!policy) return undefined;
  const known = Object.entries(MEMBERS).filter(([name]) => Object.hasOwn(policy, name));
  for (const [name, allowed] of known) checkMember(name, { value: policy[name as keyof OrderPolicy], allowed, fail });
  if (known.length === 0) return undefined;
  return Object.fromEntries(known.map(([name]) => [name, policy[name as keyof OrderPolicy]]));
}

function checkMember(
  name: string,
  { value, allowed, fail }: { value: unknown; allowed: readonly string[] | { maximum: number }; fail: Fail },
): void {
  const pointer = `/policy/${name}`;
  if ('maximum' in allowed) {
    const isSeconds = Number.isInteger(value) && (value as number) >= 1 && (value as number) <= allowed.maximum;
    if (!isSeconds)
      fail(pointer, 'invalid', `expected whole seconds from 1 to ${allowed.maximum}, got ${String(value)}`);
    return;
  }
  if (!allowed.includes(value as string)) fail(pointer, 'invalid', `expected one of ${allowed.join(', ')}`);
}
