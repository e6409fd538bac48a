import type { Drive } from './drive';
import type { MemoryWorld } from '../memory/ports';
import { CircuitOpenError } from '../../../src/domain/breaker';
import { keys } from '../../../src/domain/ids';
import { StepError } from '../../../src/domain/failures';
import type { Path } from './path';

const DELIVERED = { end: 'AwaitDelivery', status: 'DELIVERED', money: '59.98', stock: '2 gone' } as const;
const UNPAID = { end: 'PaymentFailed', status: 'PAYMENT_FAILED', money: '–', stock: 'as before' } as const;
const TAKEN_BACK = { status: 'CANCELLED', money: '59.98, all back', stock: 'as before' } as const;
const HAPPY = 'ACCEPTED, SHIPPED, DELIVERED';

const delivered = (d: Drive) => d.deliver();
const soonDelivered = async (d: Drive) => {
  await d.soon('Customer Notified');
  await d.deliver();
};
const pending = { paymentMethod: 'pm_pending' };
const authorized = (changes: object = {}) => ({ policy: { payment: 'AUTHORIZE' }, ...changes });

/** The breaker is open for so many seconds. */
const outOfOrder =
  (seconds: number) =>
  async (world: MemoryWorld, { bench }: Drive) => {
    const { charge } = world.ports.payments;
    const until = (await bench.env.currentTimeMs()) + seconds * 1000;
    world.ports.payments.charge = async (request) => {
      if ((await bench.env.currentTimeMs()) >= until) return charge(request);
      throw new CircuitOpenError('payment', new Date(until).toISOString());
    };
  };

/** Nobody answers, whatever the company does, until it is asked for the n-th time. */
const silentUntil = (n: number, does: (call: () => Promise<unknown>) => Promise<unknown>) => (world: MemoryWorld) => {
  const { charge, lookup } = world.ports.payments;
  let calls = 0;
  const lost = () => new StepError('OUTCOME_UNKNOWN', 'no answer');
  world.ports.payments.lookup = (request) => (calls < n ? Promise.reject(lost()) : lookup(request));
  world.ports.payments.charge = async (request) => {
    if (++calls >= n) return charge(request);
    await does(() => charge(request));
    throw lost();
  };
};

