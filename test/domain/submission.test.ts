import fc from 'fast-check';
import { fingerprintOf, orderIdForKey, parseSubmission, type ParsedSubmission } from '../../src/submission';
import { holds } from '../support/contracts/runs';
import { isOrderId } from '../../src/domain/ids';
import { sampleOrder } from '../support/orders';

/** The same value with the members of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, member]) => [name, reversed(member)]),
  );
}

function parsed(value: unknown): ParsedSubmission {
  const result = parseSubmission(value);
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.errors)}`);
  return result.submission;
}

const refusedPointers = (value: unknown) => {
  const result = parseSubmission(value);
  return result.ok ? [] : [...new Set(result.errors.map(({ pointer }) => pointer))];
};

/** JSON that no recursion gets through: 100 000 levels. */
const nested = (open: string, close: string) => `${open.repeat(DEPTH)}1${close.repeat(DEPTH)}`;
const DEPTH = 100_000;

describe('parseSubmission', () => {
  test('takes the sample order as it is', () => {
    const order = sampleOrder();
    expect(parsed(order)).toEqual(order);
  });

  test('takes how an order is to be treated, and of that only what there is', () => {
    const order = { policy: { onShortage: 'WAIT', decisionWithinS: 60 }, channels: ['SMS'], items: [{ weight: 340 }] };
    expect(parsed({ ...order, policy: { ...order.policy, colour: 'red' } })).toEqual(order);
  });

  test.each([
    [{ policy: 'WAIT' }, '/policy'],
    [{ policy: { decisionWithinS: '60' } }, '/policy/decisionWithinS'],
    [{ policy: { payment: 1 } }, '/policy/payment'],
    [{ channels: 'SMS' }, '/channels'],
    [{ channels: [1] }, '/channels/0'],
    [{ items: [{ weight: '340' }] }, '/items/0/weight'],
  ])('refuses %j: a wrong type', (order, pointer) => {
    expect(refusedPointers(order)).toEqual([pointer]);
  });

  test('takes an order that lacks everything: what is missing is ValidateOrder’s to say', () => {
    expect(parsed({})).toEqual({});
    expect(parsed({ items: [{}], shippingAddress: {} })).toEqual({ items: [{}], shippingAddress: {} });
  });

  test.each([
    ['a text', 'order'],
    ['a number', 7],
    ['nothing', undefined],
    ['null', null],
    ['a list', [sampleOrder()]],
  ])('refuses %s in place of an order', (_, value) => {
    expect(refusedPointers(value)).toEqual(['']);
  });

  test.each([
    ['orderId', 7],
    ['customerId', null],
    ['items', {}],
    ['totalAmount', '59.98'],
    ['currency', 840],
    ['shippingAddress', 'Seoul'],
    ['shippingAddress', []],
    ['timestamp', 0],
    ['paymentMethod', ['pm_ok']],
  ])('refuses a wrong type of %s: %j', (name, value) => {
    expect(refusedPointers({ ...sampleOrder(), [name]: value })).toEqual([`/${name}`]);
  });

  test('lists every wrong type, with its code', () => {
    const value = {
      ...sampleOrder(),
      customerId: 1,
      items: [{ quantity: '2' }, 7],
      shippingAddress: { zipCode: 12_345 },
    };
    expect(refusedPointers(value)).toEqual([
      '/customerId',
      '/items/0/quantity',
      '/items/1',
      '/shippingAddress/zipCode',
    ]);
    const result = parseSubmission(value);
    expect(!result.ok && result.errors.every(({ code }) => code === 'wrong_type')).toBe(true);
  });

  test('leaves out what an order does not have, at every depth', () => {
    const order = sampleOrder();
    const [first] = order.items!;
    const value = {
      ...order,
      note: 'hello',
      items: [{ ...first, colour: 'red' }],
      shippingAddress: { ...order.shippingAddress, floor: 3 },
    };
    expect(parsed(value)).toEqual(order);
  });

  test('leaves out a member that would change the prototype', () => {
    const value: unknown = JSON.parse('{"orderId":"A","__proto__":{"customerId":"stolen"},"constructor":1}');
    const submission = parsed(value);
    expect(Object.keys(submission)).toEqual(['orderId']);
    expect(submission.customerId).toBeUndefined();
    expect(Object.getPrototypeOf(submission)).toBe(Object.prototype);
  });

  test('leaves out such members in items and address, too', () => {
    const evil = '"__proto__":{"quantity":9,"zipCode":"stolen"},"constructor":{"prototype":1}';
    const text = `{"orderId":"A","items":[{"productId":"P",${evil}}],"shippingAddress":{"city":"Seoul",${evil}}}`;
    const submission = parsed(JSON.parse(text));
    expect(submission).toStrictEqual({ orderId: 'A', items: [{ productId: 'P' }], shippingAddress: { city: 'Seoul' } });
    expect(submission.items![0]!.quantity).toBeUndefined();
    expect(submission.shippingAddress!.zipCode).toBeUndefined();
  });

  test.each(['an array', 'an object'])(
    'members that nobody asked for may be nested as deep as JSON goes: %s',
    (kind) => {
      const deep = kind === 'an array' ? nested('[', ']') : nested('{"a":', '}');
      const order = sampleOrder();
      const { items: [first] = [], shippingAddress, ...rest } = order;
      const withDeep = (value: unknown) => JSON.stringify(value).replace(/}$/, `,"deep":${deep}}`);
      const text = `${JSON.stringify(rest).slice(0, -1)},"deep":${deep},"constructor":${deep},"items":[${withDeep(first)}],"shippingAddress":${withDeep(shippingAddress)}}`;
      const submission = parsed(JSON.parse(text));
      expect(submission).toEqual(order);
      expect(fingerprintOf(submission)).toBe(fingerprintOf(order));
    },
  );

  test.each(['orderId', 'items', 'shippingAddress', 'totalAmount'])('a %s nested as deep is refused', (name) => {
    const value: unknown = JSON.parse(`{"${name}":${nested('[', ']')}}`);
    expect(refusedPointers(value).every((pointer) => pointer.startsWith(`/${name}`))).toBe(true);
    expect(refusedPointers(value)).not.toEqual([]);
  });

  test('does not change what it was given', () => {
    const value = { ...sampleOrder(), note: 'hello' };
    const before = structuredClone(value);
    parseSubmission(value);
    expect(value).toEqual(before);
  });

  test('never throws, whatever JSON comes', () => {
    holds(
      fc.property(fc.jsonValue(), (value) => {
        expect(typeof parseSubmission(value).ok).toBe('boolean');
      }),
    );
  });
});

