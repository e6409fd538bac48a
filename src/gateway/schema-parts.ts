import { Type } from '@sinclair/typebox';
import { ORDER_STATUSES } from '../domain/states';

export const oneOf = <T extends string>(values: readonly T[], description = '') =>
  Type.Unsafe<T>({ type: 'string', enum: [...values], ...(description && { description }) });

export const Time = (description: string) => Type.String({ format: 'date-time', description });
export const Currency = Type.String({ description: 'ISO 4217' });
export const Status = oneOf(ORDER_STATUSES);
export const Amount = (description: string) => Type.Number({ description: `${description}, in decimal major units` });
export const Quantity = Type.Integer();
export const Units = Type.Array(Type.Object({ productId: Type.String(), quantity: Quantity }));
export const InventoryStatus = oneOf(['AVAILABLE', 'PARTIAL', 'UNAVAILABLE']);
export const Links = Type.Object({ self: Type.String(), events: Type.String() });

export const InputError = Type.Object({
  pointer: Type.String({ description: 'JSON pointer (RFC 6901) into what was sent' }),
  code: Type.String(),
  detail: Type.String({ description: 'what was expected, and what came' }),
});

export const Shortages = Type.Array(
  Type.Object({
    productId: Type.String(),
    quantity: Type.Integer({ description: 'ordered' }),
    availableQuantity: Type.Integer({ description: 'what there was' }),
    shortfall: Type.Integer({ description: 'what is missing' }),
  }),
);
