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

/** What becomes of an order of which only a part is there. */
export const SHORTAGE_CHOICES = ['SHIP_AVAILABLE', 'WAIT', 'CANCEL'] as const;
/** SHIP_AVAILABLE leaves the rest out; WAIT ships what is there and the rest when it arrives; CANCEL ships nothing. */
export type ShortageChoice = (typeof SHORTAGE_CHOICES)[number];

/** How customers are told; each customer of an order chooses. */
export const CHANNELS = ['EMAIL', 'SMS', 'PUSH'] as const;
export type Channel = (typeof CHANNELS)[number];

/** How an order is to be treated where there is a choice; times in seconds. */
export interface OrderPolicy {
  /** when a part is there: ask the customer, or what was decided beforehand */
  onShortage: 'ASK' | ShortageChoice;
  /** when the customer was asked and did not answer in time */
  onNoAnswer: ShortageChoice;
  /** when nothing is there: the order ends, or waits as a back-order */
  onUnavailable: 'END' | 'WAIT';
  decisionWithinS: number;
  backorderWithinS: number;
  /** how long a charge is tried while the payment company is out of order */
  paymentWithinS: number;
  /** how long a payment may stay pending */
  pendingPaymentWithinS: number;
  /** after delivery */
  returnWithinS: number;
  /** charged before it ships, or authorised and captured when it ships */
  payment: 'CHARGE' | 'AUTHORIZE';
}

const DAY_S = 86_400;

export const DEFAULT_POLICY: OrderPolicy = {
  onShortage: 'ASK',
  onNoAnswer: 'SHIP_AVAILABLE',
  onUnavailable: 'END',
  decisionWithinS: DAY_S,
  backorderWithinS: 30 * DAY_S,
  paymentWithinS: 900,
  pendingPaymentWithinS: 3 * DAY_S,
  returnWithinS: 30 * DAY_S,
  payment: 'CHARGE',
};

/** Grams of one unit where nobody says. */
export const DEFAULT_WEIGHT_G = 500;

/** How an order is treated: what it says, and the usual for the rest. */
export const policyOf = ({ policy }: Pick<Order, 'policy'>): OrderPolicy => ({ ...DEFAULT_POLICY, ...policy });

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
  policy?: SubmittedPolicy;
  channels?: string[];
}

/** A policy as it was sent: the values are not checked. */
export type SubmittedPolicy = { [K in keyof OrderPolicy]?: OrderPolicy[K] extends number ? number : string };

export interface SubmittedItem {
  productId?: string;
  quantity?: number;
  price?: number;
  /** grams, of one */
  weight?: number;
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
  /** where it differs from the usual */
  policy?: Partial<OrderPolicy>;
  /** how the customer wants to be told; absent: on every channel */
  channels?: Channel[];
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
  /** grams, of one; absent: {@link DEFAULT_WEIGHT_G} */
  unitWeight?: number;
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

/** Notes an error and goes on, so that all of them are told. */
export type Fail = (pointer: string, code: string, detail: string) => void;

/**
 * What the given units of an order cost, in minor units. A line that ships whole costs its amount, which holds
 * the cent that D1 tolerates; a part of it costs its units, never more than the line.
 */
export function amountOf(order: Pick<Order, 'lines'>, shipped: readonly ShipmentLine[]): number {
  const quantities = unitsOf(shipped);
  return order.lines.reduce((sum, line) => sum + lineShare(line, quantities.get(line.productId) ?? 0), 0);
}

/** Units by product. */
export function unitsOf(lines: readonly ShipmentLine[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { productId, quantity } of lines) units.set(productId, (units.get(productId) ?? 0) + quantity);
  return units;
}

/** The inverse of {@link unitsOf}: one line per product. */
export const linesOf = (units: ReadonlyMap<string, number>): ShipmentLine[] =>
  [...units].map(([productId, quantity]) => ({ productId, quantity }));

function lineShare(line: OrderLine, quantity: number): number {
  return quantity === line.quantity ? line.amount : Math.min(quantity * line.unitPrice, line.amount);
}
