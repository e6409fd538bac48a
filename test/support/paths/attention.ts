import type { Drive } from './drive';
import type { MemoryWorld } from '../memory/ports';
import type { ResolutionAction } from '../../../src/domain/events';
import { StepError } from '../../../src/domain/failures';
import { GOODS, item, orderOf, type Path } from './path';

const REFUSED = 'the order needs attention';
const HOW = {
  RETRY: { action: 'RETRY' },
  SKIP: { action: 'SKIP', reason: 'not worth it' },
  SETTLE: { action: 'SETTLE', reference: 'bank transfer 17' },
} as const satisfies Record<ResolutionAction, object>;

const needsSomebody = (d: Drive, n = 1) => d.soon(() => d.has('Attention Needed', n));

/** Somebody looks at it, while nobody else can change anything. */
async function resolved(d: Drive, action: ResolutionAction, p: { step: string; n?: number } = { step: '' }): Promise<void> {
  const { n = 1, step } = p;
  await needsSomebody(d, n);
  expect(d.view()).toMatchObject({ status: 'NEEDS_ATTENTION', currentState: 'NeedsAttention', attention: { n, step } });
  expect(await d.cancel()).toMatchObject({ kind: 'refused', reason: expect.stringContaining(REFUSED) as string });
  expect(await d.resolve(HOW[action])).toMatchObject({ kind: 'done' });
  await d.until(() => d.has('Attention Resolved', n));
  const { data } = d.events().findLast(({ type }) => type === 'Attention Resolved')!;
  expect(data).toMatchObject({ ...HOW[action], by: 'night shift', n, step });
}

const acceptsRefunds = (d: Drive) => d.world.journal.switchProvider('payment', { refunds: 'accepted' });

/** Nobody goes there, and the bank gives nothing back. */
const stuck = { paymentMethod: 'pm_refund_refused', zipCode: '00000' };
const refundFails = (action: ResolutionAction) => (d: Drive) => resolved(d, action, { step: 'RefundPayment' });

/** What is broken until somebody mends it. */
interface Broken {
  mend(): void;
}
const broken = new WeakMap<MemoryWorld, Broken>();
const mend = ({ world }: Drive) => broken.get(world)!.mend();

/** A method of a port fails until it is mended. */
function breaks<T extends object, K extends keyof T>(world: MemoryWorld, port: T, method: K): void {
  const works = port[method];
  port[method] = (() => Promise.reject(new StepError('PROVIDER_UNAVAILABLE', `${String(method)} fails`))) as T[K];
  broken.set(world, { mend: () => void (port[method] = works) });
}

/** Nobody ever says what became of the charge, and the company does not even take it back. */
const voidFails = (world: MemoryWorld) => {
  const { payments } = world.ports;
  payments.charge = () => Promise.reject(new StepError('PROVIDER_UNAVAILABLE', 'closed'));
  breaks(world, payments, 'void');
};

/** It is cancelled when there is a label, which the carrier does not take back. */
const labelStays = (world: MemoryWorld, d: Drive) => {
  const { carriers } = world.ports;
  const { bookLabel } = carriers;
  carriers.bookLabel = async (request) => {
    const label = await bookLabel(request);
    await d.cancel();
    return label;
  };
  breaks(world, carriers, 'cancelLabel');
};

/** The stock does not hold what the ledger says. */
const releaseFails = (world: MemoryWorld) => {
  const { post } = world.books;
  let isBroken = true;
  world.ports.books = {
    ...world.books,
    post: async (posting) =>
      isBroken && posting.ledger?.key.startsWith('release#') ? { kind: 'stock-changed' } : post(posting),
  };
  broken.set(world, { mend: () => void (isBroken = false) });
};

const by = (action: ResolutionAction, step: string) => async (d: Drive) => {
  await needsSomebody(d);
  if (action === 'RETRY') mend(d);
  await resolved(d, action, { step });
};

const FAILED = { end: 'RollbackTransaction', status: 'FULFILLMENT_FAILED', stock: 'as before' } as const;
const BACK = { money: '59.98, all back', told: 'ACCEPTED, REFUNDED, CANCELLED' } as const;
const UNPAID = { end: 'PaymentFailed', status: 'PAYMENT_FAILED', money: '–', stock: 'as before', told: 'ACCEPTED, PAYMENT_PROBLEM' } as const;
const CANCELLED = { end: 'RollbackTransaction', status: 'CANCELLED', stock: 'as before' } as const;
const HAPPY = 'ACCEPTED, SHIPPED, DELIVERED';

