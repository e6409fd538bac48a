import type { Drive } from './drive';
import { GOODS, item, orderOf, type Path } from './path';

const RETURN = 'RETURN_REQUESTED, RETURN_RECEIVED, RETURN_INSPECTED';
const HAPPY = 'ACCEPTED, SHIPPED, DELIVERED';
type Outcome = 'RESTOCK' | 'WRITE_OFF' | 'REJECT';
const units = (quantity: number) => [{ productId: GOODS, quantity }];
const looked = (quantity: number, outcome: Outcome) => ({ productId: GOODS, quantity, outcome });

/** So many units come back, and are looked at. */
async function comeBack(d: Drive, quantity: number, ...items: ReturnType<typeof looked>[]): Promise<void> {
  const before = d.events().filter(({ type }) => type === 'Return Requested').length;
  const returnId = d.returnId(before + 1);
  expect(await d.sendBack(units(quantity))).toMatchObject({ answer: { returnId } });
  await d.receiveReturn(before + 1);
  await d.inspect(items, before + 1);
  await d.until(() => d.has('Return Inspected', before + 1));
}

/** One of three is sent back, at a price in a currency. */
const oneOfThree = (p: { currency: string; price: number; total: number; money: string }): Path => ({
  name: `one of three comes back, at ${p.price} ${p.currency}`,
  order: orderOf([item(GOODS, 3, p.price)], { totalAmount: p.total, currency: p.currency }),
  async live(d) {
    await d.deliver();
    await comeBack(d, 1, looked(1, 'RESTOCK'));
  },
  end: 'AwaitDelivery',
  status: 'DELIVERED',
  money: p.money,
  stock: '2 gone',
  told: `${HAPPY}, ${RETURN}, REFUNDED`,
});

export const RETURNS: Path[] = [
  oneOfThree({ currency: 'JPY', price: 333, total: 999, money: '999, 333 back' }),
  oneOfThree({ currency: 'USD', price: 33.33, total: 100, money: '100, 33.34 back' }),
  oneOfThree({ currency: 'KWD', price: 3.333, total: 9.999, money: '9.999, 3.333 back' }),
  {
    name: 'all three come back one by one: not a cent is left over',
    order: orderOf([item(GOODS, 3, 33.33)], { totalAmount: 100 }),
    async live(d) {
      await d.deliver();
      for (const n of [1, 2, 3]) {
        await comeBack(d, 1, looked(1, 'RESTOCK'));
        await d.until(() => d.has('Payment Refunded', n));
      }
    },
    end: 'AwaitDelivery',
    status: 'RETURNED',
    money: '100, all back',
    stock: 'as before',
    told: `${HAPPY}, ${RETURN}, REFUNDED, ${RETURN}, REFUNDED, ${RETURN}, REFUNDED`,
  },
  {
    name: 'all of it comes back at once',
    async live(d) {
      await d.deliver();
      await comeBack(d, 2, looked(2, 'RESTOCK'));
    },
    end: 'AwaitDelivery',
    status: 'RETURNED',
    money: '59.98, all back',
    stock: 'as before',
    told: `${HAPPY}, ${RETURN}, REFUNDED`,
  },
  {
    name: 'what comes back is not what was sent: rejected',
    async live(d) {
      await d.deliver();
      await comeBack(d, 2, looked(2, 'REJECT'));
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '59.98',
    stock: '2 gone',
    told: `${HAPPY}, ${RETURN}`,
  },
  {
    name: 'what comes back is broken: written off',
    async live(d) {
      await d.deliver();
      await comeBack(d, 2, looked(1, 'WRITE_OFF'), looked(1, 'RESTOCK'));
    },
    end: 'AwaitDelivery',
    status: 'RETURNED',
    money: '59.98, all back',
    stock: '1 gone',
    told: `${HAPPY}, ${RETURN}, REFUNDED`,
  },
  {
    name: 'a return is announced and never comes',
    async live(d) {
      await d.deliver();
      await d.sendBack(units(1), 'too small');
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '59.98',
    stock: '2 gone',
    told: `${HAPPY}, RETURN_REQUESTED`,
  },
  {
    name: 'two returns of the same unit at once: one of them is refused',
    async live(d) {
      await d.deliver();
      const both = await Promise.all([d.sendBack(units(2)), d.sendBack(units(1))]);
      expect(both.map(({ kind }) => kind).toSorted()).toEqual(['done', 'refused']);
      const { data } = d.events().find(({ type }) => type === 'Return Requested')!;
      const { items } = data as { items: { quantity: number }[] };
      await d.receiveReturn();
      await d.inspect([looked(items[0]!.quantity, 'REJECT')]);
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '59.98',
    stock: '2 gone',
    told: `${HAPPY}, ${RETURN}`,
  },
  {
    name: 'returns that are refused: too much, too early, unknown, incomplete, too late',
    async live(d) {
      await d.until('Customer Notified');
      expect(await d.sendBack(units(1))).toMatchObject({ kind: 'refused', reason: expect.stringContaining('at most 0') as string });
      await d.deliver();
      expect(await d.sendBack(units(3))).toMatchObject({ kind: 'refused' });
      expect(await d.receiveReturn()).toEqual({ kind: 'refused', reason: `there is no return ${d.returnId()}` });
      await d.sendBack(units(2));
      expect(await d.inspect([looked(2, 'RESTOCK')])).toMatchObject({ kind: 'refused' });
      await d.sleep(29 * 86_400);
      await d.receiveReturn();
      expect(await d.inspect([looked(1, 'RESTOCK')])).toMatchObject({ kind: 'refused' });
      await d.sleep(2 * 86_400);
      expect(await d.cancel()).toEqual({ kind: 'refused', reason: 'the time for returns is over' });
      await d.inspect([looked(1, 'RESTOCK'), looked(1, 'REJECT')]);
      await d.until('Order Closed');
      expect(await d.sendBack(units(1))).toEqual({ kind: 'closed' });
    },
    end: 'AwaitDelivery',
    status: 'DELIVERED',
    money: '59.98, 29.99 back',
    stock: '1 gone',
    told: `${HAPPY}, ${RETURN}, REFUNDED`,
  },
];
