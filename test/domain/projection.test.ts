import fc from 'fast-check';
import type { EventType, NewEvent, OrderEvent } from '../../src/domain/events';
import type { InventoryStatus, OrderView } from '../../src/domain/projection';
import type { OrderId } from '../../src/domain/ids';
import type { OrderStatus, StateName } from '../../src/domain/states';
import { applyPatch, fold, projectEvents } from '../../src/domain/projection';
import { differenceOf } from '../../src/domain/view-difference';
import { EVENT_TYPES, eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { holds } from '../support/contracts/runs';
import { MAX_TEXT } from '../../src/domain/order';
import { keys, shardOf } from '../../src/domain/ids';

const order = sampleValidOrder({ orderId: 'ORD-2025-001234' as OrderId });
const { orderId } = order;
const every = eventOfEachType(order);
const AT = '2025-07-09T10:30:00.000Z';

const viewOf = (...types: EventType[]): OrderView =>
  fold(
    numbered(
      orderId,
      types.map((type) => every[type]),
    ),
  )!;

interface Case {
  type: EventType;
  status: OrderStatus;
  state: StateName | undefined;
}

const SHIPPING: EventType[] = ['Order Created', 'Order Validated', 'Inventory Reserved', 'Payment Completed'];
const SHIPPED: EventType[] = [...SHIPPING, 'Shipment Created'];
const PARTLY: EventType[] = ['Order Created', 'Inventory Partially Reserved'];

describe('what each event makes of an order', () => {
  test.each<Case & { before?: EventType[] }>([
    { type: 'Order Created', status: 'RECEIVED', state: 'ValidateOrder', before: [] },
    { type: 'Order Validated', status: 'VALIDATED', state: 'CheckInventory' },
    { type: 'Order Validation Failed', status: 'VALIDATION_FAILED', state: undefined, before: [] },
    { type: 'Inventory Reserved', status: 'RESERVED', state: 'ProcessPayment' },
    { type: 'Inventory Partially Reserved', status: 'RESERVED', state: 'HandlePartialInventory' },
    { type: 'Inventory Unavailable', status: 'INVENTORY_UNAVAILABLE', state: 'InventoryNotAvailable' },
    { type: 'Payment Completed', status: 'PAID', state: 'StartFulfillment' },
    { type: 'Payment Failed', status: 'PAYMENT_FAILED', state: undefined },
    { type: 'Warehouse Allocated', status: 'PAID', state: 'GenerateShippingLabel', before: SHIPPING },
    { type: 'Shipment Created', status: 'SHIPPED', state: 'NotifyCustomer', before: SHIPPING },
    { type: 'Order Fulfillment Failed', status: 'FULFILLMENT_FAILED', state: undefined, before: SHIPPING },
    { type: 'Customer Notified', status: 'SHIPPED', state: 'AwaitDelivery', before: SHIPPED },
    { type: 'Decision Requested', status: 'PENDING_DECISION', state: 'HandlePartialInventory', before: PARTLY },
    { type: 'Order Backordered', status: 'BACKORDERED', state: 'AwaitStock' },
    { type: 'Backorder Filled', status: 'RESERVED', state: 'ProcessPayment' },
    { type: 'Payment Authorized', status: 'RECEIVED', state: 'StartFulfillment' },
    { type: 'Shipment Lost', status: 'SHIPPED', state: 'CompensateShipment', before: SHIPPED },
    { type: 'Shipment Returned', status: 'SHIPPED', state: 'CompensateShipment', before: SHIPPED },
    { type: 'Order Delivered', status: 'DELIVERED', state: 'NotifyCustomer', before: SHIPPED },
    { type: 'Return Requested', status: 'SHIPPED', state: 'HandleReturn', before: SHIPPED },
    { type: 'Return Inspected', status: 'SHIPPED', state: 'AwaitDelivery', before: SHIPPED },
    { type: 'Order Returned', status: 'RETURNED', state: undefined, before: SHIPPED },
    { type: 'Order Cancelled', status: 'CANCELLED', state: undefined },
    { type: 'Attention Needed', status: 'NEEDS_ATTENTION', state: 'NeedsAttention', before: SHIPPING },
    { type: 'Order Closed', status: 'SHIPPED', state: undefined, before: SHIPPED },
    {
      type: 'Inventory Shortage Reported',
      status: 'INVENTORY_UNAVAILABLE',
      state: undefined,
      before: ['Order Created', 'Inventory Unavailable'],
    },
  ])('$type: $status in $state', ({ type, status, state, before = ['Order Created'] }) => {
    const view = viewOf(...before, type);
    expect(view.status).toBe(status);
    expect(view.currentState).toBe(state);
    expect('currentState' in view).toBe(state !== undefined);
  });

  test.each<EventType>([
    'Inventory Released',
    'Payment Refunded',
    'Payment Voided',
    'Shipping Label Generated',
    'Shipping Label Cancelled',
    'Packing Instructed',
    'Inventory Restocked',
    'Inventory Written Off',
    'Stock Low',
    'Order Delayed',
    'Payment Pending',
    'Shipping Label Replaced',
    'Address Changed',
    'Shipment Tracked',
    'Shipment Delivered',
    'Return Received',
    'Order At Risk',
    'Promise Breached',
    'Cancellation Requested',
  ])('%s changes neither status nor state', (type) => {
    const { status, currentState } = viewOf(...SHIPPING);
    expect(viewOf(...SHIPPING, type)).toMatchObject({ status, currentState });
  });

  test.each<[EventType, InventoryStatus]>([
    ['Inventory Reserved', 'AVAILABLE'],
    ['Inventory Partially Reserved', 'PARTIAL'],
    ['Inventory Unavailable', 'UNAVAILABLE'],
  ])('%s: inventory %s', (type, inventoryStatus) => {
    expect(viewOf('Order Created', type).inventoryStatus).toBe(inventoryStatus);
  });

  test('the view holds what the order is, what is missing, what was paid and what was shipped', () => {
    const view = viewOf('Order Created', 'Inventory Partially Reserved', 'Payment Completed', 'Shipment Created');
    expect(view).toMatchObject({
      orderId,
      customerId: 'CUST-567890',
      currency: 'USD',
      totalAmount: 5998,
      lines: order.lines,
      unavailableItems: [{ productId: 'PROD-12345', shortfall: 1 }],
      charged: 5998,
      refunded: 0,
      shipments: [{ warehouseId: 'ICN', carrier: 'Globe Parcel', trackingNumber: 'WB1' }],
    });
  });

  test('money given back is counted beside money taken', () => {
    expect(viewOf(...SHIPPING, 'Payment Refunded')).toMatchObject({ charged: 5998, refunded: 5998 });
  });

  test('the reason of a failure is kept', () => {
    expect(viewOf('Order Created', 'Payment Failed').failure).toBe('insufficient funds');
    expect(viewOf('Order Validation Failed').errors).toEqual(every['Order Validation Failed'].data.errors);
  });
});

/** the view after events that are not the samples */
const viewAfter = (...events: NewEvent[]): OrderView =>
  fold(events.flatMap((event, i) => numbered(orderId, [event], { firstSequence: i + 1, at: atSecond(i) })))!;
const atSecond = (second: number) => new Date(Date.parse(AT) + second * 1000).toISOString();

describe('what is there for a time only', () => {
  test.each<[keyof OrderView, EventType, object, EventType[]]>([
    ['decision', 'Decision Requested', { choices: ['SHIP_AVAILABLE', 'WAIT', 'CANCEL'] }, ['Decision Made']],
    ['decision', 'Decision Requested', {}, ['Order Cancelled', 'Order Fulfillment Failed']],
    ['backorder', 'Order Backordered', { items: [{ quantity: 1 }] }, ['Backorder Filled', 'Backorder Ended']],
    [
      'delayed',
      'Order Delayed',
      { dependency: 'payment', since: AT },
      ['Payment Completed', 'Payment Authorized', 'Payment Pending', 'Payment Voided', 'Payment Failed'],
    ],
    ['delayed', 'Order Delayed', {}, ['Shipment Created', 'Order Cancelled', 'Order Fulfillment Failed']],
    [
      'pendingPayment',
      'Payment Pending',
      { amount: 5998, currency: 'USD', chargeKey: keys.charge(orderId, 1) },
      ['Payment Completed', 'Payment Authorized', 'Payment Voided', 'Payment Failed'],
    ],
    ['attention', 'Attention Needed', { step: 'RefundPayment', amount: 5998, since: AT }, ['Attention Resolved']],
  ])('%s is there from %s on, until %j', (name, from, expected, until) => {
    const view = viewOf(from);
    expect(view[name]).toMatchObject(expected);
    // nothing of the event that the view has another word for
    expect(view[name]).not.toHaveProperty('paymentId');
    for (const type of until) {
      expect(viewOf(from, type)).not.toHaveProperty(name);
      expect(viewOf(from, type, from)).toHaveProperty(name);
    }
  });

  test('nothing is waited for once an order is closed', () => {
    const waiting: EventType[] = ['Decision Requested', 'Order Backordered', 'Payment Pending', 'Order Delayed'];
    const closed = viewOf(...waiting, 'Order Closed');
    for (const name of ['decision', 'backorder', 'pendingPayment', 'delayed', 'currentState', 'currentSince'])
      expect(closed).not.toHaveProperty(name);
  });

  test('the view says since when the order is in its state, also when it comes back to it', () => {
    const backAgain: EventType[] = ['Shipment Created', 'Customer Notified', 'Return Requested', 'Return Inspected'];
    const view = viewAfter(...backAgain.map((type) => every[type]));
    expect(view).toMatchObject({ currentState: 'AwaitDelivery', currentSince: atSecond(3) });
  });

  test('money is held from the authorisation until it is taken or let go', () => {
    expect(viewOf('Payment Authorized')).toMatchObject({ authorized: 5998, charged: 0 });
    expect(viewOf('Payment Authorized', 'Payment Voided')).not.toHaveProperty('authorized');
    const taken = viewOf('Payment Authorized', 'Payment Completed');
    expect(taken).toMatchObject({ charged: 5998 });
    expect(taken).not.toHaveProperty('authorized');
  });

  test.each<[string, EventType[], ReturnType<typeof projectEvents>['remove']]>([
    ['set and then removed', ['Decision Requested', 'Decision Made'], ['decision']],
    ['removed and then set', ['Decision Made', 'Decision Requested'], []],
    ['removed twice', ['Payment Voided', 'Payment Voided'], ['delayed', 'pendingPayment', 'authorized']],
    ['removed, set and removed', ['Decision Made', 'Decision Requested', 'Decision Made'], ['decision']],
  ])('within one patch %s: only the last counts', (_name, types, expected) => {
    const patch = projectEvents(
      numbered(
        orderId,
        types.map((type) => every[type]),
      ),
    );
    // whether it changed its state besides, others look at
    expect(patch.remove.filter((name) => name !== 'changedShard')).toEqual(expected);
    for (const name of patch.remove) expect(patch.set).not.toHaveProperty(name);
  });
});

describe('a decision, a late payment, a refund of a part, a resolution', () => {
  test.each([
    ['SHIP_AVAILABLE', 'ProcessPayment'],
    ['WAIT', 'ProcessPayment'],
    ['CANCEL', 'RollbackTransaction'],
  ] as const)('who chooses %s sees the order in %s', (choice, state) => {
    const made = { type: 'Decision Made', data: { choice, by: 'customer' } } as const;
    expect(viewAfter(every['Decision Requested'], made).currentState).toBe(state);
  });

  test.each([
    ['SHIPPED', 'AwaitDelivery'],
    ['DELIVERED', 'AwaitDelivery'],
    ['INVENTORY_UNAVAILABLE', undefined],
    ['CANCELLED', undefined],
  ] as const)('a back-order that ends leaves the order %s, in %s', (status, state) => {
    const ended: NewEvent = { type: 'Backorder Ended', data: { ...every['Backorder Ended'].data, status } };
    const view = viewAfter(every['Order Created'], every['Order Backordered'], ended);
    expect(view.status).toBe(status);
    expect(view.currentState).toBe(state);
    expect(view).not.toHaveProperty('backorder');
  });

  test('a shortage that is reported ends the order, unless it waits', () => {
    const { unavailableItems } = every['Inventory Shortage Reported'].data;
    const reported: NewEvent = { type: 'Inventory Shortage Reported', data: { unavailableItems, waits: true } };
    expect(viewAfter(every['Inventory Unavailable'], reported).currentState).toBe('InventoryNotAvailable');
    expect(viewOf('Inventory Unavailable', 'Inventory Shortage Reported')).not.toHaveProperty('currentState');
  });

  test('a payment that comes late is counted, and leaves the order where it ended', () => {
    const late = { ...every['Payment Completed'], data: { ...every['Payment Completed'].data, late: true as const } };
    const ended = [every['Order Created'], every['Payment Failed'], every['Order Closed']];
    const view = viewAfter(...ended, late, every['Payment Refunded']);
    expect(view).toMatchObject({ status: 'PAYMENT_FAILED', charged: 5998, refunded: 5998, closedAt: atSecond(2) });
    expect(view).not.toHaveProperty('currentState');
    expect(view.statusShard).toMatch(/^PAYMENT_FAILED#/);
  });

  test('a refund for something that came back adds up, and the order waits again', () => {
    const partly = (amount: number, cause: string): NewEvent => {
      const { chargeKey } = every['Payment Refunded'].data;
      const data = { chargeKey, currency: 'USD', amount, cause, refundKey: keys.refund(chargeKey, cause) };
      return { type: 'Payment Refunded', data };
    };
    const view = viewAfter(every['Payment Completed'], every['Shipment Lost'], partly(1, 'R1'), partly(2, 'R2'));
    expect(view).toMatchObject({ charged: 5998, refunded: 3, currentState: 'AwaitDelivery' });
  });

  test.each([
    ['SHIPPED', 'AwaitDelivery'],
    ['DELIVERED', 'AwaitDelivery'],
    ['PAID', 'RollbackTransaction'],
    ['RESERVED', 'RollbackTransaction'],
  ] as const)('who resolves puts the order back to %s, in %s', (status, currentState) => {
    const resolved: NewEvent = { type: 'Attention Resolved', data: { ...every['Attention Resolved'].data, status } };
    const view = viewAfter(every['Order Created'], every['Attention Needed'], resolved);
    expect(view).toMatchObject({ status, currentState, statusShard: `${status}#${shardOf(orderId)}` });
  });
});

describe('the life after shipping', () => {
  test('the view has every step that brought a parcel further, and no other', () => {
    const seen: NewEvent[] = [
      every['Shipment Tracked'],
      { type: 'Shipment Tracked', data: { shipmentId: `${orderId}-S1`, status: 'PICKED_UP', updateId: 'again' } },
      every['Shipment Delivered'],
    ];
    expect(viewAfter(...seen).tracking).toEqual([
      { shipmentId: `${orderId}-S1`, status: 'PICKED_UP', at: atSecond(0) },
      { shipmentId: `${orderId}-S1`, status: 'DELIVERED', at: atSecond(2) },
    ]);
  });

  test.each(['Shipment Lost', 'Shipment Returned'] as const)('%s is such a step', (type) => {
    expect(viewOf(type).tracking).toEqual([{ shipmentId: `${orderId}-S1`, status: every[type].data.status, at: AT }]);
  });

  test('another label and another address take the place of the first', () => {
    const view = viewOf('Order Created', 'Shipment Created', 'Address Changed', 'Shipping Label Replaced');
    expect(view.labels).toEqual([{ shipmentId: `${orderId}-S1`, carrier: 'Globe Parcel', trackingNumber: 'WB2' }]);
    expect(view.shippingAddress).toEqual(every['Address Changed'].data.address);
    expect(viewOf('Order Created').shippingAddress).toEqual(order.shippingAddress);
  });

  test('a return is told step by step', () => {
    const returnId = `${orderId}-R1`;
    const view = viewAfter(every['Return Requested'], every['Return Received'], every['Return Inspected']);
    expect(view.returns).toEqual([
      { returnId, status: 'REQUESTED', at: atSecond(0), items: [{ productId: 'PROD-12345', quantity: 2 }] },
      { returnId, status: 'RECEIVED', at: atSecond(1) },
      { returnId, status: 'INSPECTED', at: atSecond(2) },
    ]);
  });

  test('a return that never arrives is no longer waited for', () => {
    const view = viewAfter(every['Return Requested'], every['Return Expired']);
    expect(view.returns?.at(-1)).toEqual({ returnId: `${orderId}-R1`, status: 'EXPIRED', at: atSecond(1) });
    expect(view.currentState).toBe('AwaitDelivery');
  });

  test('the promise, the time to shipping, who cancelled and when it closed are kept', () => {
    expect(viewOf('Order At Risk').promise).toBe('AT_RISK');
    expect(viewOf('Order At Risk', 'Promise Breached').promise).toBe('BREACHED');
    expect(viewOf('Shipment Created').startedAfterMs).toBe(410);
    expect(viewOf('Cancellation Requested').cancellation).toEqual({ reason: 'ordered twice', at: AT });
    expect(viewOf('Order Closed').closedAt).toBe(AT);
  });

  test('an order that had none of it has no such lists', () => {
    for (const name of ['tracking', 'labels', 'returns']) expect(viewOf(...SHIPPED)).not.toHaveProperty(name);
  });
});

describe('indexes', () => {
  test('an order is in the partition of its status and of the day it was created', () => {
    const shard = shardOf(orderId);
    expect(viewOf('Order Created')).toMatchObject({
      statusShard: `RECEIVED#${shard}`,
      dayShard: `2025-07-09#${shard}`,
    });
    expect(viewOf('Order Created', 'Order Validated').statusShard).toBe(`VALIDATED#${shard}`);
  });

  describe('those that are late', () => {
    const late = (promise: string) => ({ promise, lateShard: `${promise}#${shardOf(orderId)}`, lateSince: AT });

    test('an order is in the partition of how late it is', () => {
      expect(viewOf(...SHIPPING)).not.toHaveProperty('lateShard');
      expect(viewOf(...SHIPPING, 'Order At Risk')).toMatchObject(late('AT_RISK'));
      expect(viewOf(...SHIPPING, 'Order At Risk', 'Promise Breached')).toMatchObject(late('BREACHED'));
    });

    test.each<EventType>([
      'Shipment Created',
      'Customer Notified',
      'Order Cancelled',
      'Payment Failed',
      'Order Fulfillment Failed',
      'Order Closed',
    ])('%s takes it out, and its promise stays as it was', (type) => {
      const view = viewOf(...SHIPPING, 'Order At Risk', 'Promise Breached', type);
      expect(view.promise).toBe('BREACHED');
      expect(view).not.toHaveProperty('lateShard');
      expect(view).not.toHaveProperty('lateSince');
    });

    test.each<EventType>(['Order Delayed', 'Payment Pending', 'Decision Requested', 'Attention Needed'])(
      '%s leaves it there',
      (type) => expect(viewOf(...SHIPPING, 'Promise Breached', type)).toMatchObject(late('BREACHED')),
    );

    test('a view of before, which is in no such partition, is found to differ', () => {
      const events = numbered(
        orderId,
        [...SHIPPING, 'Promise Breached' as const].map((type) => every[type]),
      );
      const { lateShard: _shard, lateSince: _since, ...view } = fold(events)!;
      const difference = differenceOf({ orderId, view, events });
      expect([difference?.fault, difference?.fields.map(({ field }) => field)]).toEqual([
        'VIEW_DIFFERS',
        ['lateShard', 'lateSince'],
      ]);
    });
  });

  test('an order is among the open ones, or among those of the day of its last event, whatever happened to it', () => {
    const shard = shardOf(orderId);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENT_TYPES), { minLength: 1, maxLength: 12 }), (types) => {
        const view = viewOf('Order Created', ...types);
        expect(view.openShard).toBe(view.currentState === undefined ? undefined : String(shard));
        if (view.openShard === undefined) expect(view.changedShard).toBe(`${view.updatedAt.slice(0, 10)}#${shard}`);
      }),
    );
    expect(viewOf('Order Created')).not.toHaveProperty('changedShard');
    expect(viewOf('Order Created', 'Order Cancelled')).not.toHaveProperty('openShard');
    // money that comes when it is over
    const late = numbered(orderId, [every['Payment Refunded']], { at: '2025-08-01T00:00:00.000Z', firstSequence: 3 });
    const ended = numbered(orderId, [every['Order Created'], every['Order Cancelled']], { at: AT });
    expect(fold([...ended, ...late])?.changedShard).toBe(`2025-08-01#${shard}`);
  });

  test('the day stays that of the first event', () => {
    const first = numbered(orderId, [every['Order Created']], { at: AT });
    const second = numbered(orderId, [every['Order Validated']], { at: '2025-07-10T00:00:00.000Z', firstSequence: 2 });
    expect(fold([...first, ...second])).toMatchObject({
      createdAt: AT,
      updatedAt: '2025-07-10T00:00:00.000Z',
      dayShard: `2025-07-09#${shardOf(orderId)}`,
    });
  });

  test('a refused order is listed under its customer, unless no index could hold that name', () => {
    const refused = (customerId: string) =>
      fold(numbered(orderId, [every['Order Validation Failed']], { customerId }))!;
    expect(refused('CUST-1').customerId).toBe('CUST-1');
    // the partition of an index holds 2048 bytes: beyond that DynamoDB refuses the whole transaction, for ever
    const { customerId = '' } = refused('x'.repeat(10 * MAX_TEXT));
    expect(Buffer.byteLength(customerId)).toBeLessThanOrEqual(2048);
  });
});

