/**
 * The states of an order and the ways between them, by the names of the state machine (requirements B and C).
 * `ADDED_EDGES` lists what Waybill adds to it; the page draws from this table and a test holds every run against it.
 */
export const STATES = [
  'ValidateOrder',
  'CheckInventory',
  'InventoryAvailable?',
  'HandlePartialInventory',
  'InventoryNotAvailable',
  'ProcessPayment',
  'PaymentSuccessful?',
  'PaymentFailed',
  'StartFulfillment',
  'AllocateWarehouse',
  'GenerateShippingLabel',
  'CommitTransaction',
  'NotifyCustomer',
  'OrderValidationFailed',
  'RollbackTransaction',
  // the life after, and beside, the state machine of requirements B
  'AwaitStock',
  'CapturePayment',
  'AwaitDelivery',
  'CompensateShipment',
  'HandleReturn',
  'NeedsAttention',
] as const;

export type StateName = (typeof STATES)[number];

export type Edge = readonly [from: StateName, to: StateName];

/** The edges of the state machine in requirements B. */
const STATE_MACHINE_EDGES: readonly Edge[] = [
  ['ValidateOrder', 'CheckInventory'],
  ['ValidateOrder', 'OrderValidationFailed'],
  ['CheckInventory', 'InventoryAvailable?'],
  ['InventoryAvailable?', 'ProcessPayment'],
  ['InventoryAvailable?', 'HandlePartialInventory'],
  ['InventoryAvailable?', 'InventoryNotAvailable'],
  ['HandlePartialInventory', 'ProcessPayment'],
  ['ProcessPayment', 'PaymentSuccessful?'],
  ['PaymentSuccessful?', 'StartFulfillment'],
  ['PaymentSuccessful?', 'PaymentFailed'],
  ['StartFulfillment', 'AllocateWarehouse'],
  ['StartFulfillment', 'GenerateShippingLabel'],
  ['AllocateWarehouse', 'NotifyCustomer'],
  ['GenerateShippingLabel', 'NotifyCustomer'],
];

/** What Waybill adds: the saga of requirements C between fulfillment and the customer, and its way back. */
export const ADDED_EDGES: readonly Edge[] = [
  ['AllocateWarehouse', 'CommitTransaction'],
  ['GenerateShippingLabel', 'CommitTransaction'],
  ['CommitTransaction', 'NotifyCustomer'],
  // several shipments are allocated and labelled side by side
  ['AllocateWarehouse', 'AllocateWarehouse'],
  ['AllocateWarehouse', 'GenerateShippingLabel'],
  ['GenerateShippingLabel', 'AllocateWarehouse'],
  ['GenerateShippingLabel', 'GenerateShippingLabel'],
  ['InventoryAvailable?', 'RollbackTransaction'],
  ['HandlePartialInventory', 'RollbackTransaction'],
  ['ProcessPayment', 'RollbackTransaction'],
  ['PaymentSuccessful?', 'RollbackTransaction'],
  ['AllocateWarehouse', 'RollbackTransaction'],
  ['GenerateShippingLabel', 'RollbackTransaction'],
  // paid elsewhere
  ['InventoryAvailable?', 'PaymentSuccessful?'],
  ['HandlePartialInventory', 'PaymentSuccessful?'],
  // authorised before, captured when it ships
  ['AllocateWarehouse', 'CapturePayment'],
  ['GenerateShippingLabel', 'CapturePayment'],
  ['CapturePayment', 'CommitTransaction'],
  ['CapturePayment', 'RollbackTransaction'],
  // a back-order waits from the start, or after the part that was there
  ['InventoryNotAvailable', 'AwaitStock'],
  ['AwaitStock', 'ProcessPayment'],
  ['AwaitStock', 'AwaitDelivery'],
  ['PaymentFailed', 'AwaitDelivery'],
  ['RollbackTransaction', 'AwaitDelivery'],
  // parcels on their way
  ['NotifyCustomer', 'AwaitDelivery'],
  ['AwaitDelivery', 'AwaitStock'],
  ['AwaitDelivery', 'CompensateShipment'],
  ['AwaitDelivery', 'HandleReturn'],
  ['CompensateShipment', 'AwaitDelivery'],
  ['HandleReturn', 'AwaitDelivery'],
  // another label, for another address
  ['AwaitDelivery', 'GenerateShippingLabel'],
  ['GenerateShippingLabel', 'AwaitDelivery'],
  // wherever something is undone, undoing may need somebody
  ['InventoryAvailable?', 'NeedsAttention'],
  ['ProcessPayment', 'NeedsAttention'],
  ['PaymentFailed', 'NeedsAttention'],
  ['RollbackTransaction', 'NeedsAttention'],
  ['CompensateShipment', 'NeedsAttention'],
  ['HandleReturn', 'NeedsAttention'],
  ['NotifyCustomer', 'NeedsAttention'],
  ['GenerateShippingLabel', 'NeedsAttention'],
  ['NeedsAttention', 'NeedsAttention'],
  // resolved: undoing goes on, or the parcels are waited for again
  ['NeedsAttention', 'InventoryNotAvailable'],
  ['NeedsAttention', 'PaymentSuccessful?'],
  ['NeedsAttention', 'AwaitDelivery'],
];

/** Every way that an order can take. */
export const EDGES: readonly Edge[] = [...STATE_MACHINE_EDGES, ...ADDED_EDGES];

/** Where an order can end: the ends of requirements B, the saga's, and the end of its parcels. */
export const END_STATES = [
  'NotifyCustomer',
  'AwaitDelivery',
  'InventoryNotAvailable',
  'PaymentFailed',
  'OrderValidationFailed',
  'RollbackTransaction',
] as const satisfies readonly StateName[];

export type EndState = (typeof END_STATES)[number];

/** The status of an order as shops see it. */
export const ORDER_STATUSES = [
  'RECEIVED',
  'VALIDATED',
  'VALIDATION_FAILED',
  'RESERVED',
  'INVENTORY_UNAVAILABLE',
  'PAID',
  'PAYMENT_FAILED',
  'FULFILLMENT_FAILED',
  'SHIPPED',
  'PENDING_DECISION',
  'BACKORDERED',
  'DELIVERED',
  'CANCELLED',
  'RETURNED',
  'NEEDS_ATTENTION',
] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** A state that an order went through. */
export interface StatePassed {
  name: StateName;
  /** counts the states of an order in the order they were entered, from 1 */
  ordinal: number;
  /** ISO 8601 */
  enteredAt: string;
  exitedAt: string;
  /** how often the state's task was tried, the first time included; 0 when it failed and did not say */
  attempts: number;
}
