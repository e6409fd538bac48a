import { Type } from '@sinclair/typebox';
import { SHORTAGE_CHOICES } from '../domain/order';
import { ORDER_STATUSES } from '../domain/states';

export const oneOf = <const T extends string>(words: readonly T[], description?: string) =>
  Type.Unsafe<T>({ type: 'string', enum: [...words], ...(description !== undefined && { description }) });

export const Text = (description: string) => Type.String({ description });
export const Time = (description: string) => Type.String({ format: 'date-time', description });
/** Minor units never leave the house. */
export const Amount = (description: string) => Type.Number({ description: `${description}, in decimal major units` });
export const Currency = Type.String({ description: 'ISO 4217' });
export const Count = (description: string) => Type.Integer({ minimum: 0, description });
export const ProductId = Type.String();
/** There, or not there. */
export const Flag = (description: string) => Type.Literal(true, { description });

export const Line = Type.Object({ productId: ProductId, quantity: Count('units') });
export const Lines = Type.Array(Line);

export const Shipment = Type.Object(
  { shipmentId: Type.String(), warehouseId: Type.String(), lines: Lines },
  { description: 'some of the units, from one warehouse, in one parcel' },
);
export const Shipments = Type.Array(Shipment);

export const Shortages = Type.Array(
  Type.Object({
    productId: ProductId,
    quantity: Count('ordered'),
    availableQuantity: Count('what there was'),
    shortfall: Count('what is missing'),
  }),
);

export const Address = Type.Object({
  street: Type.String(),
  city: Type.String(),
  country: Type.String({ description: 'ISO 3166-1 alpha-2' }),
  zipCode: Type.String(),
});

export const Status = oneOf(ORDER_STATUSES, 'of the order from here on');
export const Choice = oneOf(SHORTAGE_CHOICES);
