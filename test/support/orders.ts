import type { OrderId } from '../../src/domain/ids';
import type { OrderSubmission } from '../../src/domain/order';
import type { Warehouse } from '../../src/domain/inventory';

export const WAREHOUSES: Warehouse[] = [
  { warehouseId: 'ICN', country: 'KR', city: 'Seoul' },
  { warehouseId: 'LAX', country: 'US', city: 'Los Angeles' },
];

let count = 0;

/** An order id that no other test has. */
export const uniqueId = (prefix = 'ORD'): OrderId =>
  `${prefix}-${process.pid}-${Date.now().toString(36)}-${++count}` as OrderId;

/** The sample order of requirements E, with an id of its own. */
export function sampleOrder(changes: Partial<OrderSubmission> & { zipCode?: string } = {}): OrderSubmission {
  const { zipCode = '12345', ...rest } = changes;
  return {
    orderId: uniqueId(),
    customerId: 'CUST-567890',
    items: [{ productId: 'PROD-12345', quantity: 2, price: 29.99 }],
    totalAmount: 59.98,
    currency: 'USD',
    shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode },
    timestamp: '2025-07-09T10:30:00Z',
    ...rest,
  };
}
