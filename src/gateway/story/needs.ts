import type { Static } from '@sinclair/typebox';
import type { BreakerRow } from '../ports';
import type { Dependency } from '../../domain/breaker';
import type { OrderStory } from '../story-schemas';
import type { OrderView } from '../../domain/projection';
import type { StateName } from '../../domain/states';
import { DEPENDENCIES, isDependency } from '../../domain/breaker';
import { hasEnded } from '../standing';
import { worstBreaker } from '../worst-breaker';

export type OpenBreaker = Static<typeof OrderStory>['breakers'][number];

const PAYMENT: readonly Dependency[] = ['payment'];
const CARRIER: readonly Dependency[] = ['carrier'];
const BOTH: readonly Dependency[] = ['payment', 'carrier'];

/** The companies that a state speaks to. */
const NEEDS: Partial<Record<StateName, readonly Dependency[]>> = {
  ProcessPayment: PAYMENT,
  'PaymentSuccessful?': PAYMENT,
  PaymentFailed: PAYMENT,
  CapturePayment: PAYMENT,
  CompensateShipment: PAYMENT,
  HandleReturn: PAYMENT,
  StartFulfillment: CARRIER,
  AllocateWarehouse: CARRIER,
  GenerateShippingLabel: CARRIER,
  RollbackTransaction: BOTH,
  NeedsAttention: BOTH,
};

/** The outside companies that an order needs to go on, or waits for. */
export function neededBy(view: OrderView): Dependency[] {
  if (hasEnded(view)) return [];
  const { currentState, delayed } = view;
  const needed = new Set((currentState && NEEDS[currentState]) ?? []);
  if (delayed && isDependency(delayed.dependency)) needed.add(delayed.dependency);
  return DEPENDENCIES.filter((dependency) => needed.has(dependency));
}

/** The companies among those that are left alone now, as the worst of all processes sees them. */
export function openBreakers(needed: readonly Dependency[], rows: readonly BreakerRow[]): OpenBreaker[] {
  return needed.map((dependency) => worstBreaker(dependency, rows)).filter(({ state }) => state !== 'CLOSED');
}
