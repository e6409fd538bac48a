import { GOODS, item, orderOf, PARTLY, type Path, SOLD_OUT } from './path';

const partly = (policy: object = {}) => orderOf(PARTLY, { policy });

/** Paid in a shop of its own: it comes with its money. */
export const ELSEWHERE: Path[] = [
  {
    name: 'paid elsewhere; all is there',
    paid: 5998,
    live: (d) => d.deliver(),
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '59.98',
    stock: '2 gone',
    told: 'ACCEPTED, SHIPPED, DELIVERED',
  },
  {
    name: 'paid elsewhere; a part is there, and the rest of the money goes back',
    order: partly({ onShortage: 'SHIP_AVAILABLE' }),
    paid: 11_996,
    live: (d) => d.deliver(),
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '119.96, 59.98 back',
    stock: '2 gone',
    told: 'ACCEPTED, SHIPPED, REFUNDED, 2 × DELIVERED',
  },
  {
    name: 'paid elsewhere; a part is there, and the customer may not wait',
    order: partly(),
    paid: 11_996,
    async live(d) {
      await d.until('Decision Requested');
      expect(await d.decide('WAIT')).toMatchObject({ kind: 'refused', reason: 'expected one of SHIP_AVAILABLE, CANCEL' });
      await d.decide('CANCEL');
    },
    end: 'RollbackTransaction',
    status: 'CANCELLED',
    money: '119.96, all back',
    stock: 'as before',
    told: 'PARTLY_AVAILABLE, REFUNDED, CANCELLED',
  },
  {
    name: 'paid elsewhere; a part is there, decided beforehand to wait: what is there ships',
    order: partly({ onShortage: 'WAIT' }),
    paid: 11_996,
    live: (d) => d.deliver(),
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '119.96, 59.98 back',
    stock: '2 gone',
    told: 'ACCEPTED, SHIPPED, REFUNDED, 2 × DELIVERED',
  },
  {
    name: 'paid elsewhere; nothing is there, also where it would wait',
    order: orderOf([item(SOLD_OUT, 2)], { policy: { onUnavailable: 'WAIT' } }),
    paid: 5998,
    end: 'InventoryNotAvailable',
    status: 'INVENTORY_UNAVAILABLE',
    money: '59.98, all back',
    stock: 'as before',
    told: 'REFUNDED, CANCELLED',
  },
  {
    name: 'paid elsewhere, too little',
    paid: 5997,
    end: 'PaymentFailed',
    status: 'PAYMENT_FAILED',
    money: '59.97, all back',
    stock: 'as before',
    told: 'ACCEPTED, REFUNDED, PAYMENT_PROBLEM',
  },
  {
    name: 'paid elsewhere, too much',
    paid: 6000,
    live: (d) => d.deliver(),
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '60, 0.02 back',
    stock: '2 gone',
    told: 'ACCEPTED, SHIPPED, REFUNDED, DELIVERED',
  },
  {
    name: 'paid elsewhere; no carrier goes there',
    order: { zipCode: '00000' },
    paid: 5998,
    end: 'RollbackTransaction',
    status: 'FULFILLMENT_FAILED',
    money: '59.98, all back',
    stock: 'as before',
    told: 'ACCEPTED, REFUNDED, CANCELLED',
  },
  {
    name: 'paid elsewhere; a unit comes back',
    paid: 5998,
    async live(d) {
      await d.deliver();
      await d.sendBack([{ productId: GOODS, quantity: 1 }]);
      await d.receiveReturn();
      await d.inspect([{ productId: GOODS, quantity: 1, outcome: 'RESTOCK' }]);
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '59.98, 29.99 back',
    stock: '1 gone',
    told: 'ACCEPTED, SHIPPED, DELIVERED, RETURN_REQUESTED, RETURN_RECEIVED, RETURN_INSPECTED, REFUNDED',
  },
  {
    name: 'it is not an order that can be taken, but paid',
    order: { totalAmount: 1 },
    paid: 100,
    end: 'OrderValidationFailed',
    status: 'VALIDATION_FAILED',
    money: '1, all back',
    stock: 'as before',
    told: 'REFUNDED',
  },
  {
    name: 'paid elsewhere, in another currency',
    order: { currency: 'EUR' },
    paid: 5998,
    paidIn: 'USD',
    end: 'PaymentFailed',
    status: 'PAYMENT_FAILED',
    money: '59.98, all back',
    stock: 'as before',
    told: 'ACCEPTED, REFUNDED, PAYMENT_PROBLEM',
  },
];