describe('batches', () => {
  const history = fc.array(fc.constantFrom(...EVENT_TYPES), { minLength: 1, maxLength: 20 }).map((types) =>
    types.flatMap((type, i) =>
      numbered(orderId, [every[type]], {
        firstSequence: i + 1,
        at: new Date(Date.parse(AT) + i * 1000).toISOString(),
      }),
    ),
  );

  /** The events in consecutive batches of the given sizes. */
  function cut(events: OrderEvent[], sizes: number[]): OrderEvent[][] {
    const batches: OrderEvent[][] = [];
    for (let from = 0, n = 0; from < events.length; n++) {
      const size = sizes[n % sizes.length]!;
      batches.push(events.slice(from, from + size));
      from += size;
    }
    return batches;
  }

  test('applied one after the other give the fold of all events, however they are cut', () => {
    holds(
      fc.property(history, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }), (events, sizes) => {
        let view: OrderView | undefined;
        for (const batch of cut(events, sizes)) view = applyPatch(view, orderId, projectEvents(batch));
        expect(view).toEqual(fold(events));
        // a patch is written member by member: one that is undefined would not be the same in a table
        expect(JSON.parse(JSON.stringify(view))).toEqual(view);
      }),
    );
  });

  test('never change the view or the events they are applied to', () => {
    holds(
      fc.property(history, (events) => {
        const before = structuredClone(events);
        const view = fold(events)!;
        const copy = structuredClone(view);
        applyPatch(view, orderId, projectEvents(events));
        expect(view).toEqual(copy);
        expect(events).toEqual(before);
      }),
    );
  });

  test('all states passed are in the view, once and in order', () => {
    holds(
      fc.property(history, (events) => {
        expect(fold(events)!.states).toEqual(events.flatMap(({ states }) => states));
        expect(fold(events)!.sequence).toBe(events.length);
      }),
    );
  });

  test('of no events there is no view', () => {
    expect(fold([])).toBeUndefined();
  });
});
