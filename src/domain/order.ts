import type { OrderId } from './ids';

/** Characters of any text in an order. */
export const MAX_TEXT = 256;

/** False for text with control characters and the like: queues, topics and tables differ in whether they carry them. */
export const isPlainText = (text: string): boolean => !/\p{Cc}|\p{Surrogate}|\p{Noncharacter_Code_Point}/u.test(text);

export interface ShippingAddress {
  street: string;
  city: string;
  country: string;
  zipCode: string;
}

/**
 * An order as a shop sent it: the shape is checked, the values are not. Amounts are decimal numbers in major
 * units, exactly as sent; everything after ValidateOrder is in minor units.
 */
export interface OrderSubmission {
  orderId: OrderId;
  customerId?: string;
  items?: SubmittedItem[];
  totalAmount?: number;
  currency?: string;
  shippingAddress?: Partial<ShippingAddress>;
  timestamp?: string;
  paymentMethod?: string;
}

export interface SubmittedItem {
  productId?: string;
  quantity?: number;
  price?: number;
}

/** A validated order; amounts are integers in minor units of `currency`. */
export interface Order {
  orderId: OrderId;
  customerId: string;
  /** one line per product */
  lines: OrderLine[];
  totalAmount: number;
  currency: string;
  shippingAddress: ShippingAddress;
  paymentMethod: string;
  /** when the shop says it was placed, ISO 8601 */
  placedAt?: string;
}

export interface OrderLine {
  productId: string;
  quantity: number;
  /** minor units, of one */
  unitPrice: number;
  /** minor units, of the whole line; the lines add up to the order's total */
  amount: number;
}

/** Some of an order's units, from one warehouse, in one parcel. */
export interface Shipment {
  shipmentId: string;
  warehouseId: string;
  lines: ShipmentLine[];
}

export interface ShipmentLine {
  productId: string;
  quantity: number;
}

/** What could not be reserved. */
export interface Shortage {
  productId: string;
  /** ordered */
  quantity: number;
  /** what there was */
  availableQuantity: number;
  shortfall: number;
}

export interface ValidationError {
  /** RFC 6901 pointer into the submission */
  pointer: string;
  code: string;
  detail: string;
}

/**
 * What the given units of an order cost, in minor units. A line that ships whole costs its amount, which holds
 * the cent that D1 tolerates; a part of it costs its units, never more than the line.
 */
export function amountOf(order: Pick<Order, 'lines'>, shipped: readonly ShipmentLine[]): number {
  const quantities = new Map<string, number>();
  for (const { productId, quantity } of shipped) quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  return order.lines.reduce((sum, line) => sum + lineShare(line, quantities.get(line.productId) ?? 0), 0);
}

function lineShare(line: OrderLine, quantity: number): number {
  return quantity === line.quantity ? line.amount : Math.min(quantity * line.unitPrice, line.amount);
}
