import type { CarrierStatus, InspectedItem, Resolution } from '../../src/domain/events';
import type { Dependency } from '../../src/domain/breaker';
import type { ProviderSwitch, SettlementOutcome } from '../../src/gateway/ports';
import type { ShipmentLine, ShippingAddress, ShortageChoice } from '../../src/domain/order';
import type { Call } from './scenario';

const ofOrder = (action: string, body?: object): Call => ({
  path: `/orders/ORDER_ID/${action}`,
  ...(body && { body }),
});

export const decide = (choice: ShortageChoice) => ofOrder('decision', { choice });
export const cancel = (reason: string) => ofOrder('cancel', { reason });
export const moveTo = (address: ShippingAddress) => ofOrder('address', address);
export const returnItems = (items: ShipmentLine[], reason: string) => ofOrder('returns', { items, reason });
/** of the first return */
export const receiveReturn = () => ofOrder('returns/ORDER_ID-R1/receive');
export const inspectReturn = (items: InspectedItem[]) => ofOrder('returns/ORDER_ID-R1/inspect', { items });
export const resolve = (resolution: Resolution) => ofOrder('resolution', resolution);

/** One event for each word of the carrier, in the order they are sent. */
export function carrierSays(...words: CarrierStatus[]): Call {
  const events = words.map((status, i) => ({
    id: `ORDER_ID-${status}-${i}`,
    source: 'carrier.updates',
    'detail-type': 'Carrier Update',
    detail: { orderId: 'ORDER_ID', trackingNumber: 'TRACKING_NUMBER', status, updateId: `ORDER_ID-${status}` },
  }));
  return { path: '/events', body: events.length === 1 ? events[0]! : events };
}

/** The payment company decides on the order's first charge. */
export const settlePayment = (outcome: SettlementOutcome): Call => ({
  path: '/sandbox/payments/settle',
  body: { chargeKey: 'charge#ORDER_ID#1', outcome },
});

/** A delivery of what an order waits for; its reference is the key that it is sent with. */
export const receiveStock = (productId: string, quantity: number): Call => ({
  path: `/inventory/${productId}/receive`,
  body: { warehouseId: 'ICN', quantity },
});

export const switchProvider = (name: Dependency, changes: Partial<ProviderSwitch>): Call => ({
  path: `/sandbox/providers/${name}`,
  body: changes,
});

/** A call with an order's own names in it. */
export function fillIn({ path, body }: Call, names: { orderId: string; trackingNumber?: string }): Call {
  const { orderId, trackingNumber = '' } = names;
  const fill = (text: string) => text.replaceAll('ORDER_ID', orderId).replaceAll('TRACKING_NUMBER', trackingNumber);
  return { path: fill(path), ...(body && { body: JSON.parse(fill(JSON.stringify(body))) as object }) };
}
