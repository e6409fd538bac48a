import { isOperator } from '../../src/domain/operator';
import type { NewEvent, OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { auditOf, auditOfBulk, auditOfLetter, AUDITED_EVENTS, operatorOf } from '../../src/domain/audit';
import { numberEvents, toBusEvent } from '../../src/domain/events';
import { PROJECTED_EVENTS } from '../../src/domain/projections';
import { withoutOperator } from '../../src/domain/cause';

const orderId = 'ORD-1' as OrderId;
const at = '2025-07-09T10:30:00.000Z';
const kim = { by: 'kim', reason: 'the customer called' };
const address = { street: '7 Side St', city: 'Seoul', country: 'KR', zipCode: '54321' };
const trouble = { n: 1, step: 'RefundPayment', key: 'refund#1', status: 'PAID' } as const;

const eventOf = (fact: NewEvent): OrderEvent =>
  numberEvents({ orderId, runId: 'run', firstSequence: 7, events: [fact], states: [] }, { at, attempt: 1 })[0]!;
const asked = { cause: { causationId: 'request', operator: kim } };

describe('an event that an operator asked for', () => {
  test.each<[NewEvent, action: string, detail: string | undefined]>([
    [{ type: 'Cancellation Requested', data: {} }, 'CANCEL', undefined],
    [{ type: 'Decision Made', data: { choice: 'SHIP_AVAILABLE', by: 'customer' } }, 'DECIDE', 'ship what is there'],
    [{ type: 'Decision Made', data: { choice: 'WAIT', by: 'customer' } }, 'DECIDE', 'wait for the rest'],
    [{ type: 'Decision Made', data: { choice: 'CANCEL', by: 'customer' } }, 'DECIDE', 'cancel the order'],
    [{ type: 'Address Changed', data: { address, version: 3 } }, 'CHANGE_ADDRESS', 'address 3 of the order'],
    [
      { type: 'Attention Resolved', data: { action: 'RETRY', ...kim, ...trouble } },
      'RESOLVE',
      'try RefundPayment again',
    ],
    [
      { type: 'Attention Resolved', data: { action: 'SKIP', ...kim, ...trouble } },
      'RESOLVE',
      'go on without RefundPayment',
    ],
    [
      { type: 'Attention Resolved', data: { action: 'SETTLE', ...kim, reference: 'wire 4711', ...trouble } },
      'RESOLVE',
      'RefundPayment was done by hand: wire 4711',
    ],
  ])('%j is a line of the trail', (fact, action, detail) => {
    expect(AUDITED_EVENTS).toContain(fact.type);
    const event = eventOf({ ...fact, ...asked });
    expect(operatorOf(event)).toEqual(kim);
    expect(auditOf(event)).toEqual({
      id: 'ORD-1#7',
      at,
      ...kim,
      action,
      subject: { kind: 'order', id: 'ORD-1' },
      ...(detail !== undefined && { detail }),
    });
    expect(JSON.stringify(auditOf(event))).not.toContain('Side St');
  });

  test('is stored with the operator, and goes over the bus without', () => {
    const event = eventOf({ type: 'Cancellation Requested', data: {}, ...asked });
    expect(event.operator).toEqual(kim);
    expect(JSON.stringify(toBusEvent(event))).not.toMatch(/kim|operator|called/);
  });
});

test('what nobody asked for by hand is no line, but for a resolution, which always has a name', () => {
  const caused = { cause: { causationId: 'request' } };
  expect(auditOf(eventOf({ type: 'Cancellation Requested', data: { reason: 'twice' }, ...caused }))).toBeUndefined();
  expect(auditOf(eventOf({ type: 'Order Closed', data: {}, ...asked }))).toBeUndefined();
  const before = eventOf({ type: 'Attention Resolved', data: { action: 'RETRY', by: 'lee', ...trouble }, ...caused });
  expect(before.operator).toBeUndefined();
  expect(auditOf(before)).toMatchObject({ by: 'lee', action: 'RESOLVE' });
  expect(auditOf(before)).not.toHaveProperty('reason');
});

test('each event that may make a line wakes who writes it', () => {
  expect(PROJECTED_EVENTS).toEqual(expect.arrayContaining([...AUDITED_EVENTS]));
});

test('what follows from a request does not name who asked', () => {
  expect(withoutOperator({ causationId: 'request', traceparent: 't', operator: kim })).toEqual({
    causationId: 'request',
    traceparent: 't',
  });
});

test('an operator has a name, and a reason that can be read where there is one', () => {
  expect([{ by: 'kim' }, kim, { by: '김', reason: 'x'.repeat(256) }].map(isOperator)).toEqual([true, true, true]);
  for (const wrong of [{ by: ' ' }, { by: 'x'.repeat(257) }, { by: 'a\u0007' }, { by: 'kim', reason: '' }, { by: 7 }])
    expect(isOperator(wrong as never)).toBe(false);
});

describe('what is asked of a dead letter', () => {
  const letter = { id: 'DL-1', queue: 'order-intake-queue' };
  const request = { at, ...kim, requestId: 'key' };

  test('is a line under the letter and the request', () => {
    const shared = { id: 'DL-1#key', at, ...kim, subject: { kind: 'dead-letter', id: 'DL-1' } };
    expect(auditOfLetter(letter, { ...request, what: 'REDRIVEN', n: 2 })).toEqual({
      ...shared,
      action: 'REDRIVE',
      detail: 'redrive 2, to order-intake-queue',
    });
    expect(auditOfLetter(letter, { ...request, what: 'DISCARDED' })).toEqual({
      ...shared,
      action: 'DISCARD',
      detail: 'of order-intake-queue',
    });
  });

  test('what it does by itself, and what becomes of it, is none', () => {
    expect(auditOfLetter(letter, { at, what: 'REDRIVEN', by: 'waybill', n: 1 })).toBeUndefined();
    expect(auditOfLetter(letter, { at, what: 'HANDLED', n: 1 })).toBeUndefined();
  });

  test('a bulk redrive is a line of its own', () => {
    const filter = { class: 'BUG', queue: 'reorder-queue', since: at };
    expect(auditOfBulk({ batchId: 'b1', at, filter, by: 'kim' })).toEqual({
      id: 'b1',
      at,
      by: 'kim',
      action: 'BULK_REDRIVE',
      subject: { kind: 'dead-letters', id: 'b1' },
      detail: `class BUG, of reorder-queue, since 10:30:00 UTC on 9 July 2025`,
    });
  });
});
