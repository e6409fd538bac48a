import {
  ADDED_EDGES,
  type Edge,
  EDGES,
  END_STATES,
  type EndState,
  type StateName,
  STATES,
} from '../../src/domain/states';

// requirements B, written down a second time
const REQUIRED: Edge[] = [
  ['ValidateOrder', 'CheckInventory'],
  ['ValidateOrder', 'OrderValidationFailed'],
  ['CheckInventory', 'InventoryAvailable?'],
  ['InventoryAvailable?', 'ProcessPayment'],
  ['InventoryAvailable?', 'HandlePartialInventory'],
  ['InventoryAvailable?', 'InventoryNotAvailable'],
  ['HandlePartialInventory', 'ProcessPayment'],
  ['ProcessPayment', 'PaymentSuccessful?'],
  ['PaymentSuccessful?', 'StartFulfillment'],
  ['PaymentSuccessful?', 'PaymentFailed'],
  ['StartFulfillment', 'AllocateWarehouse'],
  ['StartFulfillment', 'GenerateShippingLabel'],
  ['AllocateWarehouse', 'NotifyCustomer'],
  ['GenerateShippingLabel', 'NotifyCustomer'],
];
const REQUIRED_ENDS = ['NotifyCustomer', 'InventoryNotAvailable', 'PaymentFailed', 'OrderValidationFailed'];

const text = ([from, to]: Edge) => `${from} → ${to}`;

test.each(REQUIRED)('an order can go from %s to %s', (from, to) => {
  expect(EDGES.map(text)).toContain(text([from, to]));
});

test('every edge that is not of requirements B is listed as added', () => {
  const required = new Set(REQUIRED.map(text));
  const added = EDGES.map(text).filter((edge) => !required.has(edge));
  expect(added.toSorted()).toEqual(ADDED_EDGES.map(text).toSorted());
});

test('no edge is listed twice, and each joins states that exist', () => {
  expect(new Set(EDGES.map(text)).size).toBe(EDGES.length);
  for (const [from, to] of EDGES) expect(STATES).toEqual(expect.arrayContaining([from, to]));
});

test('every state can be reached from ValidateOrder', () => {
  const reached = new Set<string>(['ValidateOrder']);
  for (const _ of STATES) for (const [from, to] of EDGES) if (reached.has(from)) reached.add(to);
  expect([...reached].toSorted()).toEqual([...STATES].toSorted());
});

test('the ends are those of requirements B, the saga’s, and where parcels are waited for', () => {
  const added = ['RollbackTransaction', 'AwaitDelivery'];
  expect([...END_STATES].toSorted()).toEqual([...REQUIRED_ENDS, ...added].toSorted());
});

test.each<[EndState, StateName[]]>([
  ['InventoryNotAvailable', ['AwaitStock']],
  ['OrderValidationFailed', []],
  ['PaymentFailed', ['AwaitDelivery', 'NeedsAttention']],
  ['RollbackTransaction', ['AwaitDelivery', 'NeedsAttention']],
  ['NotifyCustomer', ['AwaitDelivery', 'NeedsAttention']],
  ['AwaitDelivery', ['AwaitStock', 'CompensateShipment', 'HandleReturn', 'GenerateShippingLabel']],
])('%s may be the end; otherwise only %j comes after it', (end, after) => {
  expect(END_STATES).toContain(end);
  expect(EDGES.filter(([from]) => from === end).map(([, to]) => to)).toEqual(after);
});

test('nobody is asked but where something is undone', () => {
  const asking = EDGES.filter(([, to]) => to === 'NeedsAttention').map(([from]) => from);
  expect(asking.toSorted()).toEqual([
    'CompensateShipment',
    'GenerateShippingLabel',
    'HandleReturn',
    'InventoryAvailable?',
    'NeedsAttention',
    'NotifyCustomer',
    'PaymentFailed',
    'ProcessPayment',
    'RollbackTransaction',
  ]);
});

test('every state that is no end leads to one', () => {
  const leading = new Set<string>(END_STATES);
  for (const _ of STATES) for (const [from, to] of EDGES) if (leading.has(to)) leading.add(from);
  expect([...leading].toSorted()).toEqual([...STATES].toSorted());
});

test('after the point of no return there is only forward', () => {
  expect(EDGES.filter(([from]) => from === 'CommitTransaction').map(text)).toEqual([
    'CommitTransaction → NotifyCustomer',
  ]);
});
