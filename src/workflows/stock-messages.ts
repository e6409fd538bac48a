import { defineSignal } from '@temporalio/workflow';
import type { Delivery } from '../activities/receiving';

export const RECEIVE_STOCK_WORKFLOW = 'receiveStockWorkflow';
export const REPLENISHMENT_WORKFLOW = 'replenishmentWorkflow';

/** What became of a delivery, to whoever brought it. */
export interface StockReceived extends Delivery {
  /** units that went to orders that waited */
  toBackorders: number;
  /** units that can be ordered now, in all warehouses */
  availableQuantity: number;
}

/*
 * A delivery that cannot be taken fails its workflow, so that the same reference may be sent again once it is right. These
 * are the types of the failure.
 */
export const DELIVERY_REFUSALS = ['UNKNOWN_PRODUCT', 'UNKNOWN_WAREHOUSE', 'REFERENCE_USED'] as const;
export type DeliveryRefusal = (typeof DELIVERY_REFUSALS)[number];

/** What starts the replenishment of a product. */
export interface ReplenishmentInput {
  productId: string;
  /** units to order, beside those that are waited for */
  quantity: number;
  /** seconds after which units that did not come are an alert */
  overdueAfterS: number;
}

/** How a replenishment ended: with enough stock, or with units that did not come in time. */
export interface ReplenishmentEnd {
  productId: string;
  orders: number;
  outstanding: number;
}

/** Units of a product were received; tells its replenishment, if there is one. */
export const stockReceivedSignal = defineSignal<[{ quantity: number }]>('stockReceived');
