import { defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Cause } from '../domain/cause';
import type { CarrierStatus, InspectedItem, Resolution } from '../domain/events';
import type { InventoryStatus } from '../domain/projection';
import type { OrderId } from '../domain/ids';
import type { EndState, OrderStatus } from '../domain/states';
import type {
  OrderSubmission,
  ShipmentLine,
  ShippingAddress,
  Shortage,
  ShortageChoice,
  ValidationError,
} from '../domain/order';

/** What starts an order's workflow. */
export interface OrderInput {
  submission: OrderSubmission;
  /** of the submission; the same order sent again has the same */
  fingerprint: string;
  /** of the request that sent it: tells the first caller from those who repeat it */
  requestId: string;
  /** what placed it; absent: nobody says more than the request's id */
  cause?: Cause;
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
  /** when it ended */
  status?: OrderStatus;
}

/** Answered with the first workflow task, after validation and the reserve attempt. */
export const acceptUpdate = defineUpdate<AcceptAnswer>('accept');

/** One id for all callers: each of them gets the one answer, also after the workflow has closed. */
export const ACCEPT_UPDATE_ID = 'accept';

export const ORDER_WORKFLOW = 'orderWorkflow';

/** An answer to a change of an order: how it stands now. */
export interface ChangeAnswer {
  orderId: OrderId;
  status: OrderStatus;
}

/** What becomes of an order that is to be cancelled: it turns back, or what has shipped already comes back. */
export type CancelAnswer = ChangeAnswer &
  ({ outcome: 'CANCELLING' } | { outcome: 'RETURN_REQUESTED'; returnId: string });

export type ReturnAnswer = ChangeAnswer & { returnId: string };
/** `refunded` in minor units */
export type InspectionAnswer = ReturnAnswer & { refunded: number; currency: string };

/*
 * Changes of an order. Each has a validator that refuses with an `ApplicationFailure` of type {@link CHANGE_REFUSED}, whose
 * message is the reason, when it is too late or not its time; the same change sent again is answered as the first time.
 */
export const CHANGE_REFUSED = 'CHANGE_REFUSED';

/** With the request that it comes from, where that is told. */
export type Caused<T> = T & { cause?: Cause };

export const decideUpdate = defineUpdate<ChangeAnswer, [Caused<{ choice: ShortageChoice }>]>('decide');
export const cancelUpdate = defineUpdate<CancelAnswer, [Caused<{ reason?: string }>]>('cancel');
export const changeAddressUpdate = defineUpdate<ChangeAnswer, [Caused<{ address: ShippingAddress }>]>('changeAddress');
export const requestReturnUpdate = defineUpdate<ReturnAnswer, [Caused<{ items: ShipmentLine[]; reason?: string }>]>(
  'requestReturn',
);
export const receiveReturnUpdate = defineUpdate<ReturnAnswer, [Caused<{ returnId: string }>]>('receiveReturn');
export const inspectReturnUpdate = defineUpdate<
  InspectionAnswer,
  [Caused<{ returnId: string; items: InspectedItem[] }>]
>('inspectReturn');
export const resolveUpdate = defineUpdate<ChangeAnswer, [Caused<Resolution>]>('resolve');

/** What a payment company says later of a charge; by its key, or by its payment id where the key is not told. */
export interface PaymentNews {
  kind: 'COMPLETED' | 'FAILED';
  chargeKey: string;
  paymentId: string;
  /** minor units */
  amount: number;
  currency: string;
  reason?: string;
  /** the event that tells it */
  cause?: Cause;
}

/** What a carrier says of a parcel. */
export interface CarrierNews {
  /** the carrier's; the same one again is dropped */
  updateId: string;
  trackingNumber: string;
  status: CarrierStatus;
  occurredAt?: string;
  /** the event that tells it */
  cause?: Cause;
}

/** May come early, late, twice and in any order. */
export const paymentNewsSignal = defineSignal<[PaymentNews]>('paymentNews');
export const carrierNewsSignal = defineSignal<[CarrierNews]>('carrierNews');
/** Some of what an order waits for was set aside for it; how much, the books say. */
export const stockArrivedSignal = defineSignal<[{ productId: string }]>('stockArrived');

/** What starts the workflow of an order that was paid elsewhere; the same id, `order-<orderId>`, so that both never run. */
export interface FulfillmentInput extends OrderInput {
  /** minor units; what was paid, under which key at the payment company */
  paid: { chargeKey: string; paymentId: string; amount: number; currency: string };
}

export const FULFILLMENT_WORKFLOW = 'fulfillmentWorkflow';

/** A success that came after its order had closed: it is refunded under the key of the charge. */
export interface LatePaymentInput extends Omit<PaymentNews, 'kind' | 'reason'> {
  orderId: OrderId;
}

export const LATE_PAYMENT_WORKFLOW = 'latePaymentWorkflow';
