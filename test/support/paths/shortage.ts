import type { Drive } from './drive';
import { GOODS, item, orderOf, PARTLY, type Path, SCARCE, SOLD_OUT } from './path';

const partly = (policy: object = {}) => orderOf(PARTLY, { policy });
const soldOut = (policy: object = {}) => orderOf([item(SOLD_OUT, 2)], { policy });

/** The rest arrives, and everything with it. */
async function restArrives(d: Drive): Promise<void> {
  await d.until('Customer Notified');
  await d.arrive(SCARCE, 2);
  await d.until(() => d.has('Customer Notified', 2));
  await d.deliver();
}

const decided = (choice: 'SHIP_AVAILABLE' | 'WAIT' | 'CANCEL', then: (d: Drive) => Promise<void>) => async (d: Drive) => {
  await d.until('Decision Requested');
  expect(d.view()).toMatchObject({ status: 'PENDING_DECISION', decision: { choices: ['SHIP_AVAILABLE', 'WAIT', 'CANCEL'] } });
  expect(await d.decide(choice)).toMatchObject({ kind: 'done' });
  await then(d);
};

/** Nobody answers for a day. */
const unanswered = (then: (d: Drive) => Promise<void>) => async (d: Drive) => {
  await d.until('Decision Requested');
  await d.sleep(86_401);
  await d.until('Decision Made');
  expect(d.events().find(({ type }) => type === 'Decision Made')!.data).toMatchObject({ by: 'policy' });
  await then(d);
};

const nothing = async () => undefined;
const delivered = (d: Drive) => d.deliver();

const SHIPPED_WHAT_IS_THERE = { end: 'AwaitDelivery', status: 'DELIVERED', money: '59.98', stock: '2 gone' } as const;
const SHIPPED_IN_TWO = { end: 'AwaitDelivery', status: 'DELIVERED', money: '119.96', stock: '4 gone' } as const;
const CANCELLED = { end: 'RollbackTransaction', status: 'CANCELLED', money: '–', stock: 'as before' } as const;

