import fc from 'fast-check';
import type { EventType, OrderEvent } from '../../src/domain/events';
import type { InventoryStatus, OrderView } from '../../src/domain/projection';
import type { OrderId } from '../../src/domain/ids';
import type { OrderStatus, StateName } from '../../src/domain/states';
import { applyPatch, fold, projectEvents } from '../../src/domain/projection';
import { EVENT_TYPES, eventOfEachType, numbered, sampleValidOrder } from '../support/contracts/events';
import { holds } from '../support/contracts/runs';
import { MAX_TEXT } from '../../src/domain/order';
import { shardOf } from '../../src/domain/ids';

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
    { type: 'Customer Notified', status: 'SHIPPED', state: undefined, before: [...SHIPPING, 'Shipment Created'] },
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

describe('indexes', () => {
  test('an order is in the partition of its status and of the day it was created', () => {
    const shard = shardOf(orderId);
    expect(viewOf('Order Created')).toMatchObject({
      statusShard: `RECEIVED#${shard}`,
      dayShard: `2025-07-09#${shard}`,
    });
    expect(viewOf('Order Created', 'Order Validated').statusShard).toBe(`VALIDATED#${shard}`);
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
