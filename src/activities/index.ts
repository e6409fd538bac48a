import type { FulfillmentDeps } from './fulfillment';
import type { InventoryDeps } from './inventory';
import type { PaymentProvider } from './ports';
import type { ReplayDeps } from './replay';
import type { ReplenishmentDeps } from './replenishment';
import { createBackorderActivities } from './backorders';
import { createDeadLetterActivities, type DeadLetterDeps } from './dead-letters';
import { createEventActivities } from './events';
import { createFulfillmentActivities } from './fulfillment';
import { createInventoryActivities } from './inventory';
import { createLatePaymentActivities } from './late-payment';
import { createNotificationActivities } from './notification';
import { createPaymentActivities } from './payment';
import { createReceivingActivities } from './receiving';
import { createReplayActivities } from './replay';
import { createReplenishmentActivities } from './replenishment';
import { createValidationActivities, type ValidationDeps } from './validation';

export type ActivityDeps = FulfillmentDeps &
  InventoryDeps &
  ReplayDeps &
  ReplenishmentDeps &
  ValidationDeps &
  DeadLetterDeps & { payments: PaymentProvider };

/** All activities of the worker, over the given ports. */
export function createActivities(deps: ActivityDeps) {
  return {
    ...createValidationActivities(deps),
    ...createInventoryActivities(deps),
    ...createBackorderActivities(deps),
    ...createReceivingActivities(deps),
    ...createReplenishmentActivities(deps),
    ...createPaymentActivities(deps),
    ...createFulfillmentActivities(deps),
    ...createNotificationActivities(deps),
    ...createEventActivities(deps),
    ...createLatePaymentActivities(deps),
    ...createReplayActivities(deps),
    ...createDeadLetterActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
