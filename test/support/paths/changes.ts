import type { Drive } from './drive';
import type { MemoryWorld } from '../memory/ports';
import { StepError } from '../../../src/domain/failures';
import { GOODS, item, orderOf, type Path } from './path';

const CANCELLED = { end: 'RollbackTransaction', status: 'CANCELLED', money: '59.98, all back', stock: 'as before' } as const;
const DELIVERED = { end: 'AwaitDelivery', status: 'DELIVERED', money: '59.98', stock: '2 gone' } as const;
const RETURNED = { end: 'AwaitDelivery', status: 'RETURNED', money: '59.98, all back', stock: 'as before' } as const;
const HAPPY = 'ACCEPTED, SHIPPED, DELIVERED';

type Charge = MemoryWorld['ports']['payments']['charge'];

/** Somebody does something while a charge is under way. */
const duringCharge = (does: (d: Drive) => Promise<unknown>, then: (charge: Charge) => Charge = (charge) => charge) =>
  ((world, d) => {
    const charge = then(world.ports.payments.charge);
    let calls = 0;
    world.ports.payments.charge = async (request) => {
      if (++calls === 1) await does(d);
      return charge(request);
    };
  }) satisfies Path['world'];

/** Somebody does something while a label is booked. */
const duringLabel = (does: (d: Drive) => Promise<unknown>) =>
  ((world, d) => {
    const { bookLabel } = world.ports.carriers;
    let calls = 0;
    world.ports.carriers.bookLabel = async (request) => {
      const label = await bookLabel(request);
      if (++calls === 1) await does(d);
      return label;
    };
  }) satisfies Path['world'];

const cancelledMeanwhile = async (d: Drive) => {
  await d.cancel();
  await d.soon('Order Cancelled');
};

const everything = [{ productId: GOODS, quantity: 2, outcome: 'RESTOCK' as const }];
/** What has shipped comes back. */
async function comesBack(d: Drive): Promise<void> {
  expect(await d.cancel('too late')).toMatchObject({ answer: { outcome: 'RETURN_REQUESTED', returnId: d.returnId() } });
  // asked again it is the same return
  expect(await d.cancel('too late')).toMatchObject({ answer: { returnId: d.returnId() } });
  await d.receiveReturn();
  expect(await d.inspect(everything)).toMatchObject({ answer: { refunded: 5998 } });
}
const CAME_BACK = 'RETURN_REQUESTED, RETURN_RECEIVED, RETURN_INSPECTED, REFUNDED';

const cityOf = (d: Drive) => d.view().shippingAddress!.city;
const booked = async (d: Drive) =>
  (await d.world.journal.entries(d.order.orderId)).map(({ operation, outcome }) => `${operation} ${outcome}`);

