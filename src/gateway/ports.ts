import type { Contact } from '../messaging/ports';
import type { OrderClient } from '../client';
import type { OrderEvent } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { OrderView } from '../domain/projection';
import type { OrderStatus } from '../domain/states';

export type OrderSummary = Pick<OrderView, 'orderId' | 'status' | 'createdAt' | 'updatedAt'> &
  Partial<Pick<OrderView, 'customerId' | 'totalAmount' | 'currency' | 'inventoryStatus'>>;

export interface ProductStock {
  productId: string;
  name?: string;
  availableQuantity: number;
  reservedQuantity: number;
  warehouses: { warehouseId: string; availableQuantity: number; reservedQuantity: number }[];
}

/** What the gateway reads: the read model, never the workflows. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface OrderReader {
  readView(orderId: OrderId): Promise<OrderView | undefined>;
  /** in order of their sequence, from the one after `after` */
  listEvents(p: { orderId: OrderId; after?: number }): Promise<OrderEvent[]>;
  /**
   * Newest first: by creation with a customer, by last change without.
   *
   * @throws InvalidCursorError when the cursor is not one that a page with the same filter came with
   */
  listOrders(p: {
    customerId?: string;
    status?: OrderStatus;
    cursor?: string;
    limit: number;
  }): Promise<{ orders: OrderSummary[]; cursor?: string }>;
  readInventory(productId: string): Promise<ProductStock | undefined>;
  /** @throws StepError when the tables cannot be read */
  ping(): Promise<void>;
}

/** Its message says what was expected. */
export class InvalidCursorError extends Error {
  override readonly name = 'InvalidCursorError';
}

/** What the sandbox providers saw and did; amounts are decimals. */
export interface JournalEntry {
  /** ISO 8601 */
  at: string;
  provider: 'payment' | 'carrier' | 'notification';
  operation: 'charge' | 'refund' | 'void' | 'lookup' | 'label' | 'cancel-label' | 'email' | 'sms' | 'push';
  key: string;
  outcome: string;
  amount?: number;
  currency?: string;
}

/** How customers can be reached; the same table that the consumer reads. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface ContactBook {
  readContact(customerId: string): Promise<Contact | undefined>;
  /** Replaces what there was. */
  writeContact(contact: Contact): Promise<void>;
}

export interface GatewayDeps {
  contacts: ContactBook;
  orders: OrderClient;
  reader: OrderReader;
  /** present with sandbox adapters */
  sandbox?: { entries(orderId: string): Promise<JournalEntry[]> };
  /** a new order's id, unique */
  newOrderId(): OrderId;
  /** unique for each request */
  newRequestId(): string;
}
