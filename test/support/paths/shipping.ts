import type { Drive } from './drive';
import { GOODS, item, orderOf, type Path } from './path';

const DELIVERED = { end: 'AwaitDelivery', status: 'DELIVERED', money: '59.98', stock: '2 gone' } as const;
const HAPPY = 'ACCEPTED, SHIPPED, DELIVERED';
/** one warehouse cannot fill it: six units in one parcel, three in another */
const IN_TWO = orderOf([item(GOODS, 9)]);

const shipped = (d: Drive) => d.until('Customer Notified');
const tracked = (d: Drive) => d.events().filter(({ type }) => type.startsWith('Shipment ') && type !== 'Shipment Created');

export const SHIPPING: Path[] = [
  {
    name: 'two parcels from two warehouses',
    order: IN_TWO,
    async live(d) {
      await d.deliver();
      expect(d.view().shipments.map(({ warehouseId }) => warehouseId)).toEqual(['ICN', 'LAX']);
    },
    ...DELIVERED,
    money: '269.91',
    stock: '9 gone',
    told: 'ACCEPTED, SHIPPED, 2 × DELIVERED',
  },
  {
    name: 'the first carrier refuses, the next one takes it',
    order: { zipCode: '66666' },
    async live(d) {
      await d.deliver();
      const labels = (await d.world.journal.entries(d.order.orderId)).filter(({ operation }) => operation === 'label');
      expect(labels.map(({ outcome }) => outcome)).toEqual(['refused', 'succeeded']);
      expect(d.view().shipments[0]!.carrier).toBe(labels[1]!.carrier);
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'no carrier goes there',
    order: { zipCode: '00000' },
    end: 'RollbackTransaction',
    status: 'FULFILLMENT_FAILED',
    money: '59.98, all back',
    stock: 'as before',
    told: 'ACCEPTED, REFUNDED, CANCELLED',
  },
  {
    name: 'every carrier refuses',
    order: { zipCode: '99999' },
    end: 'RollbackTransaction',
    status: 'FULFILLMENT_FAILED',
    money: '59.98, all back',
    stock: 'as before',
    told: 'ACCEPTED, REFUNDED, CANCELLED',
  },
  {
    name: 'the carriers are out of order, and come back',
    async world(world, d) {
      await world.journal.switchProvider('carrier', { available: false });
      const { bookLabel } = world.ports.carriers;
      let calls = 0;
      world.ports.carriers.bookLabel = async (request) => {
        if (++calls > 10) await d.world.journal.switchProvider('carrier', { available: true });
        return bookLabel(request);
      };
    },
    async live(d) {
      await d.soon('Customer Notified');
      await d.deliver();
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the carrier tells of every step',
    async live(d) {
      await shipped(d);
      for (const status of ['PICKED_UP', 'IN_TRANSIT', 'DELIVERED'] as const) await d.carrier(status);
      await d.until('Order Delivered');
      expect(d.view().tracking!.map(({ status }) => status)).toEqual(['PICKED_UP', 'IN_TRANSIT', 'DELIVERED']);
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the carrier tells in any order, and twice',
    async live(d) {
      await shipped(d);
      await d.carrier('IN_TRANSIT', { updateId: 'b' });
      await d.carrier('PICKED_UP', { updateId: 'a' });
      await d.carrier('IN_TRANSIT', { updateId: 'b' });
      await d.carrier('DELIVERED', { updateId: 'c' });
      await d.carrier('DELIVERED', { updateId: 'c' });
      await d.carrier('LOST', { updateId: 'd' });
      await d.until(() => tracked(d).length === 4);
      expect(tracked(d).map(({ type, data }) => [type, 'superseded' in data])).toEqual([
        ['Shipment Tracked', false],
        ['Shipment Tracked', true],
        ['Shipment Delivered', false],
        ['Shipment Tracked', true],
      ]);
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the carrier tells before the shipment is written down',
    world(world, d) {
      const { bookLabel } = world.ports.carriers;
      world.ports.carriers.bookLabel = async (request) => {
        const label = await bookLabel(request);
        const { trackingNumber } = label;
        await d.carrier('PICKED_UP', { trackingNumber });
        await d.carrier('DELIVERED', { trackingNumber });
        return label;
      };
    },
    async live(d) {
      await d.until('Order Delivered');
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the carrier tells of a parcel that nobody knows, and again when the order has closed',
    async live(d) {
      await shipped(d);
      await d.carrier('LOST', { trackingNumber: 'WB0' });
      await d.deliver();
      await d.sleep(31 * 86_400);
      await d.until('Order Closed');
      expect(await d.carrier('LOST')).toBe('closed');
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the parcel is lost',
    async live(d) {
      await shipped(d);
      await d.carrier('PICKED_UP');
      await d.carrier('LOST');
    },
    end: 'AwaitDelivery',
    status: 'FULFILLMENT_FAILED',
    money: '59.98, all back',
    stock: '2 gone',
    told: 'ACCEPTED, SHIPPED, REFUNDED, CANCELLED',
  },
  {
    name: 'the parcel is returned to its sender',
    async live(d) {
      await shipped(d);
      await d.carrier('RETURNED');
    },
    end: 'AwaitDelivery',
    status: 'RETURNED',
    money: '59.98, all back',
    stock: 'as before',
    told: 'ACCEPTED, SHIPPED, REFUNDED',
  },
  {
    name: 'one parcel arrives, the other is lost',
    order: IN_TWO,
    async live(d) {
      await shipped(d);
      await d.carrier('LOST', { parcel: 2 });
      await d.carrier('DELIVERED', { parcel: 1 });
    },
    ...DELIVERED,
    money: '269.91, 89.97 back',
    stock: '9 gone',
    told: 'ACCEPTED, SHIPPED, REFUNDED, 2 × DELIVERED'.replace('2 × ', ''),
  },
  {
    name: 'one parcel arrives, the other is returned to its sender',
    order: IN_TWO,
    async live(d) {
      await shipped(d);
      await d.carrier('DELIVERED', { parcel: 1 });
      await d.carrier('RETURNED', { parcel: 2 });
    },
    ...DELIVERED,
    money: '269.91, 89.97 back',
    stock: '6 gone',
    told: 'ACCEPTED, SHIPPED, DELIVERED, REFUNDED',
  },
  {
    name: 'one parcel is lost, the other returned to its sender',
    order: IN_TWO,
    async live(d) {
      await shipped(d);
      await d.carrier('LOST', { parcel: 1 });
      await d.carrier('RETURNED', { parcel: 2 });
    },
    end: 'AwaitDelivery',
    status: 'RETURNED',
    money: '269.91, all back',
    stock: '6 gone',
    told: 'ACCEPTED, SHIPPED, 2 × REFUNDED',
  },
  {
    name: 'a parcel is lost; its goods have an odd price',
    order: orderOf([item(GOODS, 9, 33.33)], { totalAmount: 299.98 }),
    async live(d) {
      await shipped(d);
      await d.carrier('LOST', { parcel: 2 });
      await d.carrier('DELIVERED', { parcel: 1 });
    },
    ...DELIVERED,
    money: '299.98, 100 back',
    stock: '9 gone',
    told: 'ACCEPTED, SHIPPED, REFUNDED, DELIVERED',
  },
];
