import type { EventType, NewEvent } from '../../src/domain/events';
import type { OrderView } from '../../src/domain/projection';
import type { Static } from '@sinclair/typebox';
import type { Order } from '../../src/gateway/order-schema';
import { closeGateways, createGateway, ORDER_ID, timeOf } from './support';
import { eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { fold } from '../../src/domain/projection';
import { shownMoment, shownTime } from '../../src/domain/shown-time';

afterEach(closeGateways);

type Shown = Static<typeof Order>;
type Story = (EventType | NewEvent)[];

const url = `/orders/${ORDER_ID}`;
const every = eventOfEachType(sampleValidOrder({ orderId: ORDER_ID }));
const units = (quantity: number) => [{ productId: 'PROD-12345', quantity }];

/** one event a second */
const viewAfter = (...story: Story): OrderView =>
  fold(
    story.flatMap((event, i) =>
      numbered(ORDER_ID, [typeof event === 'string' ? every[event] : event], {
        firstSequence: i + 1,
        at: timeOf(i),
      }).map((numberedEvent) => ({ ...numberedEvent, states: [] })),
    ),
  )!;

async function show(view: OrderView): Promise<Shown> {
  const answer = await createGateway({ reader: { readView: async () => view } }).inject({ url });
  expect(answer.statusCode).toBe(200);
  return answer.json<Shown>();
}

const showAfter = (...story: Story) => show(viewAfter(...story));
const actionsAfter = async (...story: Story) => Object.keys((await showAfter(...story)).links.actions);

const CREATED: Story = ['Order Created', 'Order Validated'];
const RESERVED: Story = [...CREATED, 'Inventory Reserved'];
const PARTLY: Story = [...CREATED, 'Inventory Partially Reserved'];
const PAID: Story = [...RESERVED, 'Payment Completed', 'Warehouse Allocated'];
const SHIPPED: Story = [...PAID, 'Shipment Created', 'Customer Notified'];
const DELIVERED: Story = [...SHIPPED, 'Shipment Delivered', 'Order Delivered'];

describe('what an order waits for', () => {
  test('a decision: between what, until when, and where it is made', async () => {
    const { decision, links, summary } = await showAfter(...PARTLY, 'Decision Requested');
    const decide = `${url}/decision`;
    const { choices, until } = every['Decision Requested'].data;
    expect(decision).toEqual({ choices, until, links: { decide } });
    expect(links.actions.decision).toBe(decide);
    expect(summary).toBe(`A part is there: the customer decides until ${shownTime(until)}.`);
  });

  test('stock, beside what has shipped already', async () => {
    const paid: NewEvent = { type: 'Payment Completed', data: { ...every['Payment Completed'].data, amount: 2999 } };
    const { until } = every['Order Backordered'].data;
    const first = await showAfter(...PARTLY, 'Order Backordered', paid, 'Shipment Created', 'Shipment Tracked');
    expect(first.backorder).toEqual(every['Order Backordered'].data);
    expect(first.payment).toMatchObject({ charged: 29.99, outstanding: 29.99 });
    expect(first.summary).toBe(`Shipped: 1 parcel picked up; the rest is waited for until ${shownTime(until)}.`);
    const waiting = await showAfter(...PARTLY, paid, 'Shipment Created', 'Order Backordered');
    expect(waiting.status).toBe('BACKORDERED');
    expect(waiting.summary).toBe(`Waiting for stock until ${shownTime(until)}; 1 parcel waiting for the carrier.`);
  });

  test('a payment company that tells later', async () => {
    const { pendingPayment, payment, summary } = await showAfter(...RESERVED, 'Payment Pending');
    const { until, chargeKey } = every['Payment Pending'].data;
    expect(pendingPayment).toEqual({ chargeKey, amount: 59.98, currency: 'USD', until });
    expect(payment).toEqual({ charged: 0, refunded: 0, pending: 59.98, outstanding: 59.98, currency: 'USD' });
    expect(summary).toBe(`Waiting until ${shownTime(until)} for the payment company to decide.`);
  });

  test('another company that is out of order', async () => {
    const { delayed, summary } = await showAfter(...RESERVED, 'Order Delayed');
    const { until } = every['Order Delayed'].data;
    expect(delayed).toEqual({ dependency: 'payment', since: timeOf(3), until });
    expect(summary).toBe(
      `Waiting for the payment company, which is out of order: tried again at ${shownMoment(until)}.`,
    );
  });

  test('somebody: what does not work, what it is about, and where it is resolved', async () => {
    const { attention, links, summary, payment } = await showAfter(...PAID, 'Attention Needed');
    const resolve = `${url}/resolution`;
    const { amount: _, ...data } = every['Attention Needed'].data;
    expect(attention).toEqual({ ...data, amount: 59.98, since: timeOf(5), links: { resolve } });
    expect(links.actions).toEqual({ resolution: resolve });
    expect(summary).toBe(
      'Somebody has to decide: giving the money back does not work (the refund was refused). Why it has to be done: no carrier goes there.',
    );
    expect(payment).not.toHaveProperty('outstanding');
  });

  test('trouble without money at stake is shown without money', async () => {
    const data = { n: 1, step: 'CancelLabel', key: 'k', error: 'refused' };
    const { attention } = await showAfter(...PAID, { type: 'Attention Needed', data });
    expect(attention).toMatchObject(data);
    expect(attention).not.toHaveProperty('amount');
  });
});

describe('money', () => {
  test.each<[string, Story, Partial<Shown['payment']>]>([
    ['reserved, all of it', RESERVED, { charged: 0, outstanding: 59.98 }],
    ['held', [...RESERVED, 'Payment Authorized'], { authorized: 59.98, outstanding: 59.98 }],
    ['paid', PAID, { charged: 59.98 }],
    ['given back', [...PAID, 'Payment Refunded'], { charged: 59.98, refunded: 59.98 }],
    // nobody decided yet which part it will be
    ['reserved in part', PARTLY, { charged: 0 }],
    ['being cancelled', [...RESERVED, 'Cancellation Requested'], { charged: 0 }],
    ['ended without a payment', [...RESERVED, 'Payment Failed'], { charged: 0 }],
    ['invalid', ['Order Validation Failed'], { charged: 0 }],
  ])('%s', async (_name, story, expected) => {
    const { payment } = await showAfter(...story);
    const { currency: _, ...amounts } = payment;
    expect(amounts).toEqual({ charged: 0, refunded: 0, ...expected });
  });

  test('has as many decimals as its currency', async () => {
    const order = sampleValidOrder({ currency: 'JPY', items: [{ ...units(1)[0], price: 3000 }], totalAmount: 3000 });
    const created: NewEvent = { type: 'Order Created', data: { order } };
    const { payment, items } = await showAfter(created, 'Inventory Reserved');
    expect(payment).toMatchObject({ outstanding: 3000, currency: 'JPY' });
    expect(items).toEqual([{ productId: 'PROD-12345', quantity: 1, price: 3000 }]);
  });
});

describe('parcels', () => {
  const shipmentId = `${ORDER_ID}-S1`;
  const second: NewEvent = {
    type: 'Shipment Created',
    data: {
      shipmentId: `${ORDER_ID}-S2`,
      carrier: 'Swift',
      trackingNumber: 'SW2',
      shipment: { shipmentId: `${ORDER_ID}-S2`, warehouseId: 'LAX', lines: units(1) },
    },
  };

  test('each shows where it is, since when, and the label that counts', async () => {
    const { shipments, summary } = await showAfter(
      ...SHIPPED,
      second,
      'Shipping Label Replaced',
      'Shipment Tracked',
      'Shipment Delivered',
    );
    expect(shipments).toEqual([
      {
        shipmentId,
        warehouseId: 'ICN',
        status: 'DELIVERED',
        carrier: 'Globe Parcel',
        trackingNumber: 'WB2',
        items: units(2),
        updatedAt: timeOf(10),
        deliveredAt: timeOf(10),
      },
      {
        shipmentId: `${ORDER_ID}-S2`,
        warehouseId: 'LAX',
        status: 'AWAITING_PICKUP',
        carrier: 'Swift',
        trackingNumber: 'SW2',
        items: units(1),
      },
    ]);
    expect(summary).toBe('Shipped: 1 parcel delivered, 1 parcel waiting for the carrier.');
  });

  test.each<[EventType, Shown['shipments'][number]['status']]>([
    ['Shipment Tracked', 'PICKED_UP'],
    ['Shipment Lost', 'LOST'],
    ['Shipment Returned', 'RETURNED'],
  ])('after %s: %s, and not delivered', async (type, status) => {
    const { shipments } = await showAfter(...SHIPPED, type);
    expect(shipments).toMatchObject([{ status, updatedAt: timeOf(7) }]);
    expect(shipments[0]).not.toHaveProperty('deliveredAt');
  });

  test('the promise to ship, and how long it took', async () => {
    const { promise, startedAfterSeconds } = await showAfter(...RESERVED, 'Order At Risk', 'Shipment Created');
    expect({ promise, startedAfterSeconds }).toEqual({ promise: 'AT_RISK', startedAfterSeconds: 0.41 });
    expect((await showAfter(...RESERVED)).startedAfterSeconds).toBeUndefined();
  });
});

describe('returns', () => {
  const request = (n: number, quantity: number): NewEvent => ({
    type: 'Return Requested',
    data: { returnId: `${ORDER_ID}-R${n}`, items: units(quantity) },
  });

  test('each is one entry, with the time of each step', async () => {
    const { returns, summary } = await showAfter(
      ...DELIVERED,
      request(1, 1),
      request(2, 1),
      'Return Received',
      'Return Inspected',
    );
    expect(returns).toEqual([
      {
        returnId: `${ORDER_ID}-R1`,
        status: 'INSPECTED',
        items: units(1),
        requestedAt: timeOf(9),
        receivedAt: timeOf(11),
        inspectedAt: timeOf(12),
      },
      { returnId: `${ORDER_ID}-R2`, status: 'REQUESTED', items: units(1), requestedAt: timeOf(10) },
    ]);
    expect(summary).toBe('Delivered: 1 parcel delivered; 1 return under way.');
  });

  test('one that never arrives is no longer under way', async () => {
    const { returns, summary } = await showAfter(...DELIVERED, request(1, 1), 'Return Expired');
    expect(returns).toMatchObject([{ status: 'EXPIRED', items: units(1), expiredAt: timeOf(10) }]);
    expect(summary).toBe('Delivered: 1 parcel delivered.');
  });

  test('can be asked for as long as there is something that was delivered and is in none', async () => {
    expect(await actionsAfter(...SHIPPED)).not.toContain('returns');
    expect(await actionsAfter(...DELIVERED)).toEqual(['returns']);
    expect(await actionsAfter(...DELIVERED, request(1, 1))).toEqual(['returns']);
    expect(await actionsAfter(...DELIVERED, request(1, 2))).toEqual([]);
    expect(await actionsAfter(...DELIVERED, request(1, 2), 'Return Expired')).toEqual(['returns']);
  });
});

describe('what can be asked for', () => {
  test.each<[string, Story, string[]]>([
    ['received', ['Order Created'], ['cancel']],
    ['checked', CREATED, ['cancel', 'address']],
    ['refused', ['Order Validation Failed'], []],
    ['to be decided', [...PARTLY, 'Decision Requested'], ['cancel', 'decision', 'address']],
    ['waiting for stock', [...CREATED, 'Order Backordered'], ['cancel', 'address']],
    ['paid', PAID, ['cancel', 'address']],
    ['shipped', SHIPPED, ['cancel', 'address']],
    ['with the carrier', [...SHIPPED, 'Shipment Tracked'], ['cancel']],
    ['being cancelled', [...PARTLY, 'Decision Requested', 'Cancellation Requested'], []],
    ['in need of somebody', [...DELIVERED, 'Return Requested', 'Attention Needed'], ['resolution']],
    ['resolved', [...PAID, 'Attention Needed', 'Attention Resolved'], ['cancel', 'address']],
    ['delivered', DELIVERED, ['returns']],
    ['closed', [...DELIVERED, 'Order Closed'], []],
    ['returned', [...DELIVERED, 'Order Returned'], []],
    ['cancelled', [...RESERVED, 'Cancellation Requested', 'Order Cancelled'], []],
  ])('%s', async (_name, story, actions) => {
    const { links } = await showAfter(...story);
    expect(links).toEqual({
      self: url,
      events: `${url}/events`,
      actions: Object.fromEntries(actions.map((action) => [action, `${url}/${action}`])),
    });
  });
});

describe('where it stands, in words', () => {
  test.each<[Story, string]>([
    [['Order Created'], 'Received, and about to be checked.'],
    [CREATED, 'Checked: the order is right. Its stock is being reserved.'],
    [['Order Validation Failed'], 'Refused: see `errors`.'],
    [[...CREATED, 'Order Backordered'], `Waiting for stock until ${shownTime(every['Order Backordered'].data.until)}.`],
    [RESERVED, 'Reserved, and about to be paid.'],
    [PARTLY, 'A part is reserved, and about to be paid.'],
    [[...CREATED, 'Inventory Unavailable'], 'Nothing is in stock.'],
    [[...CREATED, 'Inventory Unavailable', 'Inventory Shortage Reported'], 'Ended: nothing is in stock.'],
    [PAID, 'Paid, and about to be shipped.'],
    [[...PAID, 'Cancellation Requested'], 'Being cancelled: what was taken is given back.'],
    [[...PAID, 'Cancellation Requested', 'Order Cancelled'], 'Cancelled: ordered twice.'],
    [[...RESERVED, 'Payment Failed'], 'Ended without a payment: insufficient funds.'],
    [[...PAID, 'Order Fulfillment Failed'], 'Ended, and what was taken was given back: insufficient funds.'],
    [SHIPPED, 'Shipped: 1 parcel waiting for the carrier.'],
    [[...SHIPPED, 'Shipment Tracked'], 'Shipped: 1 parcel picked up.'],
    [DELIVERED, 'Delivered: 1 parcel delivered.'],
    [[...DELIVERED, 'Order Returned'], 'Everything came back.'],
  ])('%j: %s', async (story, words) => {
    expect((await showAfter(...story)).summary).toBe(words);
  });

  test('cancelled when, why, and closed when', async () => {
    const { cancellation, closedAt, failure } = await showAfter(
      ...RESERVED,
      'Cancellation Requested',
      'Order Cancelled',
      'Order Closed',
    );
    expect(cancellation).toEqual({ reason: 'ordered twice', at: timeOf(3) });
    expect({ closedAt, failure }).toEqual({ closedAt: timeOf(5), failure: 'ordered twice' });
  });
});

test('a state to which an order comes back is shown again', async () => {
  const view = viewAfter(...SHIPPED, 'Return Requested', 'Return Inspected');
  const stay = (ordinal: number, name: 'AwaitDelivery' | 'HandleReturn') => ({
    name,
    ordinal,
    enteredAt: timeOf(ordinal + 5),
    exitedAt: timeOf(ordinal + 6),
    attempts: 1,
  });
  const { states } = await show({ ...view, states: [stay(1, 'AwaitDelivery'), stay(2, 'HandleReturn')] });
  expect(states.map(({ name, exitedAt }) => [name, exitedAt])).toEqual([
    ['AwaitDelivery', timeOf(7)],
    ['HandleReturn', timeOf(8)],
    ['AwaitDelivery', null],
  ]);
});