describe('fingerprintOf', () => {
  test('is the same whatever order the members come in', () => {
    const order = sampleOrder();
    expect(fingerprintOf(reversed(order) as ParsedSubmission)).toBe(fingerprintOf(order));
    holds(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        expect(fingerprintOf(reversed(value) as ParsedSubmission)).toBe(fingerprintOf(value as ParsedSubmission));
      }),
    );
  });

  test('is the same for what is left out anyway', () => {
    const order = sampleOrder();
    expect(fingerprintOf(parsed({ ...order, note: 'hello' }))).toBe(fingerprintOf(order));
  });

  test('is the same for the same number written differently', () => {
    const text = (total: string) => `{"orderId":"A","totalAmount":${total}}`;
    expect(fingerprintOf(parsed(JSON.parse(text('59.980'))))).toBe(fingerprintOf(parsed(JSON.parse(text('5998e-2')))));
  });

  test.each([
    ['a customer', { customerId: 'C' }],
    ['a total', { totalAmount: 1 }],
    ['an item', { items: [{ productId: 'PROD-12345', quantity: 3, price: 29.99 }] }],
    ['the order of the items', { items: [{ productId: 'B' }, { productId: 'A' }] }],
    ['a payment method', { paymentMethod: 'pm_ok' }],
  ])('is another for %s', (_, change) => {
    const order: ParsedSubmission = {
      ...sampleOrder(),
      ...('items' in change ? { items: [{ productId: 'A' }, { productId: 'B' }] } : {}),
    };
    expect(fingerprintOf({ ...order, ...change })).not.toBe(fingerprintOf(order));
  });

  test('does not take one member for another', () => {
    expect(fingerprintOf({ customerId: 'a","currency":"b' })).not.toBe(
      fingerprintOf({ customerId: 'a', currency: 'b' }),
    );
  });
});

test('the fingerprint leaves the id out: an order may be sent again with the id that it was given', () => {
  const { orderId, ...content } = sampleOrder();
  expect(fingerprintOf({ ...content, orderId })).toBe(fingerprintOf(content));
});

describe('orderIdForKey', () => {
  test('never changes, so that a repeated request finds its order', () => {
    expect(orderIdForKey({ customerId: 'CUST-1', key: 'k' })).toBe(orderIdForKey({ key: 'k', customerId: 'CUST-1' }));
    expect(orderIdForKey({ customerId: 'CUST-1', key: 'k' })).toBe('ORD-4621561794770ed16b89a07adac3f509');
  });

  test('differs by customer and by key, also where their texts together are the same', () => {
    const ids = [
      orderIdForKey({ customerId: 'a', key: 'bc' }),
      orderIdForKey({ customerId: 'ab', key: 'c' }),
      orderIdForKey({ customerId: 'abc', key: '' }),
      orderIdForKey({ key: 'abc' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('is an order id, whatever the key', () => {
    holds(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (customerId, key) => {
        expect(isOrderId(orderIdForKey({ customerId, key }))).toBe(true);
      }),
    );
  });
});
