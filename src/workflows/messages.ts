import { defineUpdate } from '@temporalio/workflow';
import type { InventoryStatus } from '../domain/projection';
import type { OrderId } from '../domain/ids';
import type { EndState, OrderStatus } from '../domain/states';
import type { OrderSubmission, Shortage, ValidationError } from '../domain/order';

/** What starts an order's workflow. */
export interface OrderInput {
  submission: OrderSubmission;
  /** of the submission; the same order sent again has the same */
  fingerprint: string;
  /** of the request that sent it: tells the first caller from those who repeat it */
  requestId: string;
}

/** The early answer to whoever sent the order. */
export interface AcceptAnswer {
  orderId: OrderId;
  fingerprint: string;
  requestId: string;
  status: OrderStatus;
  inventoryStatus?: InventoryStatus;
  unavailableItems?: Shortage[];
  errors?: ValidationError[];
}

export interface OrderEnd {
  orderId: OrderId;
  /** absent when an earlier run had the id */
  end?: EndState;
}

/** Answered with the first workflow task, after validation and the reserve attempt. */
export const acceptUpdate = defineUpdate<AcceptAnswer>('accept');

/** One id for all callers: each of them gets the one answer, also after the workflow has closed. */
export const ACCEPT_UPDATE_ID = 'accept';

export const ORDER_WORKFLOW = 'orderWorkflow';