export const CHANGES: Path[] = [
  {
    name: 'cancelled before the charge',
    world(world) {
      const { readStock } = world.books;
      // its tables are out of reach for a while
      let calls = 0;
      world.ports.books = {
        ...world.books,
        readStock: async (products) => {
          if (++calls <= 9) throw new StepError('SERVICE_UNAVAILABLE', 'throttled');
          return readStock(products);
        },
      };
    },
    live: cancelledMeanwhile,
    end: 'RollbackTransaction',
    status: 'CANCELLED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, CANCELLED',
  },
  {
    name: 'cancelled while it is charged',
    world: duringCharge((d) => d.cancel('ordered twice')),
    ...CANCELLED,
    told: 'ACCEPTED, REFUNDED, CANCELLED',
  },
  {
    name: 'cancelled while it is charged, and nobody knows whether it was',
    world: duringCharge(
      (d) => d.cancel(),
      (charge) => async (request) => {
        await charge(request);
        throw new StepError('PROVIDER_UNAVAILABLE', 'the connection broke');
      },
    ),
    ...CANCELLED,
    told: 'ACCEPTED, REFUNDED, CANCELLED',
  },
  {
    name: 'cancelled while it is charged, and it was not',
    world: duringCharge(
      (d) => d.cancel(),
      () => async () => {
        throw new StepError('PROVIDER_UNAVAILABLE', 'the connection broke');
      },
    ),
    ...CANCELLED,
    money: '–',
    told: 'ACCEPTED, CANCELLED',
  },
  {
    name: 'cancelled while it is charged, which fails',
    order: { paymentMethod: 'pm_declined' },
    world: duringCharge((d) => d.cancel()),
    end: 'PaymentFailed',
    status: 'CANCELLED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, CANCELLED',
  },
  {
    name: 'cancelled while a label is booked',
    world: duringLabel((d) => d.cancel()),
    ...CANCELLED,
    told: 'ACCEPTED, REFUNDED, CANCELLED',
  },
  {
    name: 'cancelled when the parcel is handed over: it comes back',
    async live(d) {
      await d.until('Customer Notified');
      await d.carrier('PICKED_UP');
      await comesBack(d);
    },
    ...RETURNED,
    told: `ACCEPTED, SHIPPED, ${CAME_BACK}`,
  },
  {
    name: 'cancelled after delivery: it comes back',
    async live(d) {
      await d.deliver();
      await comesBack(d);
    },
    ...RETURNED,
    told: `${HAPPY}, ${CAME_BACK}`,
  },
  {
    name: 'cancelled when the parcel is under way, which is lost',
    async live(d) {
      await d.until('Customer Notified');
      await d.cancel();
      await d.carrier('LOST');
    },
    end: 'AwaitDelivery',
    status: 'FULFILLMENT_FAILED',
    money: '59.98, all back',
    stock: '2 gone',
    told: 'ACCEPTED, SHIPPED, RETURN_REQUESTED, REFUNDED, CANCELLED',
  },
  {
    name: 'cancelled when two parcels are under way: one is lost, the other comes back',
    order: orderOf([item(GOODS, 9)]),
    async live(d) {
      await d.until('Customer Notified');
      await d.cancel();
      await d.carrier('LOST', { parcel: 2 });
      await d.carrier('DELIVERED', { parcel: 1 });
      await d.until('Shipment Delivered');
      await d.receiveReturn();
      const six = [{ productId: GOODS, quantity: 6, outcome: 'RESTOCK' as const }];
      expect(await d.inspect(six)).toMatchObject({ answer: { refunded: 17_994 } });
    },
    ...RETURNED,
    money: '269.91, all back',
    stock: '3 gone',
    told: 'ACCEPTED, SHIPPED, RETURN_REQUESTED, REFUNDED, DELIVERED, RETURN_RECEIVED, RETURN_INSPECTED, REFUNDED',
  },
  {
    name: 'cancelled when two parcels are under way: one comes back to its sender, and the customer keeps the other',
    order: orderOf([item(GOODS, 9)]),
    async live(d) {
      await d.until('Customer Notified');
      await d.cancel();
      await d.carrier('RETURNED', { parcel: 2 });
      await d.carrier('DELIVERED', { parcel: 1 });
    },
    ...DELIVERED,
    money: '269.91, 89.97 back',
    stock: '6 gone',
    told: 'ACCEPTED, SHIPPED, RETURN_REQUESTED, REFUNDED, DELIVERED',
  },
  {
    name: 'cancelled after delivery, and nothing comes back: the customer keeps it',
    async live(d) {
      await d.deliver();
      await d.cancel();
    },
    ...DELIVERED,
    told: `${HAPPY}, RETURN_REQUESTED`,
  },
  {
    name: 'the address changes while it is charged',
    world: duringCharge((d) => d.move()),
    async live(d) {
      await d.deliver();
      expect(cityOf(d)).toBe('Busan');
      expect(await booked(d)).toEqual(['charge succeeded', 'label succeeded']);
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the address changes while the label is booked',
    world: duringLabel((d) => d.move()),
    async live(d) {
      await d.deliver();
      expect(cityOf(d)).toBe('Busan');
      expect(await booked(d)).toEqual(['charge succeeded', 'label succeeded', 'cancel-label succeeded', 'label succeeded']);
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the address changes while the label is booked, to where no carrier goes',
    world: duringLabel((d) => d.move({ zipCode: '00000' })),
    end: 'RollbackTransaction',
    status: 'FULFILLMENT_FAILED',
    money: '59.98, all back',
    stock: 'as before',
    told: 'ACCEPTED, REFUNDED, CANCELLED',
  },
  {
    name: 'the address changes when one of two labels is there',
    order: orderOf([item(GOODS, 9)]),
    world(world, d) {
      const { bookLabel } = world.ports.carriers;
      world.ports.carriers.bookLabel = async (request) => {
        const label = await bookLabel(request);
        if (request.key === `label#${d.order.orderId}-S2`) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          await d.move();
        }
        return label;
      };
    },
    async live(d) {
      await d.until('Shipping Label Replaced');
      await d.deliver();
      expect(d.view().labels).toHaveLength(1);
    },
    ...DELIVERED,
    money: '269.91',
    stock: '9 gone',
    told: 'ACCEPTED, SHIPPED, 2 × DELIVERED',
  },
  {
    name: 'the address changes when the label is there',
    async live(d) {
      await d.until('Customer Notified');
      const { trackingNumber } = d.view().shipments[0]!;
      expect(await d.move()).toMatchObject({ kind: 'done' });
      expect(d.has('Shipping Label Cancelled')).toBe(true);
      expect(d.view().labels![0]!.trackingNumber).not.toBe(trackingNumber);
      await d.carrier('LOST', { trackingNumber });
      await d.deliver();
      expect(d.world.packing).toEqual([`packing#${d.order.orderId}-S1`, `packing#${d.order.orderId}-S1#2`]);
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the address is to change when the parcel was picked up: too late',
    async live(d) {
      await d.until('Customer Notified');
      await d.carrier('PICKED_UP');
      await d.until('Shipment Tracked');
      expect(await d.move()).toEqual({ kind: 'refused', reason: 'the parcel is with the carrier already' });
      await d.deliver();
      expect(cityOf(d)).toBe('Seoul');
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the address is to change while the carrier comes: too late',
    world(world, d) {
      const { bookLabel } = world.ports.carriers;
      world.ports.carriers.bookLabel = async (request) => {
        const label = await bookLabel(request);
        if (request.key.endsWith('#2')) await d.carrier('PICKED_UP');
        return label;
      };
    },
    async live(d) {
      await d.until('Customer Notified');
      expect(await d.move()).toEqual({ kind: 'refused', reason: 'the parcel is with the carrier already' });
      await d.deliver();
      expect(cityOf(d)).toBe('Seoul');
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the address is to change to where no carrier goes: nothing changes',
    async live(d) {
      await d.until('Customer Notified');
      const refused = { kind: 'refused', reason: expect.stringContaining('no carrier takes it there') as string };
      expect(await d.move({ zipCode: '00000' })).toEqual(refused);
      expect(await d.move()).toMatchObject({ kind: 'done' });
      expect(await d.move({ zipCode: '99999' })).toEqual(refused);
      await d.deliver();
      expect(cityOf(d)).toBe('Busan');
      expect(d.has('Attention Needed')).toBe(false);
    },
    ...DELIVERED,
    told: HAPPY,
  },
];
