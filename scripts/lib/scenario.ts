import type { EventType } from '../../src/domain/events';
import type { OrderStatus } from '../../src/domain/states';
import type { SandboxOrder } from '../../src/gateway/sandbox/orders';

/** What becomes of the money, as the payment company's journal has it in the end. */
export type Money =
  | 'nothing'
  | 'charged once'
  | 'charged for each shipment'
  | 'refunded in full'
  | 'refunded in part'
  | 'held, then taken'
  | 'held, then let go'
  | 'given back by hand';

/** A POST to the gateway. ORDER_ID and TRACKING_NUMBER, of the first parcel, stand for those of the order. */
export interface Call {
  path: string;
  /** none for a call without a body */
  body?: object;
}

/** What somebody does once something has happened to the order, after what the step before waited for. */
export interface Step extends Call {
  /** `at once`: when the order was taken, or the step before was */
  after: EventType | 'at once';
}

/** An order that goes its own way, and where that ends: for the README's tables, the demo and the tests. */
export interface Scenario {
  name: string;
  /** what happens on its way */
  happens: string;
  /** the order, but for its id */
  order: SandboxOrder;
  /** what is done to it on its way */
  steps?: readonly Step[];
  /** the event that it ends with, after its steps; the usual one of its end where there is none */
  until?: EventType;
  end: OrderStatus;
  money: Money;
  /** how it is placed, when not once over HTTP */
  via?: 'http, three times at once' | 'EventBridge';
  /** it moves what all orders share: runs after the others, by itself */
  alone?: { before?: readonly Call[]; restore: readonly Call[] };
}

export const shipped = { end: 'SHIPPED', money: 'charged once' } as const;
