import fc from 'fast-check';
import {
  eventIdOf,
  INDEX_SHARDS,
  isOrderId,
  keys,
  latePaymentWorkflowId,
  type OrderId,
  receiveWorkflowId,
  replenishmentWorkflowId,
  returnIdOf,
  shardOf,
  shipmentIdOf,
  workflowIdOf,
} from '../../src/domain/ids';
import { holds } from '../support/contracts/runs';

const ID = 'ORD-2025-001234' as OrderId;

describe('isOrderId', () => {
  test.each(['ORD-2025-001234', 'a', '0', 'a.b_c-d', 'x'.repeat(64)])('takes %j', (text) => {
    expect(isOrderId(text)).toBe(true);
  });

  test.each([
    '',
    ' ',
    '-a',
    '.a',
    '_a',
    'a b',
    'a/b',
    'a#1',
    'a\n',
    '\na',
    'ä',
    '주문-1',
    'a%2Fb',
    '../a',
    'x'.repeat(65),
    undefined,
    null,
    7,
    ['a'],
  ])('refuses %j', (value) => {
    expect(isOrderId(value)).toBe(false);
  });
});

test('names are those that stored histories and tables know', () => {
  expect(workflowIdOf(ID)).toBe('order-ORD-2025-001234');
  expect(eventIdOf(ID, 7)).toBe('ORD-2025-001234#7');
  expect(shipmentIdOf(ID, 1)).toBe('ORD-2025-001234-S1');
  expect(keys.charge(ID, 2)).toBe('charge#ORD-2025-001234#2');
  expect(keys.refund(keys.charge(ID, 2))).toBe('refund#charge#ORD-2025-001234#2');
  expect(keys.void(keys.charge(ID, 1))).toBe('void#charge#ORD-2025-001234#1');
  expect(keys.refund(keys.charge(ID, 1), returnIdOf(ID, 1))).toBe('refund#charge#ORD-2025-001234#1#ORD-2025-001234-R1');
  expect(keys.capture(keys.charge(ID, 1))).toBe('capture#charge#ORD-2025-001234#1');
  expect(keys.cancelLabel(shipmentIdOf(ID, 1))).toBe('cancel-label#ORD-2025-001234-S1');
  expect(keys.decision(ID)).toBe('decision#ORD-2025-001234');
  expect(keys.allocate(shipmentIdOf(ID, 1))).toBe('allocate#ORD-2025-001234-S1');
  expect(keys.shortage(ID)).toBe('shortage#ORD-2025-001234');
  expect(keys.end(ID)).toBe('end#ORD-2025-001234');
  expect(returnIdOf(ID, 2)).toBe('ORD-2025-001234-R2');
  expect(latePaymentWorkflowId('pay_1')).toBe('late-payment-pay_1');
  expect(replenishmentWorkflowId('PROD-1')).toBe('replenish-PROD-1');
  expect(receiveWorkflowId('DN-1')).toBe('receive-DN-1');
});

test('the keys of a first part and a first label are those that orders had before there were more', () => {
  expect(keys.reserve(ID, 1)).toBe('reserve#ORD-2025-001234');
  expect(keys.reserve(ID, 2)).toBe('reserve#ORD-2025-001234#2');
  expect(keys.notify(ID, 1)).toBe('notify#ORD-2025-001234');
  expect(keys.label(shipmentIdOf(ID, 1), 1)).toBe('label#ORD-2025-001234-S1');
  expect(keys.label(shipmentIdOf(ID, 1), 3)).toBe('label#ORD-2025-001234-S1#3');
});

test('no two effects of an order share a key', () => {
  const charge = keys.charge(ID, 1);
  const shipment = shipmentIdOf(ID, 1);
  const all = [
    keys.reserve(ID),
    keys.release(ID),
    charge,
    keys.charge(ID, 2),
    keys.refund(charge),
    keys.void(charge),
    keys.label(shipment),
    keys.label(shipment, 2),
    keys.cancelLabel(shipment),
    keys.cancelLabel(shipment, 2),
    keys.packing(shipment, 2),
    keys.reserve(ID, 2),
    keys.release(ID, 2),
    keys.decision(ID, 2),
    keys.notify(ID, 2),
    keys.capture(charge),
    keys.refund(charge, returnIdOf(ID, 1)),
    keys.refund(charge, returnIdOf(ID, 2)),
    keys.refund(charge, shipment),
    keys.refund(keys.charge(ID, 2)),
    keys.nth('address', ID, 1),
    keys.nth('address', ID, 2),
    keys.nth('delay', ID, 1),
    keys.nth('attention', ID, 1),
    keys.nth('resolution', ID, 1),
    keys.carrierUpdate(ID, 'scan-1'),
    keys.carrierUpdate(ID, 'scan-2'),
    keys.backorder(ID),
    keys.restock(ID, returnIdOf(ID, 1)),
    keys.restock(ID, shipment),
    keys.receive('DN-1'),
    keys.packing(shipment),
    keys.decision(ID),
    keys.allocate(shipment),
    keys.shortage(ID),
    keys.end(ID),
    keys.notify(ID),
  ];
  expect(new Set(all).size).toBe(all.length);
});

describe('shardOf', () => {
  // FNV-1a by its published parameters; a change would orphan what is in the indexes
  test.each([
    ['', 0x811c9dc5 % INDEX_SHARDS],
    ['a', 0xe40c292c % INDEX_SHARDS],
    ['foobar', 0xbf9cf968 % INDEX_SHARDS],
  ])('of %j never changes', (id, shard) => {
    expect(shardOf(id)).toBe(shard);
  });

  test('is one of the shards, the same each time', () => {
    holds(
      fc.property(fc.string(), (id) => {
        expect(Array.from({ length: INDEX_SHARDS }, (_, i) => i)).toContain(shardOf(id));
        expect(shardOf(id)).toBe(shardOf(id));
      }),
    );
  });

  test('spreads consecutive orders over all shards about evenly', () => {
    const counts = Array.from({ length: INDEX_SHARDS }, () => 0);
    for (let i = 0; i < 4000; i++) counts[shardOf(`ORD-2025-${String(i).padStart(6, '0')}`)]! += 1;
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});
