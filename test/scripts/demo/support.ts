import type { Run } from '../../../scripts/demo/run';
import type { ShownEvent, ShownOrder } from '../../../scripts/demo/shop';
import { type Scenario, SCENARIOS } from '../../../scripts/lib/scenarios';

export const scenarioOf = (name: string): Scenario => {
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  return scenario;
};

const at = '2025-07-09T10:30:00.000Z';

/** An order of one unit as the gateway shows it. */
export function shownOrder(changes: Partial<ShownOrder> = {}, passed: string[] = ['ValidateOrder']): ShownOrder {
  return {
    orderId: 'demo-000000-01',
    status: 'SHIPPED',
    summary: 'Shipped: 1 parcel waiting for the carrier.',
    items: [{ productId: 'PROD-12345', quantity: 1, price: 29.99 }],
    states: passed.map((name) => ({ name, enteredAt: at, exitedAt: at, attempts: 1 })) as ShownOrder['states'],
    payment: { charged: 29.99, refunded: 0, currency: 'USD' },
    shipments: [
      {
        shipmentId: 'S1',
        warehouseId: 'ICN',
        status: 'AWAITING_PICKUP',
        carrier: 'C',
        trackingNumber: 'T',
        items: [{ productId: 'PROD-12345', quantity: 1 }],
      },
    ],
    links: { self: '', events: '', actions: {} },
    ...changes,
  };
}

/** What an order that ships ends with. */
export const lastEvent = {
  eventId: 'X#9',
  sequence: 9,
  type: 'Customer Notified',
  source: 's',
  at,
  correlationId: 'req-1',
  causationId: 'X#8',
  data: {},
} as const;

/** An event of an order. */
export const event = (type: ShownEvent['type'], data: Record<string, unknown> = {}, sequence = 1): ShownEvent => ({
  ...lastEvent,
  type,
  data,
  sequence,
});

/** A call to the payment company. */
export const call = (
  operation: 'charge' | 'refund' | 'settle' | 'capture' | 'void',
  outcome: string,
  amount = 29.99,
) => ({
  at,
  provider: 'payment' as const,
  operation,
  key: 'charge#ORD#1',
  outcome,
  amount,
  currency: 'USD',
});

/** An order that has ended as its scenario says, when that is to be shipped. */
export const endedRun = (changes: Partial<Run> = {}): Run => ({
  scenario: scenarioOf('pm_ok'),
  orderId: 'demo-000000-01',
  startedAt: 0,
  endedAt: 1_500,
  answers: [202],
  order: shownOrder(),
  journal: [call('charge', 'succeeded')],
  ...changes,
});
