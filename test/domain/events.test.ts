import fc from 'fast-check';
import type { EventBatch, EventType, NewEvent, OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import type { StatePassed } from '../../src/domain/states';
import { effectOf, EVENT_SOURCES, lineageOf, numberEvents, toBusEvent } from '../../src/domain/events';
import { EVENT_TYPES, eventOfEachType, numbered, sampleShipment, sampleValidOrder } from '../support/contracts/events';
import { holds } from '../support/contracts/runs';
import { keys } from '../../src/domain/ids';

const order = sampleValidOrder({ orderId: 'ORD-2025-001234' as OrderId });
const { orderId } = order;
const every = eventOfEachType(order);
const AT = '2025-07-09T10:30:00.000Z';
const busEventOf = (event: NewEvent, firstSequence = 1) =>
  toBusEvent(numbered(orderId, [event], { firstSequence, at: AT })[0]!);

describe('toBusEvent', () => {
  test.each(EVENT_TYPES)('%s carries its origin, its id, its number and its customer', (type) => {
    const { detail, detailType, time } = busEventOf(every[type], 7);
    expect(detailType).toBe(type);
    expect(time).toBe(AT);
    expect(detail).toMatchObject({
      origin: 'waybill',
      eventId: 'ORD-2025-001234#7',
      orderId,
      sequence: 7,
      at: AT,
      customerId: 'CUST-567890',
    });
  });

  // requirements D2 and E
  test.each([
    ['Order Created', 'ecommerce.orders'],
    ['Order Validated', 'order.validation'],
    ['Order Validation Failed', 'order.validation'],
    ['Payment Completed', 'payment.service'],
    ['Shipment Created', 'shipping.service'],
  ] as const)('%s comes from %s', (type, source) => {
    expect(busEventOf(every[type]).source).toBe(source);
    expect(EVENT_SOURCES[type]).toBe(source);
  });

  test('no event has the name that starts a workflow', () => {
    expect(EVENT_TYPES).not.toContain('Order Placed');
  });

  test('a new order is told as it was sent', () => {
    expect(busEventOf(every['Order Created']).detail).toMatchObject({
      customerId: 'CUST-567890',
      items: [{ productId: 'PROD-12345', quantity: 2, price: 29.99 }],
      totalAmount: 59.98,
      currency: 'USD',
      shippingAddress: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
      timestamp: '2025-07-09T10:30:00Z',
    });
  });

  test('a refused order is told with its errors', () => {
    const { detail } = busEventOf(every['Order Validation Failed']);
    expect(detail).toMatchObject({ status: 'VALIDATION_FAILED', errors: [{ pointer: '/items' }] });
  });

  test.each([
    ['USD', 59.98],
    ['JPY', 5998],
    ['KWD', 5.998],
  ])('a payment in %s is told in major units', (currency, amount) => {
    const data = { chargeKey: 'k', amount: 5998, currency };
    expect(busEventOf({ type: 'Payment Completed', data: { ...data, paymentId: 'p' } }).detail).toMatchObject({
      amount,
      currency,
    });
    expect(busEventOf({ type: 'Payment Refunded', data }).detail).toMatchObject({ amount, currency });
  });

  test('a new order tells how it is to be treated, and what its items weigh', () => {
    const items = [{ productId: 'PROD-12345', quantity: 2, price: 29.99, weight: 340 }];
    const policy = { onShortage: 'WAIT', returnWithinS: 86_400 };
    const treated = sampleValidOrder({ items, policy, channels: ['SMS'] });
    const { detail } = busEventOf({ type: 'Order Created', data: { order: treated } });
    expect(detail).toMatchObject({ items, policy });
  });

  test('an event for a customer says on which channels; without a preference, on all', () => {
    const batch = { orderId, runId: 'run-1', firstSequence: 1, events: [every['Order Delivered']], states: [] };
    const detailOf = (who: Pick<EventBatch, 'customerId' | 'channels'>) =>
      toBusEvent(numberEvents({ ...batch, ...who }, { at: AT, attempt: 1 })[0]!).detail;
    expect(detailOf({ customerId: 'C', channels: ['PUSH'] }).channels).toEqual(['PUSH']);
    expect(detailOf({ customerId: 'C' }).channels).toEqual(['EMAIL', 'SMS', 'PUSH']);
    expect(detailOf({ channels: ['PUSH'] })).not.toHaveProperty('channels');
  });

  test.each<EventType>([
    'Payment Authorized',
    'Payment Pending',
    'Payment Completed',
    'Payment Refunded',
    'Return Inspected',
    'Shipment Created',
    'Attention Needed',
  ])('the money of %s is told in major units', (type) => {
    expect(busEventOf(every[type]).detail).toMatchObject({ amount: 59.98, currency: 'USD' });
  });

  test('trouble without money at stake, and a shipment of which nobody said what it is worth, tell no amount', () => {
    const attention = { n: 1, step: 'CancelLabel', key: 'k', error: 'refused' };
    const shipment = sampleShipment(orderId);
    const label = { shipmentId: shipment.shipmentId, carrier: 'Globe Parcel', trackingNumber: 'WB1' };
    expect(busEventOf({ type: 'Attention Needed', data: attention }).detail).not.toHaveProperty('amount');
    expect(busEventOf({ type: 'Shipment Created', data: { ...label, shipment } }).detail).not.toHaveProperty('amount');
  });

  test.each(EVENT_TYPES)('no minor units of %s get on the bus', (type) => {
    const { detail } = busEventOf(every[type]);
    const text = JSON.stringify(detail);
    expect(text).not.toMatch(/unitPrice|"lines":\[\{[^}]*amount/);
    expect(text).not.toMatch(/\b(5998|2999)\b/);
  });

  test('who a customer is goes with how to tell them: as the order chose, or on every channel by default', () => {
    const batch = {
      orderId,
      runId: 'run-1',
      customerId: 'C',
      firstSequence: 1,
      events: [every['Order Validated']],
      states: [],
    };
    const detailOf = (chosen: object) =>
      toBusEvent(numberEvents({ ...batch, ...chosen }, { at: AT, attempt: 1 })[0]!).detail;
    expect(detailOf({ channels: ['SMS'] })).toMatchObject({ customerId: 'C', channels: ['SMS'] });
    expect(detailOf({ channels: ['SMS'] })).not.toHaveProperty('channelsByDefault');
    expect(detailOf({})).toMatchObject({ channels: ['EMAIL', 'SMS', 'PUSH'], channelsByDefault: true });
  });

  test('an order without a known customer is told without one', () => {
    const event = numberEvents(
      { orderId, runId: 'run-1', firstSequence: 1, events: [every['Order Validation Failed']], states: [] },
      { at: AT, attempt: 1 },
    )[0]!;
    expect(toBusEvent(event).detail).not.toHaveProperty('customerId');
  });
});

describe('numberEvents', () => {
  const passed = (ordinal: number): StatePassed => ({
    name: 'ProcessPayment',
    ordinal,
    enteredAt: AT,
    exitedAt: AT,
    attempts: 2,
  });
  const batchOf = (changes: Partial<EventBatch>): EventBatch => ({
    orderId,
    runId: 'run-1',
    customerId: 'CUST-1',
    firstSequence: 1,
    events: [every['Order Created'], every['Order Validated']],
    states: [],
    ...changes,
  });

  test('numbers without gaps, from the batch’s first number, all at one time', () => {
    const types = fc.array(fc.constantFrom(...EVENT_TYPES), { minLength: 1 });
    holds(
      fc.property(types, fc.integer({ min: 1, max: 1000 }), (some, firstSequence) => {
        const events = some.map((type) => every[type]);
        const all = numberEvents(batchOf({ firstSequence, events }), { at: AT, attempt: 1 });
        expect(all.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => firstSequence + i));
        expect(all.map(({ type }) => type)).toEqual(some);
        for (const event of all) expect(event).toMatchObject({ orderId, customerId: 'CUST-1', at: AT });
      }),
    );
  });

  test('what was noted comes before the step’s own events, and its first event carries the states', () => {
    const noted = [every['Payment Completed'], every['Shipping Label Generated']];
    const events = [every['Shipment Created']];
    const all = numberEvents(batchOf({ firstSequence: 5, noted, events, states: [passed(1)] }), { at: AT, attempt: 1 });
    expect(all.map(({ type, sequence }) => [type, sequence])).toEqual([
      ['Payment Completed', 5],
      ['Shipping Label Generated', 6],
      ['Shipment Created', 7],
    ]);
    expect(all.map(({ states }) => states)).toEqual([[passed(1)], [], []]);
  });

  test('events carry nothing of the run: that is the Orders item’s', () => {
    for (const event of numberEvents(batchOf({}), { at: AT, attempt: 1 })) expect(event).not.toHaveProperty('runId');
  });

  test('the first event carries the states passed, and last the step’s own with its time and attempts', () => {
    const state = { name: 'CheckInventory', ordinal: 3, enteredAt: '2025-07-09T10:29:00.000Z' } as const;
    const [first, second] = numberEvents(batchOf({ states: [passed(1), passed(2)], state }), { at: AT, attempt: 4 });
    expect(first!.states).toEqual([passed(1), passed(2), { ...state, exitedAt: AT, attempts: 4 }]);
    expect(second!.states).toEqual([]);
  });

  test('no state is left before it was entered, whatever the clocks of two machines say', () => {
    const state = { name: 'CheckInventory', ordinal: 1, enteredAt: '2025-07-09T10:31:00.000Z' } as const;
    const [first] = numberEvents(batchOf({ state }), { at: AT, attempt: 1 });
    expect(first!.states[0]!.exitedAt).toBe(state.enteredAt);
  });
});

describe('what an event hangs together with', () => {
  const placed = 'event-1';
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const later = '00-4bf92f3577b34da6a3ce929d0e0e4736-a2fb4a1d1a96d312-01';
  const batch = (firstSequence: number, events: NewEvent[]): EventBatch => {
    return { orderId, runId: 'run-1', correlationId: placed, traceparent, firstSequence, events, states: [] };
  };
  const lineages = (of: EventBatch) =>
    numberEvents(of, { at: AT, attempt: 1 }).map((event) => [
      event.correlationId,
      event.causationId,
      event.traceparent,
    ]);
  const plain = every['Order Validated'];

  test('comes from what placed the order, and then from the event before', () => {
    expect(lineages(batch(1, [plain, plain]))).toEqual([
      [placed, placed, traceparent],
      [placed, `${orderId}#1`, traceparent],
    ]);
    expect(lineages(batch(7, [plain]))).toEqual([[placed, `${orderId}#6`, traceparent]]);
  });

  test('or from somebody else, with the trace of that where it has one; it is no part of what is told', () => {
    const told: NewEvent = { ...plain, cause: { causationId: 'event-9', traceparent: later } };
    const asked: NewEvent = { ...plain, cause: { causationId: 'request-9' } };
    const { noted: _none, ...rest } = batch(7, [plain, asked]);
    expect(lineages({ ...rest, noted: [told] })).toEqual([
      [placed, 'event-9', later],
      [placed, `${orderId}#7`, traceparent],
      [placed, 'request-9', traceparent],
    ]);
    const [event] = numberEvents(batch(7, [told]), { at: AT, attempt: 1 });
    expect(event).not.toHaveProperty('cause');
    expect(toBusEvent(event!).detail).not.toHaveProperty('cause');
  });

  test('goes over the bus, with the version of the schema', () => {
    const [event] = numberEvents(batch(1, [plain]), { at: AT, attempt: 1 });
    const lineage = { schemaVersion: 1, correlationId: placed, causationId: placed, traceparent };
    expect(toBusEvent(event!).detail).toMatchObject(lineage);
  });

  test('of an event that an earlier release stored is what its number tells', () => {
    const [event] = numberEvents(batch(7, [plain]), { at: AT, attempt: 1 });
    const { correlationId: _, causationId: __, traceparent: ___, ...old } = event!;
    expect(lineageOf(old as OrderEvent)).toEqual({ correlationId: orderId, causationId: `${orderId}#6` });
    expect(lineageOf({ ...old, sequence: 1 })).toEqual({ correlationId: orderId, causationId: orderId });
  });
});

describe('effectOf', () => {
  const effectKeyOf = (event: NewEvent) => effectOf(numbered(orderId, [event])[0]!)?.key;
  const charge = keys.charge(orderId, 1);
  const shipmentId = `${orderId}-S1`;

  test.each<[EventType, string]>([
    ['Payment Completed', charge],
    ['Payment Refunded', keys.refund(charge)],
    ['Payment Voided', keys.void(charge)],
    ['Shipping Label Generated', keys.label(shipmentId)],
    ['Shipping Label Cancelled', keys.cancelLabel(shipmentId)],
    ['Shipping Label Replaced', keys.label(shipmentId, 2)],
    ['Packing Instructed', keys.packing(shipmentId)],
    ['Customer Notified', keys.notify(orderId)],
  ])('%s is recorded under %s, with what it tells', (type, key) => {
    expect(effectOf(numbered(orderId, [every[type]])[0]!)).toEqual({ key, result: every[type].data });
  });

  test('a label and a packing instruction of a later version have keys of their own', () => {
    const shipment = sampleShipment(orderId);
    const label = { shipmentId, carrier: 'Globe Parcel', trackingNumber: 'WB1', version: 2 };
    expect(effectKeyOf({ type: 'Shipping Label Generated', data: label })).toBe(keys.label(shipmentId, 2));
    expect(effectKeyOf({ type: 'Packing Instructed', data: { shipment, version: 2 } })).toBe(
      keys.packing(shipmentId, 2),
    );
  });

  test('a refund of a part and the cancelling of a later label have keys of their own', () => {
    const refund = { chargeKey: charge, amount: 1, currency: 'USD', refundKey: keys.refund(charge, 'R1'), cause: 'R1' };
    expect(effectKeyOf({ type: 'Payment Refunded', data: refund })).toBe(keys.refund(charge, 'R1'));
    expect(effectKeyOf({ type: 'Shipping Label Cancelled', data: { shipmentId, version: 2 } })).toBe(
      keys.cancelLabel(shipmentId, 2),
    );
  });

  test('what happened in our own books, and what is neither money nor goods yet, is no effect outside', () => {
    const outside = EVENT_TYPES.filter((type) => effectKeyOf(every[type]) !== undefined);
    expect(outside).toHaveLength(8);
    for (const type of ['Payment Pending', 'Payment Authorized', 'Shipment Tracked', 'Inventory Reserved'])
      expect(outside).not.toContain(type);
  });
});
