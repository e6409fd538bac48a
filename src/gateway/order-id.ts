import { Type } from '@sinclair/typebox';
import { isOrderId, type OrderId } from '../domain/ids';
import { ProblemError } from './problem';

/** The parameters of a path under an order. */
export const OrderParams = Type.Object({ orderId: Type.String({ description: 'the id of the order' }) });

export function orderNotFound(orderId: string): ProblemError {
  return new ProblemError('order_not_found', { detail: `there is no order ${JSON.stringify(orderId)}` });
}

/** @throws ProblemError for what can be no order's id */
export function expectOrderId(text: string): OrderId {
  if (isOrderId(text)) return text;
  throw orderNotFound(text);
}