export const PAYMENT: Path[] = [
  { name: 'straight through', live: delivered, ...DELIVERED, told: HAPPY },
  {
    name: 'the answer of the payment company is late',
    order: { paymentMethod: 'pm_late' },
    live: delivered,
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'declined once',
    order: { paymentMethod: 'pm_declined_once' },
    live: soonDelivered,
    ...DELIVERED,
    told: HAPPY,
  },
  { name: 'declined', order: { paymentMethod: 'pm_declined' }, ...UNPAID, told: 'ACCEPTED, PAYMENT_PROBLEM' },
  {
    name: 'the payment company is out of order, and comes back',
    world: outOfOrder(300),
    async live(d) {
      await d.until('Order Delayed');
      expect(d.view()).toMatchObject({ status: 'RESERVED', delayed: { dependency: 'payment' } });
      await soonDelivered(d);
    },
    ...DELIVERED,
    told: 'ACCEPTED, PAYMENT_PROBLEM, SHIPPED, DELIVERED',
  },
  {
    name: 'the payment company is out of order for longer than the order waits',
    world: outOfOrder(3600),
    ...UNPAID,
    told: 'ACCEPTED, 2 × PAYMENT_PROBLEM',
  },
  {
    name: 'cancelled while the payment company is out of order',
    world: outOfOrder(600),
    async live(d) {
      await d.until('Order Delayed');
      await d.cancel();
    },
    end: 'RollbackTransaction',
    status: 'CANCELLED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, PAYMENT_PROBLEM, CANCELLED',
  },
  {
    name: 'the answer is lost, and it was charged',
    order: { paymentMethod: 'pm_timeout_charged' },
    live: soonDelivered,
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'the answer is lost, and it was not charged',
    order: { paymentMethod: 'pm_timeout_not_charged' },
    live: soonDelivered,
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'nobody knows for a while whether it was charged; it was',
    world: silentUntil(6, (call) => call()),
    live: soonDelivered,
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'nobody ever says whether it was charged; it was: taken back',
    world: silentUntil(Infinity, (call) => call()),
    ...UNPAID,
    money: '59.98, all back',
    told: 'ACCEPTED, REFUNDED, PAYMENT_PROBLEM',
  },
  {
    name: 'nobody ever says whether it was charged; it was not: voided',
    world: silentUntil(Infinity, async () => undefined),
    ...UNPAID,
    told: 'ACCEPTED, PAYMENT_PROBLEM',
  },
  {
    name: 'paid later',
    order: pending,
    async live(d) {
      await d.until('Payment Pending');
      expect(d.view()).toMatchObject({ pendingPayment: { amount: 5998 } });
      await d.settle('succeeded');
      await d.deliver();
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'paid later, after somebody told of another amount and of another currency',
    order: pending,
    async live(d) {
      await d.until('Payment Pending');
      const news = { kind: 'COMPLETED' as const, chargeKey: keys.charge(d.order.orderId, 1), paymentId: 'forged' };
      await d.bench.orders.tellPayment(d.order.orderId, { ...news, amount: 1, currency: 'USD' });
      await d.bench.orders.tellPayment(d.order.orderId, { ...news, amount: 5998, currency: 'JPY' });
      await d.sleep(1);
      expect(d.has('Payment Completed')).toBe(false);
      await d.settle('succeeded');
      await d.deliver();
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'paid later, told by the payment’s id alone, and twice',
    order: pending,
    async live(d) {
      await d.until('Payment Pending');
      await d.settle('succeeded', { tells: false });
      await d.tell('COMPLETED', { byPaymentId: true });
      await d.tell('COMPLETED');
      await d.deliver();
      await d.tell('COMPLETED');
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'paid later, and told before the answer that it is pending',
    order: pending,
    world(world, d) {
      const { charge } = world.ports.payments;
      world.ports.payments.charge = async (request) => {
        const answer = await charge(request);
        await d.settle('succeeded');
        return answer;
      };
    },
    live: delivered,
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'paid later: it fails',
    order: pending,
    async live(d) {
      await d.until('Payment Pending');
      await d.settle('failed');
    },
    ...UNPAID,
    told: 'ACCEPTED, PAYMENT_PROBLEM',
  },
  {
    name: 'paid later: it fails, and succeeds nevertheless when the order has closed',
    order: pending,
    async live(d) {
      await d.until('Payment Pending');
      await d.tell('FAILED');
      await d.until('Payment Failed');
      await d.settle('succeeded');
      await d.until('Payment Refunded');
    },
    ...UNPAID,
    money: '59.98, all back',
    told: 'ACCEPTED, PAYMENT_PROBLEM, REFUNDED',
  },
  {
    name: 'paid later: not in time',
    order: pending,
    async live(d) {
      await d.until('Payment Pending');
      await d.sleep(3 * 86_400 + 1);
      await d.until('Order Cancelled');
    },
    end: 'PaymentFailed',
    status: 'CANCELLED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, CANCELLED',
  },
  {
    name: 'paid later: not in time; the money comes while the order is given up',
    order: pending,
    world(world, d) {
      const { void: give } = world.ports.payments;
      world.ports.payments.void = async (request) => {
        const answer = await give(request);
        await d.settle('succeeded');
        return answer;
      };
    },
    async live(d) {
      await d.until('Payment Pending');
      await d.sleep(3 * 86_400 + 1);
      await d.until('Payment Refunded');
    },
    end: 'PaymentFailed',
    ...TAKEN_BACK,
    told: 'ACCEPTED, CANCELLED, REFUNDED',
  },
  {
    name: 'paid later: not in time; the money comes when the order has closed',
    order: pending,
    async live(d) {
      await d.until('Payment Pending');
      await d.sleep(3 * 86_400 + 1);
      await d.until('Order Cancelled');
      await d.settle('succeeded');
      await d.tell('COMPLETED');
      await d.until('Payment Refunded');
    },
    end: 'PaymentFailed',
    ...TAKEN_BACK,
    told: 'ACCEPTED, CANCELLED, REFUNDED',
  },
  {
    name: 'paid later: the money comes in the last moment',
    order: pending,
    world(world, d) {
      const { void: give } = world.ports.payments;
      world.ports.payments.void = async (request) => {
        await d.settle('succeeded', { tells: false });
        return give(request);
      };
    },
    async live(d) {
      await d.until('Payment Pending');
      await d.sleep(3 * 86_400 + 1);
      await d.deliver();
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'paid later: cancelled meanwhile',
    order: pending,
    async live(d) {
      await d.until('Payment Pending');
      await d.cancel();
      await d.until('Order Cancelled');
    },
    end: 'RollbackTransaction',
    status: 'CANCELLED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, CANCELLED',
  },
  {
    name: 'authorised, and captured when it ships',
    order: authorized(),
    async live(d) {
      await d.deliver();
      const operations = (await d.world.journal.entries(d.order.orderId)).map(({ operation }) => operation);
      expect(operations).toEqual(['charge', 'label', 'capture']);
    },
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'authorised; nothing is held any more when it ships',
    order: authorized(),
    world(world) {
      const { capture } = world.ports.payments;
      world.ports.payments.capture = async (request) => {
        await world.ports.payments.void({ key: request.chargeKey, orderId: request.orderId });
        return capture(request);
      };
    },
    end: 'RollbackTransaction',
    status: 'FULFILLMENT_FAILED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, CANCELLED',
  },
  {
    name: 'authorised; the answer of the capture is lost',
    order: authorized(),
    world(world) {
      const { capture } = world.ports.payments;
      let calls = 0;
      world.ports.payments.capture = async (request) => {
        const answer = await capture(request);
        if (++calls === 1) throw new StepError('OUTCOME_UNKNOWN', 'no answer');
        return answer;
      };
    },
    live: soonDelivered,
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'authorised, and cancelled before it ships: voided',
    order: authorized(),
    world(world, d) {
      const { bookLabel } = world.ports.carriers;
      world.ports.carriers.bookLabel = async (request) => {
        await d.cancel();
        return bookLabel(request);
      };
    },
    end: 'RollbackTransaction',
    status: 'CANCELLED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, CANCELLED',
  },
  {
    name: 'authorised, and cancelled while it is captured: refunded',
    order: authorized(),
    world(world, d) {
      const { capture } = world.ports.payments;
      world.ports.payments.capture = async (request) => {
        await d.cancel();
        return capture(request);
      };
    },
    end: 'RollbackTransaction',
    ...TAKEN_BACK,
    told: 'ACCEPTED, REFUNDED, CANCELLED',
  },
  {
    name: 'authorised, and the payment company is out of order when it ships',
    order: authorized(),
    world(world) {
      const { capture } = world.ports.payments;
      let calls = 0;
      world.ports.payments.capture = async (request) => {
        if (++calls <= 12) throw new StepError('PROVIDER_UNAVAILABLE', 'closed');
        return capture(request);
      };
    },
    live: soonDelivered,
    ...DELIVERED,
    told: HAPPY,
  },
  {
    name: 'it is not an order that can be taken',
    order: { totalAmount: 1 },
    end: 'OrderValidationFailed',
    status: 'VALIDATION_FAILED',
    money: '–',
    stock: 'as before',
    told: '–',
  },
];