export const ATTENTION: Path[] = [
  {
    name: 'a refund is refused, and once more; then it works',
    order: stuck,
    async live(d) {
      await resolved(d, 'RETRY', { step: 'RefundPayment' });
      await needsSomebody(d, 2);
      expect(d.view().attention).toMatchObject({ amount: 5998, currency: 'USD' });
      await acceptsRefunds(d);
      await resolved(d, 'RETRY', { step: 'RefundPayment', n: 2 });
    },
    ...FAILED,
    ...BACK,
  },
  {
    name: 'a refund is refused, and left',
    order: stuck,
    live: refundFails('SKIP'),
    ...FAILED,
    money: '59.98',
    told: 'ACCEPTED, CANCELLED',
    except: { skipped: 5998 },
  },
  {
    name: 'a refund is refused, and made by hand',
    order: stuck,
    live: refundFails('SETTLE'),
    ...FAILED,
    ...BACK,
    except: { byHand: 5998 },
  },
  { name: 'a charge cannot be voided; then it can', world: voidFails, live: by('RETRY', 'VoidPayment'), ...UNPAID },
  { name: 'a charge cannot be voided, and is left', world: voidFails, live: by('SKIP', 'VoidPayment'), ...UNPAID },
  { name: 'a charge cannot be voided, and is voided by hand', world: voidFails, live: by('SETTLE', 'VoidPayment'), ...UNPAID },
  {
    name: 'paid later: not in time, and the charge cannot be voided; then it can',
    order: { paymentMethod: 'pm_pending' },
    world: (world) => breaks(world, world.ports.payments, 'void'),
    async live(d) {
      await d.until('Payment Pending');
      await d.sleep(3 * 86_400 + 1);
      await by('RETRY', 'VoidPayment')(d);
    },
    end: 'PaymentFailed',
    status: 'CANCELLED',
    money: '–',
    stock: 'as before',
    told: 'ACCEPTED, CANCELLED',
  },
  {
    name: 'a label cannot be cancelled; then it can',
    world: labelStays,
    live: by('RETRY', 'CancelShippingLabel'),
    ...CANCELLED,
    ...BACK,
  },
  {
    name: 'a label cannot be cancelled, and is left',
    world: labelStays,
    live: by('SKIP', 'CancelShippingLabel'),
    ...CANCELLED,
    ...BACK,
    except: { labels: 1 },
  },
  {
    name: 'a label cannot be cancelled, and is cancelled by hand',
    world: labelStays,
    live: by('SETTLE', 'CancelShippingLabel'),
    ...CANCELLED,
    ...BACK,
    except: { labels: 1 },
  },
  {
    name: 'stock cannot be released; then it can',
    order: { zipCode: '00000' },
    world: releaseFails,
    live: by('RETRY', 'ReleaseInventory'),
    ...FAILED,
    ...BACK,
  },
  {
    name: 'stock cannot be released, and is left',
    order: { zipCode: '00000' },
    world: releaseFails,
    live: by('SKIP', 'ReleaseInventory'),
    ...FAILED,
    ...BACK,
    except: { reserved: 2 },
  },
  {
    name: 'stock cannot be released, and is released by hand',
    order: { zipCode: '00000' },
    world: releaseFails,
    async live(d) {
      await needsSomebody(d);
      const [total, row] = [d.world.books.inventory.get(GOODS)!, d.world.books.warehouseStock.get(`${GOODS}/ICN`)!];
      for (const one of [total, row])
        Object.assign(one, { availableQuantity: one.availableQuantity + 2, reservedQuantity: 0 });
      await resolved(d, 'SETTLE', { step: 'ReleaseInventory' });
    },
    ...FAILED,
    ...BACK,
  },
  {
    name: 'two resolve the same at once: the first one counts',
    order: stuck,
    async live(d) {
      await needsSomebody(d);
      const both = await Promise.all([d.resolve(HOW.SETTLE), d.resolve(HOW.SKIP)]);
      expect(both.map(({ kind }) => kind).toSorted()).toEqual(['done', 'refused']);
      const settled = both[0]!.kind === 'done';
      await d.until('Attention Resolved');
      const { data } = d.events().find(({ type }) => type === 'Attention Resolved')!;
      expect(data).toMatchObject({ action: settled ? 'SETTLE' : 'SKIP' });
      // told apart by what they leave: make it one
      expect(settled).toBe(true);
    },
    ...FAILED,
    ...BACK,
    except: { byHand: 5998 },
  },
  {
    name: 'the refund of a lost parcel is refused; then it works',
    order: { paymentMethod: 'pm_refund_refused' },
    async live(d) {
      await d.until('Customer Notified');
      await d.carrier('LOST');
      await needsSomebody(d);
      await acceptsRefunds(d);
      await resolved(d, 'RETRY', { step: 'RefundPayment' });
    },
    end: 'AwaitDelivery',
    status: 'FULFILLMENT_FAILED',
    money: '59.98, all back',
    stock: '2 gone',
    told: 'ACCEPTED, SHIPPED, REFUNDED, CANCELLED',
  },
  {
    name: 'the refund of a return is refused, and made by hand',
    order: { paymentMethod: 'pm_refund_refused' },
    async live(d) {
      await d.deliver();
      await d.sendBack([{ productId: GOODS, quantity: 1 }]);
      await d.receiveReturn();
      expect(await d.inspect([{ productId: GOODS, quantity: 1, outcome: 'RESTOCK' }])).toMatchObject({ answer: { refunded: 2999 } });
      await resolved(d, 'SETTLE', { step: 'RefundPayment' });
      await d.until('Inventory Restocked');
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '59.98, 29.99 back',
    stock: '1 gone',
    told: `${HAPPY}, RETURN_REQUESTED, RETURN_RECEIVED, RETURN_INSPECTED, REFUNDED`,
    except: { byHand: 2999 },
  },
  {
    name: 'the refund of money that came too late is refused; then it works',
    order: { paymentMethod: 'pm_pending' },
    world(world, d) {
      const { void: give } = world.ports.payments;
      world.ports.payments.void = async (request) => {
        const answer = await give(request);
        await d.settle('succeeded');
        return answer;
      };
      const { refund } = world.ports.payments;
      world.ports.payments.refund = () => Promise.reject(new StepError('REFUND_REFUSED', 'the bank says no'));
      broken.set(world, { mend: () => void (world.ports.payments.refund = refund) });
    },
    async live(d) {
      await d.until('Payment Pending');
      await d.sleep(3 * 86_400 + 1);
      await needsSomebody(d);
      mend(d);
      expect(await d.cancel()).toMatchObject({ kind: 'refused', reason: 'the order is closed' });
      await d.resolve(HOW.RETRY);
      await d.until('Payment Refunded');
    },
    end: 'PaymentFailed',
    status: 'CANCELLED',
    money: '59.98, all back',
    stock: 'as before',
    told: 'ACCEPTED, CANCELLED, REFUNDED',
  },
  {
    name: 'paid elsewhere, nothing is there, and the refund is refused: made by hand',
    order: orderOf([item('PROD-SOLD-OUT', 2)]),
    paid: 5998,
    world(world) {
      world.ports.payments.refund = () => Promise.reject(new StepError('REFUND_REFUSED', 'the bank says no'));
    },
    live: refundFails('SETTLE'),
    end: 'InventoryNotAvailable',
    status: 'INVENTORY_UNAVAILABLE',
    money: '59.98, all back',
    stock: 'as before',
    told: 'REFUNDED, CANCELLED',
    except: { byHand: 5998 },
  },
  {
    name: 'paid elsewhere, too much, and the refund is refused: made by hand, and the parcel is not kept waiting',
    paid: 6000,
    world(world) {
      world.ports.payments.refund = () => Promise.reject(new StepError('REFUND_REFUSED', 'the bank says no'));
    },
    async live(d) {
      await resolved(d, 'SETTLE', { step: 'RefundPayment' });
      await d.deliver();
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '60, 0.02 back',
    stock: '2 gone',
    told: 'ACCEPTED, SHIPPED, REFUNDED, DELIVERED',
    except: { byHand: 2 },
  },
  {
    name: 'the address changed while it was shipped, and no carrier goes there: the old label counts',
    order: orderOf([item(GOODS, 9)]),
    world(world, d) {
      const { bookLabel } = world.ports.carriers;
      world.ports.carriers.bookLabel = async (request) => {
        if (request.key.endsWith('S1#2')) throw new StepError('NO_CARRIER', 'no carrier goes there');
        const label = await bookLabel(request);
        if (request.key === `label#${d.order.orderId}-S2`) {
          await new Promise((resolve) => setTimeout(resolve, 100));
          await d.move();
        }
        return label;
      };
    },
    async live(d) {
      await resolved(d, 'SKIP', { step: 'ReplaceShippingLabel' });
      await d.deliver();
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '269.91',
    stock: '9 gone',
    told: 'ACCEPTED, SHIPPED, 2 × DELIVERED',
  },
  {
    name: 'a replaced label cannot be cancelled, and is left',
    world(world) {
      breaks(world, world.ports.carriers, 'cancelLabel');
    },
    async live(d) {
      await d.until('Customer Notified');
      const moved = d.move();
      await resolved(d, 'SKIP', { step: 'CancelShippingLabel' });
      expect(await moved).toMatchObject({ kind: 'done' });
      await d.deliver();
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '59.98',
    stock: '2 gone',
    told: HAPPY,
    except: { labels: 1 },
  },
];
