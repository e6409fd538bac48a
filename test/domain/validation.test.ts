import fc from 'fast-check';
import type { OrderId } from '../../src/domain/ids';
import type { OrderSubmission, SubmittedItem } from '../../src/domain/order';
import { MAX_AMOUNT, minorDigits, toDecimal, totalTolerance } from '../../src/domain/money';
import { MAX_TEXT } from '../../src/domain/order';
import {
  MAX_LINES,
  MAX_PRODUCTS,
  MAX_QUANTITY,
  MAX_WEIGHT_G,
  validateAddress,
  validateOrder,
} from '../../src/domain/validation';
import { holds } from '../support/contracts/runs';
import { sampleOrder } from '../support/orders';

/** Where and why an order is refused; empty when it is valid. */
function refusals(submission: OrderSubmission): string[] {
  const validation = validateOrder(submission);
  return validation.valid ? [] : validation.errors.map(({ pointer, code }) => `${pointer} ${code}`);
}

function detailsOf(submission: OrderSubmission): string {
  const validation = validateOrder(submission);
  return validation.valid ? '' : validation.errors.map(({ detail }) => detail).join('\n');
}

function accepted(submission: OrderSubmission) {
  const validation = validateOrder(submission);
  if (!validation.valid) throw new Error(`refused: ${JSON.stringify(validation.errors)}`);
  return validation.order;
}