export const SHORTAGE: Path[] = [
  {
    name: 'a part is there; the customer takes it',
    order: partly(),
    live: decided('SHIP_AVAILABLE', delivered),
    ...SHIPPED_WHAT_IS_THERE,
    told: 'PARTLY_AVAILABLE, ACCEPTED, SHIPPED, 2 × DELIVERED',
  },
  {
    name: 'a part is there; the customer waits for the rest, which arrives',
    order: partly(),
    live: decided('WAIT', restArrives),
    ...SHIPPED_IN_TWO,
    told: 'PARTLY_AVAILABLE, ACCEPTED, BACKORDERED, 2 × SHIPPED, 3 × DELIVERED',
  },
  {
    name: 'a part is there; the customer cancels',
    order: partly(),
    live: decided('CANCEL', nothing),
    ...CANCELLED,
    told: 'PARTLY_AVAILABLE, CANCELLED',
  },
  {
    name: 'a part is there; instead of deciding the customer cancels the order',
    order: partly(),
    async live(d) {
      await d.until('Decision Requested');
      expect(await d.cancel('changed my mind')).toMatchObject({ answer: { outcome: 'CANCELLING' } });
    },
    ...CANCELLED,
    told: 'PARTLY_AVAILABLE, CANCELLED',
  },
  {
    name: 'a part is there; no answer, and what is there ships',
    order: partly(),
    live: unanswered(delivered),
    ...SHIPPED_WHAT_IS_THERE,
    told: 'PARTLY_AVAILABLE, ACCEPTED, SHIPPED, 2 × DELIVERED',
  },
  {
    name: 'a part is there; no answer, and the rest is waited for',
    order: partly({ onNoAnswer: 'WAIT' }),
    live: unanswered(restArrives),
    ...SHIPPED_IN_TWO,
    told: 'PARTLY_AVAILABLE, ACCEPTED, BACKORDERED, 2 × SHIPPED, 3 × DELIVERED',
  },
  {
    name: 'a part is there; no answer, and the order is cancelled',
    order: partly({ onNoAnswer: 'CANCEL' }),
    live: unanswered(nothing),
    ...CANCELLED,
    told: 'PARTLY_AVAILABLE, CANCELLED',
  },
  {
    name: 'a part is there; decided beforehand to take it',
    order: partly({ onShortage: 'SHIP_AVAILABLE' }),
    live: delivered,
    ...SHIPPED_WHAT_IS_THERE,
    told: 'ACCEPTED, SHIPPED, 2 × DELIVERED',
  },
  {
    name: 'a part is there; decided beforehand to wait, and the rest arrives',
    order: partly({ onShortage: 'WAIT' }),
    live: restArrives,
    ...SHIPPED_IN_TWO,
    told: 'ACCEPTED, BACKORDERED, 2 × SHIPPED, 3 × DELIVERED',
  },
  {
    name: 'a part is there; decided beforehand to cancel',
    order: partly({ onShortage: 'CANCEL' }),
    ...CANCELLED,
    told: 'CANCELLED',
  },
  {
    name: 'the rest arrives in pieces, and ships when it is all there',
    order: partly({ onShortage: 'WAIT' }),
    async live(d) {
      await d.until('Customer Notified');
      await d.arrive(SCARCE, 1);
      expect(d.has('Backorder Filled')).toBe(false);
      await d.arrive(SCARCE, 1);
      await d.until(() => d.has('Customer Notified', 2));
      await d.deliver();
    },
    ...SHIPPED_IN_TWO,
    told: 'ACCEPTED, BACKORDERED, 2 × SHIPPED, 3 × DELIVERED',
  },
  {
    name: 'the rest arrives when the first part has arrived',
    order: partly({ onShortage: 'WAIT' }),
    async live(d) {
      await d.deliver();
      expect(d.view().status).toBe('SHIPPED');
      await restArrives(d);
    },
    ...SHIPPED_IN_TWO,
    told: 'ACCEPTED, BACKORDERED, SHIPPED, 2 × DELIVERED, SHIPPED, DELIVERED',
  },
  {
    name: 'the rest does not arrive in time',
    order: partly({ onShortage: 'WAIT' }),
    async live(d) {
      await d.deliver();
      await d.arrive(SCARCE, 1);
      await d.sleep(31 * 86_400);
      await d.until('Backorder Ended');
    },
    ...SHIPPED_WHAT_IS_THERE,
    told: 'ACCEPTED, BACKORDERED, SHIPPED, 2 × DELIVERED, BACKORDER_ENDED',
  },
  {
    name: 'the rest is cancelled while it is waited for: what has shipped comes back',
    order: partly({ onShortage: 'WAIT' }),
    async live(d) {
      await d.deliver();
      expect(await d.cancel()).toMatchObject({ answer: { outcome: 'RETURN_REQUESTED', returnId: d.returnId() } });
      await d.receiveReturn();
      const all = [GOODS, SCARCE].map((productId) => ({ productId, quantity: 1, outcome: 'RESTOCK' as const }));
      await d.inspect(all);
    },
    end: 'AwaitDelivery',
    status: 'RETURNED',
    money: '59.98, all back',
    stock: 'as before',
    told: 'ACCEPTED, BACKORDERED, SHIPPED, 2 × DELIVERED, BACKORDER_ENDED, RETURN_REQUESTED, RETURN_RECEIVED, RETURN_INSPECTED, REFUNDED',
  },
  {
    name: 'the payment of the rest fails: the first part stays',
    order: orderOf(PARTLY, { policy: { onShortage: 'WAIT' } }),
    async live(d) {
      await d.deliver();
      const { charge } = d.world.ports.payments;
      d.world.ports.payments.charge = (request) => charge({ ...request, paymentMethod: 'pm_declined' });
      await d.arrive(SCARCE, 2);
      await d.soon('Backorder Ended');
    },
    ...SHIPPED_WHAT_IS_THERE,
    told: 'ACCEPTED, BACKORDERED, SHIPPED, 2 × DELIVERED, BACKORDER_ENDED',
  },
  {
    name: 'no carrier takes the rest: the first part stays',
    order: orderOf(PARTLY, { policy: { onShortage: 'WAIT' } }),
    world(world) {
      const { bookLabel } = world.ports.carriers;
      world.ports.carriers.bookLabel = async (request) => {
        const isRest = request.shipment.shipmentId.endsWith('S3');
        return bookLabel(isRest ? { ...request, address: { ...request.address, zipCode: '00000' } } : request);
      };
    },
    async live(d) {
      await d.deliver();
      await d.arrive(SCARCE, 2);
      await d.until('Backorder Ended');
    },
    ...SHIPPED_WHAT_IS_THERE,
    money: '119.96, 59.98 back',
    told: 'ACCEPTED, BACKORDERED, SHIPPED, 2 × DELIVERED, REFUNDED, BACKORDER_ENDED',
  },
  {
    name: 'cancelled while the rest is charged: it is given back, and what has shipped comes back',
    order: orderOf(PARTLY, { policy: { onShortage: 'WAIT' } }),
    async live(d) {
      await d.deliver();
      const { charge } = d.world.ports.payments;
      let cancelled: ReturnType<Drive['cancel']> | undefined;
      d.world.ports.payments.charge = async (request) => {
        const answer = await charge(request);
        cancelled ??= d.cancel();
        await new Promise((resolve) => setTimeout(resolve, 50));
        return answer;
      };
      await d.arrive(SCARCE, 2);
      await d.until('Return Requested');
      expect(await cancelled).toMatchObject({ answer: { outcome: 'RETURN_REQUESTED', returnId: d.returnId() } });
      await d.receiveReturn();
      await d.inspect([GOODS, SCARCE].map((productId) => ({ productId, quantity: 1, outcome: 'RESTOCK' as const })));
    },
    end: 'AwaitDelivery',
    status: 'RETURNED',
    money: '119.96, all back',
    stock: 'as before',
    told: 'ACCEPTED, BACKORDERED, SHIPPED, 2 × DELIVERED, REFUNDED, BACKORDER_ENDED, RETURN_REQUESTED, RETURN_RECEIVED, RETURN_INSPECTED, REFUNDED',
  },
  {
    name: 'a part is there, authorised; the rest arrives, and each part is captured when it ships',
    order: orderOf(PARTLY, { policy: { onShortage: 'WAIT', payment: 'AUTHORIZE' } }),
    async live(d) {
      await restArrives(d);
      const captures = (await d.world.journal.entries(d.order.orderId)).filter(({ operation }) => operation === 'capture');
      expect(captures.map(({ amount }) => amount)).toEqual([59.98, 59.98]);
    },
    ...SHIPPED_IN_TWO,
    told: 'ACCEPTED, BACKORDERED, 2 × SHIPPED, 3 × DELIVERED',
  },
  {
    name: 'the payment of the first part fails: the rest is not waited for either',
    order: orderOf(PARTLY, { policy: { onShortage: 'WAIT' }, paymentMethod: 'pm_declined' }),
    end: 'PaymentFailed',
    status: 'PAYMENT_FAILED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, BACKORDERED, BACKORDER_ENDED, PAYMENT_PROBLEM',
  },
  {
    name: 'cancelled while the first part is charged: the rest is not waited for either',
    order: orderOf(PARTLY, { policy: { onShortage: 'WAIT' } }),
    world(world, d) {
      const { charge } = world.ports.payments;
      world.ports.payments.charge = async (request) => {
        await d.cancel('too slow');
        return charge(request);
      };
    },
    ...CANCELLED,
    money: '59.98, all back',
    told: 'ACCEPTED, BACKORDERED, REFUNDED, BACKORDER_ENDED, CANCELLED',
  },
  {
    name: 'nothing is there',
    order: soldOut(),
    end: 'InventoryNotAvailable',
    status: 'INVENTORY_UNAVAILABLE',
    money: '–',
    stock: 'as before',
    told: 'CANCELLED',
  },
  {
    name: 'nothing is there; it is waited for, and arrives',
    order: soldOut({ onUnavailable: 'WAIT' }),
    async live(d) {
      await d.until('Order Backordered');
      expect(d.view().status).toBe('BACKORDERED');
      await d.arrive(SOLD_OUT, 5);
      await d.until('Customer Notified');
      await d.deliver();
    },
    ...SHIPPED_WHAT_IS_THERE,
    told: 'BACKORDERED, SHIPPED, DELIVERED',
  },
  {
    name: 'nothing is there; it is waited for, and does not arrive in time',
    order: soldOut({ onUnavailable: 'WAIT', backorderWithinS: 3600 }),
    async live(d) {
      await d.until('Order Backordered');
      await d.arrive(SOLD_OUT, 1);
      await d.sleep(3_700);
      await d.until('Backorder Ended');
    },
    end: 'InventoryNotAvailable',
    status: 'INVENTORY_UNAVAILABLE',
    money: '–',
    stock: 'as before',
    told: 'BACKORDERED, BACKORDER_ENDED',
  },
  {
    name: 'nothing is there; it is waited for, and cancelled',
    order: soldOut({ onUnavailable: 'WAIT' }),
    async live(d) {
      await d.until('Order Backordered');
      await d.arrive(SOLD_OUT, 1);
      expect(await d.cancel()).toMatchObject({ answer: { outcome: 'CANCELLING' } });
      await d.until('Order Cancelled');
    },
    ...CANCELLED,
    told: 'BACKORDERED, BACKORDER_ENDED, CANCELLED',
  },
  {
    name: 'nothing is there; it arrives, and the payment fails',
    order: orderOf([item(SOLD_OUT, 2)], { policy: { onUnavailable: 'WAIT' }, paymentMethod: 'pm_declined' }),
    async live(d) {
      await d.until('Order Backordered');
      await d.arrive(SOLD_OUT, 2);
      await d.soon('Payment Failed');
    },
    end: 'PaymentFailed',
    status: 'PAYMENT_FAILED',
    money: '–',
    stock: 'as before',
    told: 'BACKORDERED, PAYMENT_PROBLEM',
  },
];
