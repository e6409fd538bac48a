import type { FulfillmentDeps } from './fulfillment';
import type { InventoryDeps } from './inventory';
import type { PaymentProvider } from './ports';
import type { ReplayDeps } from './replay';
import type { ReplenishmentDeps } from './replenishment';
import { createBackorderActivities } from './backorders';
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
  ValidationDeps & { payments: PaymentProvider };

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
  };
}

export type Activities = ReturnType<typeof createActivities>;
