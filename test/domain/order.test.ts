import fc from 'fast-check';
import type { OrderLine } from '../../src/domain/order';
import { amountOf } from '../../src/domain/order';
import { holds } from '../support/contracts/runs';

const line = (productId: string, quantity: number, unitPrice: number, amount = quantity * unitPrice): OrderLine => ({
  productId,
  quantity,
  unitPrice,
  amount,
});

describe('amountOf', () => {
  test.each([
    { name: 'nothing', lines: [line('A', 2, 2999)], shipped: [], amount: 0 },
    { name: 'a whole line', lines: [line('A', 2, 2999)], shipped: [{ productId: 'A', quantity: 2 }], amount: 5998 },
    { name: 'a part of a line', lines: [line('A', 2, 2999)], shipped: [{ productId: 'A', quantity: 1 }], amount: 2999 },
    {
      name: 'a whole line with the cent that was tolerated',
      lines: [line('A', 2, 2999, 5999)],
      shipped: [{ productId: 'A', quantity: 2 }],
      amount: 5999,
    },
    {
      name: 'a whole line without the cent that was tolerated',
      lines: [line('A', 2, 2999, 5997)],
      shipped: [{ productId: 'A', quantity: 2 }],
      amount: 5997,
    },
    {
      name: 'a part of a line never costs more than the line',
      lines: [line('A', 2, 5, 1)],
      shipped: [{ productId: 'A', quantity: 1 }],
      amount: 1,
    },
    {
      name: 'a line that comes in several shipments',
      lines: [line('A', 5, 100, 501), line('B', 1, 7)],
      shipped: [
        { productId: 'A', quantity: 3 },
        { productId: 'B', quantity: 1 },
        { productId: 'A', quantity: 2 },
      ],
      amount: 508,
    },
    {
      name: 'a product that was not ordered',
      lines: [line('A', 1, 5)],
      shipped: [{ productId: 'B', quantity: 1 }],
      amount: 0,
    },
  ])('$name', ({ lines, shipped, amount }) => {
    expect(amountOf({ lines }, shipped)).toBe(amount);
  });

  const cent = fc.constantFrom(-1, 0, 1);
  const lines = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 2, max: 10_000 }), cent), {
      minLength: 1,
      maxLength: 6,
    })
    .map((all) => all.map(([quantity, price, rest], i) => line(`P${i}`, quantity, price, quantity * price + rest)));

  test('the whole order costs the sum of its lines, and more units never cost less', () => {
    holds(
      fc.property(lines, fc.infiniteStream(fc.integer({ min: 0, max: 1000 })), (all, numbers) => {
        const total = all.reduce((sum, { amount }) => sum + amount, 0);
        expect(amountOf({ lines: all }, all)).toBe(total);
        const some = all.map(({ productId, quantity }) => ({
          productId,
          quantity: Number(numbers.next().value) % (quantity + 1),
        }));
        const fewer = some.map(({ productId, quantity }) => ({ productId, quantity: Math.max(0, quantity - 1) }));
        expect(amountOf({ lines: all }, some)).toBeLessThanOrEqual(total);
        expect(amountOf({ lines: all }, fewer)).toBeLessThanOrEqual(amountOf({ lines: all }, some));
      }),
    );
  });
});
