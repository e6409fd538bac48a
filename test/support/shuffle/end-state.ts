import type { OrderView } from '../../../src/domain/projection';
import type { Life } from './lives';
import type { Row, Stack } from './stack';

/** Calls of companies that have an effect; a key that is asked again has none. */
const EFFECTS = new Set(['charge', 'authorize', 'capture', 'settle', 'refund', 'void', 'label', 'cancel-label']);

/** Where a world stands: its orders, without times and without how they came there; its stock; what companies did. */
export async function endStateOf(stack: Stack, lives: readonly Life[]) {
  const views = await stack.views();
  const journal = await stack.rows('SANDBOX_JOURNAL_TABLE');
  return {
    orders: lives.map(({ orderId }) => summaryOf(views.get(orderId))),
    stock: sorted([...(await stack.rows('INVENTORY_TABLE')), ...(await stack.rows('WAREHOUSE_STOCK_TABLE'))]),
    effects: sorted(journal.flatMap(effectOf)),
  };
}

function summaryOf(view: OrderView | undefined) {
  if (!view) return undefined;
  const { orderId, status, customerId, currency, totalAmount, lines, charged, refunded, shippingAddress, failure } =
    view;
  return {
    orderId,
    status,
    customerId,
    currency,
    totalAmount,
    lines,
    charged,
    refunded,
    shippingAddress,
    failure,
    inventoryStatus: view.inventoryStatus,
    pending: [view.pendingPayment, view.attention, view.delayed, view.decision, view.backorder, view.cancellation],
    shipments: view.shipments.map(({ shipmentId, warehouseId, lines: units, carrier, trackingNumber }) => ({
      shipmentId,
      warehouseId,
      units,
      carrier,
      trackingNumber,
      parcel: view.tracking?.findLast((step) => step.shipmentId === shipmentId)?.status,
    })),
  };
}

function effectOf({ provider, operation, key, outcome, amount, currency }: Row): Row[] {
  if (!EFFECTS.has(String(operation)) || outcome === 'replayed') return [];
  return [{ provider, operation, key, outcome, amount, currency }];
}

const sorted = (rows: Row[]): Row[] => rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
