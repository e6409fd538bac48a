import type { OrderId } from '../../../src/domain/ids';
import type { OrderStatus } from '../../../src/domain/states';
import type { Sent } from './stack';
import { keys } from '../../../src/domain/ids';
import { sampleOrder } from '../orders';

/** What the outside world tells of an order, in its order, and where that leads. */
export interface Life {
  orderId: OrderId;
  end: OrderStatus;
  /** starts it, and decides its payment */
  placed: Sent[];
  /** @param trackingNumber of its parcel */
  carried(trackingNumber: string): Sent[];
}

const KINDS = ['charged', 'pending', 'pending-failed', 'declined', 'paid-elsewhere', 'lost'] as const;
type Kind = (typeof KINDS)[number];

const ENDS: Record<Kind, OrderStatus> = {
  charged: 'DELIVERED',
  pending: 'DELIVERED',
  'pending-failed': 'PAYMENT_FAILED',
  declined: 'PAYMENT_FAILED',
  'paid-elsewhere': 'DELIVERED',
  lost: 'FULFILLMENT_FAILED',
};

const METHODS: Partial<Record<Kind, string>> = {
  pending: 'pm_pending',
  'pending-failed': 'pm_pending',
  declined: 'pm_declined',
};

const STEPS: Partial<Record<Kind, string[]>> = {
  lost: ['PICKED_UP', 'LOST'],
  'pending-failed': [],
  declined: [],
};

/** As many lives, of every kind in turn. */
export const livesOf = (count: number): Life[] =>
  Array.from({ length: count }, (_, i) => lifeOf(`ORD-SHUFFLE-${i}` as OrderId, KINDS[i % KINDS.length]!));

function lifeOf(orderId: OrderId, kind: Kind): Life {
  const paymentMethod = METHODS[kind];
  const order = sampleOrder({ orderId, ...(paymentMethod && { paymentMethod }) });
  const money = { amount: order.totalAmount, currency: order.currency };
  const paid = { orderId, chargeKey: keys.charge(orderId, 1), paymentId: `pay-${orderId}`, ...money };
  const placed = eventOf(`${orderId}-placed`, 'ecommerce.orders', 'Order Placed', { ...order });
  const decided = (type: string, detail: object) => eventOf(`${orderId}-paid`, 'payment.service', type, { ...detail });
  const start: Record<Kind, Sent[]> = {
    charged: [placed],
    lost: [placed],
    declined: [placed],
    pending: [placed, decided('Payment Completed', paid)],
    'pending-failed': [placed, decided('Payment Failed', { ...paid, reason: 'no cover' })],
    'paid-elsewhere': [decided('Payment Completed', { ...paid, order, chargeKey: `shop-${orderId}` })],
  };
  const steps = STEPS[kind] ?? ['PICKED_UP', 'IN_TRANSIT', 'DELIVERED'];
  return {
    orderId,
    end: ENDS[kind],
    placed: start[kind],
    carried: (trackingNumber) =>
      steps.map((status, i) => {
        const updateId = `${orderId}-${i}`;
        const detail = { orderId, trackingNumber, status, updateId };
        return eventOf(`${orderId}-carrier-${i}`, 'carrier.updates', 'Carrier Update', detail);
      }),
  };
}

const eventOf = (id: string, source: string, type: string, detail: Record<string, unknown>): Sent => ({
  id,
  source,
  'detail-type': type,
  detail,
});