const item = (productId: string, quantity: number, price: number): SubmittedItem => ({ productId, quantity, price });
const oneItem = (change: SubmittedItem) => sampleOrder({ items: [{ ...item('A', 2, 29.99), ...change }] });
const without = (name: keyof OrderSubmission): OrderSubmission => {
  const { [name]: _, ...rest } = sampleOrder();
  return rest as OrderSubmission;
};
const address = { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' };
const products = (n: number) => Array.from({ length: n }, (_, i) => item(`P-${i}`, 1, 1));
const long = 'x'.repeat(MAX_TEXT + 1);

test('the sample order of the requirements is valid, its money in minor units', () => {
  const sample = sampleOrder({ orderId: 'ORD-2025-001234' as OrderId });
  expect(accepted(sample)).toEqual({
    orderId: 'ORD-2025-001234',
    customerId: 'CUST-567890',
    lines: [{ productId: 'PROD-12345', quantity: 2, unitPrice: 2999, amount: 5998 }],
    totalAmount: 5998,
    currency: 'USD',
    shippingAddress: address,
    paymentMethod: 'pm_ok',
    placedAt: '2025-07-09T10:30:00Z',
  });
});

describe('an order is refused', () => {
  test.each<[name: string, submission: OrderSubmission, refused: string[]]>([
    ['without a usable id', sampleOrder({ orderId: 'a/b' as OrderId }), ['/orderId invalid']],
    ['without an id', without('orderId'), ['/orderId invalid']],
    ['without a customer', without('customerId'), ['/customerId required']],
    ['with an empty customer', sampleOrder({ customerId: '' }), ['/customerId required']],
    ['with a blank customer', sampleOrder({ customerId: ' \t' }), ['/customerId required']],
    ['with an absurd customer', sampleOrder({ customerId: long }), ['/customerId too_long']],
    ['without items', without('items'), ['/items required']],
    ['with no items', sampleOrder({ items: [] }), ['/items required']],
    ['without a total', without('totalAmount'), ['/totalAmount required']],
    ['with a total of 0', sampleOrder({ totalAmount: 0 }), ['/totalAmount not_positive']],
    ['with a negative total', sampleOrder({ totalAmount: -59.98 }), ['/totalAmount not_positive']],
    ['with too precise a total', sampleOrder({ totalAmount: 59.985 }), ['/totalAmount too_precise']],
    ['with an absurd total', sampleOrder({ totalAmount: 1e300 }), ['/totalAmount too_large']],
    ['without a currency', without('currency'), ['/currency required']],
    ['with an unknown currency', sampleOrder({ currency: 'QQQ' }), ['/currency unknown_currency']],
    ['with a currency in small letters', sampleOrder({ currency: 'usd' }), ['/currency unknown_currency']],
    ['paid in gold', sampleOrder({ currency: 'XAU' }), ['/currency unknown_currency']],
    ['without an address', without('shippingAddress'), ['/shippingAddress required']],
    [
      'with an empty address',
      sampleOrder({ shippingAddress: {} }),
      ['street', 'city', 'country', 'zipCode'].map((part) => `/shippingAddress/${part} required`),
    ],
    [
      'with an absurd street',
      sampleOrder({ shippingAddress: { ...address, street: long } }),
      ['/shippingAddress/street too_long'],
    ],
    ['with an empty payment method', sampleOrder({ paymentMethod: '' }), ['/paymentMethod required']],
    ['with an absurd payment method', sampleOrder({ paymentMethod: long }), ['/paymentMethod too_long']],
    ['with a time that is none', sampleOrder({ timestamp: 'yesterday' }), ['/timestamp invalid']],
    ['with a time in no zone', sampleOrder({ timestamp: '2025-07-09T10:30:00' }), ['/timestamp invalid']],
    ['with a month that is none', sampleOrder({ timestamp: '2025-13-09T10:30:00Z' }), ['/timestamp invalid']],
    [
      'with an endless time',
      sampleOrder({ timestamp: `2025-07-09T10:30:00.${'0'.repeat(99)}Z` }),
      ['/timestamp invalid'],
    ],
    ['without a product', sampleOrder({ items: [{ quantity: 2, price: 29.99 }] }), ['/items/0/productId required']],
    ['with an absurd product', oneItem({ productId: long }), ['/items/0/productId too_long']],
    ['without a quantity', sampleOrder({ items: [{ productId: 'A', price: 29.99 }] }), ['/items/0/quantity required']],
    ['with a quantity of 0', oneItem({ quantity: 0 }), ['/items/0/quantity not_positive']],
    ['with a negative quantity', oneItem({ quantity: -1 }), ['/items/0/quantity not_positive']],
    ['with half a product', oneItem({ quantity: 1.5 }), ['/items/0/quantity not_positive']],
    ['with an absurd quantity', oneItem({ quantity: MAX_QUANTITY + 1 }), ['/items/0/quantity too_large']],
    ['without a price', sampleOrder({ items: [{ productId: 'A', quantity: 2 }] }), ['/items/0/price required']],
    ['with a price of 0', oneItem({ price: 0 }), ['/items/0/price not_positive']],
    ['with a negative price', oneItem({ price: -29.99 }), ['/items/0/price not_positive']],
    ['with too precise a price', oneItem({ price: 29.995 }), ['/items/0/price too_precise']],
    ['with an absurd price', oneItem({ price: MAX_AMOUNT }), ['/items/0/price too_large']],
    ['with a total that is not its items’', sampleOrder({ totalAmount: 60 }), ['/totalAmount total_mismatch']],
    [
      'with parts of a yen',
      sampleOrder({ currency: 'JPY', items: [item('A', 2, 29.5)], totalAmount: 59 }),
      ['/items/0/price too_precise'],
    ],
    [
      'with one product more than a transaction holds',
      sampleOrder({ items: products(MAX_PRODUCTS + 1), totalAmount: MAX_PRODUCTS + 1 }),
      ['/items too_many_products'],
    ],
    [
      'with more lines than are looked at',
      sampleOrder({ items: Array.from({ length: MAX_LINES + 1 }, () => item('A', 1, 1)), totalAmount: MAX_LINES + 1 }),
      ['/items too_many'],
    ],
    [
      'when equal products add up to an absurd quantity',
      sampleOrder({ items: [item('A', MAX_QUANTITY, 1), item('A', 1, 1)], totalAmount: MAX_QUANTITY + 1 }),
      ['/items/1/quantity too_large'],
    ],
    [
      'when one product has two prices, and only for that',
      sampleOrder({ items: [item('A', 1, 10), item('B', 1, 5), item('A', 1, 12)], totalAmount: 27 }),
      ['/items/2/price conflicting_price'],
    ],
  ])('%s', (_, submission, refused) => {
    expect(refusals(submission)).toEqual(refused);
  });

  test.each([
    ['a null character', '\u0000'],
    ['half a surrogate pair', '\ud83d'],
    ['a noncharacter', '\uffff'],
    ['a noncharacter', '\ufffe'],
    ['a noncharacter', '\ufdd0'],
    ['a noncharacter beyond the first plane', '\u{1ffff}'],
  ])('with %s, which not every queue and table carries', (_, character) => {
    expect(refusals(sampleOrder({ customerId: `CUST${character}` }))).toEqual(['/customerId invalid']);
    expect(refusals(sampleOrder({ shippingAddress: { ...address, street: character } }))).toEqual([
      '/shippingAddress/street invalid',
    ]);
  });

  test('with everything that is wrong, at once and in one answer', () => {
    const submission = {
      orderId: '??' as OrderId,
      items: [{ quantity: 0, price: -1 }, item('B', 1.5, 0.001), { productId: '' }],
      totalAmount: 0,
      currency: 'USD',
      shippingAddress: { street: '1', city: 'Seoul', country: 'KR' },
      timestamp: 'now',
    };
    expect(refusals(submission).toSorted()).toEqual(
      [
        '/orderId invalid',
        '/customerId required',
        '/items/0/productId required',
        '/items/0/quantity not_positive',
        '/items/0/price not_positive',
        '/items/1/quantity not_positive',
        '/items/1/price too_precise',
        '/items/2/productId required',
        '/items/2/quantity required',
        '/items/2/price required',
        '/totalAmount not_positive',
        '/shippingAddress/zipCode required',
        '/timestamp invalid',
      ].toSorted(),
    );
  });

  test('with what was expected and what came, in major units', () => {
    expect(detailsOf(sampleOrder({ totalAmount: 60 }))).toBe('expected 59.98 USD, the sum of the items, got 60');
    expect(detailsOf(oneItem({ quantity: -3 }))).toBe('expected a whole number above 0, got -3');
  });

  test('in major units also when nobody knows the currency', () => {
    const details = detailsOf(sampleOrder({ currency: 'QQQ', totalAmount: 60 }));
    expect(details).toContain('expected 59.98 QQQ, the sum of the items, got 60');
  });

  test('without repeating what was absurd about it', () => {
    const details = detailsOf(sampleOrder({ timestamp: 'x'.repeat(100_000), currency: 'y'.repeat(100_000) }));
    expect(details.length).toBeLessThan(1000);
  });

  test('with no more than the start of a product’s id', () => {
    const productId = '주'.repeat(MAX_TEXT);
    const start = `"${'주'.repeat(40)}…"`;
    expect(detailsOf(sampleOrder({ items: [item(productId, 1, 10), item(productId, 1, 12)], totalAmount: 22 }))).toBe(
      `expected one price for all lines of ${start}`,
    );
    const much = [item(productId, MAX_QUANTITY, 1), item(productId, 1, 1)];
    expect(detailsOf(sampleOrder({ items: much, totalAmount: MAX_QUANTITY + 1 }))).toBe(
      `expected at most ${MAX_QUANTITY} of ${start} in all`,
    );
    const short = 'A'.repeat(40);
    expect(detailsOf(sampleOrder({ items: [item(short, 1, 10), item(short, 1, 12)], totalAmount: 22 }))).toBe(
      `expected one price for all lines of "${short}"`,
    );
  });

  test('with texts that are whole characters, also where one is cut', () => {
    const productId = `${'x'.repeat(39)}${'📦'.repeat(50)}`;
    const details = detailsOf(
      sampleOrder({ items: [item(productId, 1, 10), item(productId, 1, 12)], totalAmount: 22 }),
    );
    expect(details).not.toMatch(/\p{Surrogate}/u);
  });
});

describe('items and total may differ by 0.01 in major units (D1)', () => {
  test.each([
    ['USD', 29.99, 59.98, true],
    ['USD', 29.99, 59.99, true],
    ['USD', 29.99, 59.97, true],
    ['USD', 29.99, 60, false],
    ['USD', 29.99, 59.96, false],
    ['KWD', 1.001, 2.002, true],
    ['KWD', 1.001, 2.012, true],
    ['KWD', 1.001, 1.992, true],
    ['KWD', 1.001, 2.013, false],
    ['KWD', 1.001, 1.991, false],
    ['JPY', 1000, 2000, true],
    ['JPY', 1000, 2001, false],
    ['JPY', 1000, 1999, false],
  ])('%s: two for %d and a total of %d: %p', (currency, price, totalAmount, valid) => {
    const submission = sampleOrder({ currency, items: [item('A', 2, price)], totalAmount });
    expect(refusals(submission)).toEqual(valid ? [] : ['/totalAmount total_mismatch']);
  });

  test('the last line carries the difference', () => {
    const { lines } = accepted(sampleOrder({ items: [item('A', 1, 10), item('B', 1, 5)], totalAmount: 15.01 }));
    expect(lines.map(({ amount }) => amount)).toEqual([1000, 501]);
  });

  test('no line falls below 0 when the last one is too small to carry it', () => {
    const items = [item('A', 1, 0.009), item('B', 1, 0.002), item('C', 1, 0.001)];
    const { lines } = accepted(sampleOrder({ currency: 'KWD', items, totalAmount: 0.002 }));
    expect(lines.map(({ amount }) => amount)).toEqual([2, 0, 0]);
  });
});

describe('equal products', () => {
  test('become one line, in the order they came in', () => {
    const items = [item('A', 1, 2), item('B', 3, 1), item('A', 4, 2)];
    expect(accepted(sampleOrder({ items, totalAmount: 13 })).lines).toEqual([
      { productId: 'A', quantity: 5, unitPrice: 200, amount: 1000 },
      { productId: 'B', quantity: 3, unitPrice: 100, amount: 300 },
    ]);
  });

  test('count once: an order of 200 lines may hold 40 products', () => {
    const items = Array.from({ length: MAX_LINES }, (_, i) => item(`P-${i % MAX_PRODUCTS}`, 1, 1));
    expect(accepted(sampleOrder({ items, totalAmount: MAX_LINES })).lines).toHaveLength(MAX_PRODUCTS);
  });

  test.each(['__proto__', 'constructor', 'toString'])('may be called %s', (productId) => {
    expect(accepted(sampleOrder({ items: [item(productId, 2, 29.99)] })).lines).toMatchObject([
      { productId, quantity: 2 },
    ]);
  });
});

describe('for any order', () => {
  // one price per product, so that the order is valid by construction; the difference of D1 is part of it
  const validOrder = fc
    .record({
      currency: fc.constantFrom('USD', 'EUR', 'JPY', 'KRW', 'KWD', 'TND'),
      prices: fc.array(fc.integer({ min: 1, max: 5_000_00 }), { minLength: 1, maxLength: MAX_PRODUCTS }),
      picks: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 400 })), { minLength: 1, maxLength: MAX_LINES }),
      difference: fc.integer({ min: -10, max: 10 }),
    })
    .map(({ currency, prices, picks, difference }) => {
      const sent = picks.map(([pick, quantity]) => ({ n: pick % prices.length, quantity }));
      const sum = sent.reduce((all, { n, quantity }) => all + quantity * prices[n]!, 0);
      const tolerance = totalTolerance(minorDigits(currency)!);
      const total = Math.max(1, sum + Math.max(-tolerance, Math.min(tolerance, difference)));
      const items = sent.map(({ n, quantity }) => item(`P-${n}`, quantity, toDecimal(prices[n]!, currency)));
      return { total, submission: sampleOrder({ currency, items, totalAmount: toDecimal(total, currency) }) };
    });

  test('that is valid, lines add up to the total and no line is negative', () => {
    holds(
      fc.property(validOrder, ({ total, submission }) => {
        const { lines, totalAmount } = accepted(submission);
        expect(totalAmount).toBe(total);
        expect(lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(total);
        for (const { amount } of lines) expect(amount).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('that is valid, a line has all units of its product that were sent', () => {
    holds(
      fc.property(validOrder, ({ submission }) => {
        const sent = new Map<string, number>();
        for (const { productId = '', quantity = 0 } of submission.items ?? [])
          sent.set(productId, (sent.get(productId) ?? 0) + quantity);
        const { lines } = accepted(submission);
        expect(lines.map(({ productId, quantity }) => [productId, quantity])).toEqual([...sent]);
      }),
    );
  });

  const strange = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, 1e21, 5e-324, Infinity, NaN));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', 'USD', 'JPY', '__proto__'));
  const anySubmission = fc.record(
    {
      orderId: text,
      customerId: text,
      items: fc.array(fc.record({ productId: text, quantity: strange, price: strange }, { requiredKeys: [] })),
      totalAmount: strange,
      currency: text,
      shippingAddress: fc.record({ street: text, city: text, country: text, zipCode: text }, { requiredKeys: [] }),
      timestamp: text,
      paymentMethod: text,
    },
    { requiredKeys: [] },
  );

  test('of the right shape, there is an order or at least one error, and never an exception', () => {
    holds(
      fc.property(anySubmission, (submission) => {
        const validation = validateOrder(submission as OrderSubmission);
        if (validation.valid) expect(validation.order.totalAmount).toBeGreaterThan(0);
        else expect(validation.errors.length).toBeGreaterThan(0);
      }),
    );
  });

  test('every error points at a member that an order has', () => {
    holds(
      fc.property(anySubmission, (submission) => {
        const validation = validateOrder(submission as OrderSubmission);
        const pointer =
          /^\/(orderId|customerId|items(\/\d+\/(productId|quantity|price))?|totalAmount|currency|shippingAddress(\/(street|city|country|zipCode))?|timestamp|paymentMethod)$/;
        const pointers = validation.valid ? [] : validation.errors.map((error) => error.pointer);
        expect(pointers.filter((at) => !pointer.test(at))).toEqual([]);
      }),
    );
  });
});

describe('how an order is treated', () => {
  test('policy, channels and weights are kept', () => {
    const items = [{ ...item('A', 2, 29.99), weight: 340 }];
    const policy = { onShortage: 'WAIT', payment: 'AUTHORIZE', returnWithinS: 60 };
    expect(accepted(sampleOrder({ items, policy, channels: ['PUSH', 'EMAIL', 'PUSH'] }))).toMatchObject({
      lines: [{ productId: 'A', unitWeight: 340 }],
      policy,
      channels: ['EMAIL', 'PUSH'],
    });
  });

  test('an order that says nothing of it has nothing of it', () => {
    for (const order of [accepted(sampleOrder()), accepted(sampleOrder({ policy: {} }))]) {
      expect(order).not.toHaveProperty('policy');
      expect(order).not.toHaveProperty('channels');
      expect(order.lines[0]).not.toHaveProperty('unitWeight');
    }
  });

  test.each<[string, OrderSubmission, string[]]>([
    [
      'a policy with wrong members',
      sampleOrder({ policy: { payment: 'LATER', paymentWithinS: 0 } }),
      ['/policy/paymentWithinS invalid', '/policy/payment invalid'],
    ],
    ['no channel at all', sampleOrder({ channels: [] }), ['/channels invalid']],
    ['a channel that there is not', sampleOrder({ channels: ['EMAIL', 'FAX'] }), ['/channels invalid']],
    ...[0, -1, 0.5, MAX_WEIGHT_G + 1, NaN].map((weight): [string, OrderSubmission, string[]] => [
      `a weight of ${weight}`,
      oneItem({ weight }),
      ['/items/0/weight invalid'],
    ]),
  ])('%s is refused', (_name, submission, refused) => {
    expect(refusals(submission)).toEqual(refused);
  });

  test('it is said what was expected', () => {
    expect(detailsOf(sampleOrder({ channels: ['FAX'] }))).toBe('expected some of EMAIL, SMS, PUSH');
    expect(detailsOf(oneItem({ weight: 0.5 }))).toBe('expected whole grams of one unit, from 1 to 1000000, got 0.5');
    expect(accepted(oneItem({ weight: MAX_WEIGHT_G })).lines[0]).toMatchObject({ unitWeight: 1_000_000 });
  });
});

describe('validateAddress', () => {
  test('answers with the address, and nothing that came beside it', () => {
    expect(validateAddress({ ...address, floor: '3' } as typeof address)).toEqual({ valid: true, address });
  });

  test.each<[string, Parameters<typeof validateAddress>[0], string[]]>([
    ['none', undefined, ['/shippingAddress required']],
    ['a blank city', { ...address, city: ' ' }, ['/shippingAddress/city required']],
    [
      'an absurd street and no zip code',
      { street: long, city: 'Seoul', country: 'KR' },
      ['/shippingAddress/street too_long', '/shippingAddress/zipCode required'],
    ],
    ['control characters', { ...address, country: 'K\u0000' }, ['/shippingAddress/country invalid']],
  ])('refuses %s, as in an order', (_name, sent, refused) => {
    const result = validateAddress(sent);
    expect(result.valid ? [] : result.errors.map(({ pointer, code }) => `${pointer} ${code}`)).toEqual(refused);
  });
});
