import type { Drive } from './drive';
import { StepError } from '../../../src/domain/failures';
import { item, orderOf, PARTLY, type Path, SOLD_OUT } from './path';

const DELIVERED = { end: 'AwaitDelivery', status: 'DELIVERED', money: '59.98', stock: '2 gone' } as const;

/** The payment company is out of order for so many seconds; the order waits for a day if it has to. */
const paysAfter = (seconds: number): Pick<Path, 'order' | 'world'> => ({
  order: { policy: { paymentWithinS: 86_400 } },
  async world(world, { bench }) {
    const { charge } = world.ports.payments;
    const until = (await bench.env.currentTimeMs()) + seconds * 1000;
    world.ports.payments.charge = async (request) => {
      if ((await bench.env.currentTimeMs()) >= until) return charge(request);
      throw new StepError('PROVIDER_UNAVAILABLE', 'closed');
    };
  },
});

const promised = async (d: Drive, promise: string | undefined) => {
  await d.soon('Customer Notified');
  expect(d.view().promise).toBe(promise);
  expect(d.view().startedAfterMs).toEqual(expect.any(Number));
  await d.deliver();
};

/** Nothing is held against us while others take their time. */
const unharmed = async (d: Drive) => {
  await d.sleep(3600);
  expect(d.has('Order At Risk')).toBe(false);
};

export const PROMISE: Path[] = [
  {
    name: 'ships within 20 minutes',
    ...paysAfter(600),
    live: (d) => promised(d, undefined),
    ...DELIVERED,
    told: 'ACCEPTED, SHIPPED, DELIVERED',
  },
  {
    name: 'ships after 20 minutes: at risk',
    ...paysAfter(1300),
    live: (d) => promised(d, 'AT_RISK'),
    ...DELIVERED,
    told: 'ACCEPTED, SHIPPED, DELIVERED',
  },
  {
    name: 'ships after 30 minutes: too late',
    ...paysAfter(2400),
    live: (d) => promised(d, 'BREACHED'),
    ...DELIVERED,
    told: 'ACCEPTED, SHIPPED, DELIVERED',
  },
  {
    name: 'waits for its customer: nobody is late',
    order: orderOf(PARTLY),
    async live(d) {
      await d.until('Decision Requested');
      await unharmed(d);
      await d.decide('SHIP_AVAILABLE');
      await promised(d, undefined);
    },
    ...DELIVERED,
    told: 'PARTLY_AVAILABLE, ACCEPTED, SHIPPED, 2 × DELIVERED',
  },
  {
    name: 'waits for stock: nobody is late',
    order: orderOf([item(SOLD_OUT, 2)], { policy: { onUnavailable: 'WAIT' } }),
    async live(d) {
      await d.until('Order Backordered');
      await unharmed(d);
      await d.arrive(SOLD_OUT, 2);
      await promised(d, undefined);
    },
    ...DELIVERED,
    told: 'BACKORDERED, SHIPPED, DELIVERED',
  },
  {
    name: 'waits for the bank: nobody is late',
    order: { paymentMethod: 'pm_pending' },
    async live(d) {
      await d.until('Payment Pending');
      await unharmed(d);
      await d.settle('succeeded');
      await promised(d, undefined);
    },
    ...DELIVERED,
    told: 'ACCEPTED, SHIPPED, DELIVERED',
  },
];
