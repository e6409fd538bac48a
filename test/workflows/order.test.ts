import type { EndState, OrderStatus, StateName } from '../../src/domain/states';
import type { OrderId } from '../../src/domain/ids';
import type { OrderSubmission } from '../../src/domain/order';
import { bookedLabels, expectBalancedBooks, netCharged } from '../support/books-balance';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { EDGES } from '../../src/domain/states';
import { sampleOrder } from '../support/orders';

let bench: OrderBench;
let world: MemoryWorld;

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());
beforeEach(() => {
  world = createMemoryWorld();
  bench.use(world);
  world.books.setStock([
    { productId: 'PROD-12345', warehouseId: 'ICN', availableQuantity: 6 },
    { productId: 'PROD-12345', warehouseId: 'LAX', availableQuantity: 4 },
    { productId: 'PROD-SCARCE', warehouseId: 'LAX', availableQuantity: 1 },
    { productId: 'PROD-SOLD-OUT', warehouseId: 'ICN', availableQuantity: 0 },
  ]);
});

const statesOf = (orderId: OrderId): StateName[] =>
  world.books.views
    .get(orderId)!
    .states.toSorted((a, b) => a.ordinal - b.ordinal)
    .map(({ name }) => name);

const outcomes = async (orderId: OrderId) =>
  (await world.journal.entries(orderId)).map(({ operation, outcome }) => `${operation} ${outcome}`);

const item = (productId: string, quantity: number) => ({ productId, quantity, price: 29.99 });
const orderOf = (productId: string, quantity: number) => ({
  items: [item(productId, quantity)],
  totalAmount: Math.round(quantity * 2999) / 100,
});

const TO_PAYMENT: StateName[] = [
  'ValidateOrder',
  'CheckInventory',
  'InventoryAvailable?',
  'ProcessPayment',
  'PaymentSuccessful?',
];
const TO_LABEL: StateName[] = [...TO_PAYMENT, 'StartFulfillment', 'AllocateWarehouse', 'GenerateShippingLabel'];

interface Scenario {
  name: string;
  order: Parameters<typeof sampleOrder>[0];
  end: EndState;
  status: OrderStatus;
  states: StateName[];
  /** what the sandbox companies saw */
  journal: string[];
  /** taken for good, in major units */
  net?: number;
}

const SCENARIOS: Scenario[] = [
  {
    name: 'pm_ok ships',
    order: {},
    end: 'NotifyCustomer',
    status: 'SHIPPED',
    states: [...TO_LABEL, 'CommitTransaction', 'NotifyCustomer'],
    journal: ['charge succeeded', 'label succeeded'],
    net: 59.98,
  },
  {
    name: 'pm_late is waited for',
    order: { paymentMethod: 'pm_late' },
    end: 'NotifyCustomer',
    status: 'SHIPPED',
    states: [...TO_LABEL, 'CommitTransaction', 'NotifyCustomer'],
    journal: ['charge succeeded', 'label succeeded'],
    net: 59.98,
  },
  {
    name: 'PARTIAL ships and charges what there is',
    order: {
      items: [item('PROD-12345', 1), item('PROD-SCARCE', 3)],
      totalAmount: 119.96,
      policy: { onShortage: 'SHIP_AVAILABLE' },
    },
    end: 'NotifyCustomer',
    status: 'SHIPPED',
    states: [
      'ValidateOrder',
      'CheckInventory',
      'InventoryAvailable?',
      'HandlePartialInventory',
      'ProcessPayment',
      'PaymentSuccessful?',
      'StartFulfillment',
      'AllocateWarehouse',
      'GenerateShippingLabel',
      'AllocateWarehouse',
      'GenerateShippingLabel',
      'CommitTransaction',
      'NotifyCustomer',
    ],
    journal: ['charge succeeded', 'label succeeded', 'label succeeded'],
    net: 59.98,
  },
  {
    name: 'UNAVAILABLE ends without a charge',
    order: orderOf('PROD-SOLD-OUT', 1),
    end: 'InventoryNotAvailable',
    status: 'INVENTORY_UNAVAILABLE',
    states: ['ValidateOrder', 'CheckInventory', 'InventoryAvailable?', 'InventoryNotAvailable'],
    journal: [],
  },
  {
    name: 'an unknown product is sold out',
    order: orderOf('PROD-UNHEARD-OF', 1),
    end: 'InventoryNotAvailable',
    status: 'INVENTORY_UNAVAILABLE',
    states: ['ValidateOrder', 'CheckInventory', 'InventoryAvailable?', 'InventoryNotAvailable'],
    journal: [],
  },
  {
    name: 'an invalid order takes nothing',
    order: { totalAmount: 1 },
    end: 'OrderValidationFailed',
    status: 'VALIDATION_FAILED',
    states: ['ValidateOrder', 'OrderValidationFailed'],
    journal: [],
  },
  {
    name: 'pm_declined is tried once more and ends unpaid',
    order: { paymentMethod: 'pm_declined' },
    end: 'PaymentFailed',
    status: 'PAYMENT_FAILED',
    states: [...TO_PAYMENT, 'PaymentFailed'],
    journal: ['charge declined', 'charge declined'],
  },
  {
    name: 'pm_declined_once ships under the second key',
    order: { paymentMethod: 'pm_declined_once' },
    end: 'NotifyCustomer',
    status: 'SHIPPED',
    states: [...TO_LABEL, 'CommitTransaction', 'NotifyCustomer'],
    journal: ['charge declined', 'charge succeeded', 'label succeeded'],
    net: 59.98,
  },
  {
    name: 'pm_timeout_charged is looked up and charged once',
    order: { paymentMethod: 'pm_timeout_charged' },
    end: 'NotifyCustomer',
    status: 'SHIPPED',
    states: [...TO_LABEL, 'CommitTransaction', 'NotifyCustomer'],
    journal: ['charge succeeded', 'lookup found charged', 'label succeeded'],
    net: 59.98,
  },
  {
    name: 'pm_timeout_not_charged is repeated under the same key',
    order: { paymentMethod: 'pm_timeout_not_charged' },
    end: 'NotifyCustomer',
    status: 'SHIPPED',
    states: [...TO_LABEL, 'CommitTransaction', 'NotifyCustomer'],
    journal: ['charge unanswered', 'lookup not-found', 'charge succeeded', 'label succeeded'],
    net: 59.98,
  },
  {
    name: 'a zip code that no carrier serves is refunded',
    order: { zipCode: '00000' },
    end: 'RollbackTransaction',
    status: 'FULFILLMENT_FAILED',
    states: [...TO_LABEL, 'RollbackTransaction'],
    journal: ['charge succeeded', 'label refused', 'cancel-label nothing-to-cancel', 'refund succeeded'],
  },
  {
    name: 'a label refused for good is refunded',
    order: { zipCode: '99999' },
    end: 'RollbackTransaction',
    status: 'FULFILLMENT_FAILED',
    states: [...TO_LABEL, 'RollbackTransaction'],
    journal: [
      'charge succeeded',
      ...Array.from({ length: 4 }, () => 'label refused'),
      'cancel-label nothing-to-cancel',
      'refund succeeded',
    ],
  },
  {
    name: 'a label whose answer was lost is booked once',
    order: { zipCode: '77777' },
    end: 'NotifyCustomer',
    status: 'SHIPPED',
    states: [...TO_LABEL, 'CommitTransaction', 'NotifyCustomer'],
    journal: ['charge succeeded', 'label succeeded', 'label replayed'],
    net: 59.98,
  },
];

describe('every path of the state machine', () => {
  test.each(SCENARIOS)('$name', async ({ order, end, status, states, journal, net = 0 }) => {
    const submission = sampleOrder(order);
    const { orderId } = submission;
    const result = await bench.run(submission);

    expect(result.end).toMatchObject({ orderId, end });
    expect(world.books.views.get(orderId)!.status).toBe(status);
    expect(statesOf(orderId)).toEqual(states);
    expect(await outcomes(orderId)).toEqual(journal);
    expect(netCharged(await world.journal.entries(orderId))).toBe(net);
    expect(world.published).toEqual(world.books.events.get(orderId));
    await expectBalancedBooks(world, orderId);
    for (const [i, name] of states.slice(1).entries()) expect(EDGES).toContainEqual([states[i], name]);
  });

  test('pm_down ends as PAYMENT_FAILED after its time limit, and only after the key was voided', async () => {
    const submission = sampleOrder({ paymentMethod: 'pm_down' });
    const { orderId } = submission;
    const startedAt = await bench.env.currentTimeMs();
    await bench.run(submission);

    const operations = await outcomes(orderId);
    expect(operations.at(-1)).toBe('void succeeded');
    // each further round looks first whether one of the last was charged after all
    expect(new Set(operations.slice(0, -1))).toEqual(new Set(['charge error', 'lookup not-found']));
    expect((await bench.env.currentTimeMs()) - startedAt).toBeGreaterThan(15_000);
    expect(statesOf(orderId)).toEqual([...TO_PAYMENT, 'PaymentFailed']);
    expect(world.books.views.get(orderId)).toMatchObject({ status: 'PAYMENT_FAILED', charged: 0 });
    const types = world.books.events.get(orderId)!.map(({ type }) => type);
    expect(types.slice(-3)).toEqual(['Payment Voided', 'Inventory Released', 'Payment Failed']);
    await expectBalancedBooks(world, orderId);
  });
});

test('states carry their times and attempts, and none is entered before the one before it was left', async () => {
  const submission = sampleOrder({ paymentMethod: 'pm_timeout_not_charged' });
  await bench.run(submission);
  const states = world.books.views.get(submission.orderId)!.states.toSorted((a, b) => a.ordinal - b.ordinal);
  const branches = new Set<StateName>(['StartFulfillment', 'AllocateWarehouse', 'GenerateShippingLabel']);
  for (const [i, state] of states.entries()) {
    expect(state.exitedAt >= state.enteredAt).toBe(true);
    const before = states[i - 1];
    if (before && !branches.has(before.name)) expect(state.enteredAt >= before.exitedAt).toBe(true);
    expect(state.attempts).toBe(state.name === 'ProcessPayment' ? 2 : 1);
  }
});

test('the early answer tells what is reserved and what is missing', async () => {
  const items = [item('PROD-12345', 12)];
  const policy = { onShortage: 'SHIP_AVAILABLE' };
  const { answer } = await bench.run(sampleOrder({ items, totalAmount: 359.88, policy }));
  expect(answer).toMatchObject({
    status: 'RESERVED',
    inventoryStatus: 'PARTIAL',
    unavailableItems: [{ productId: 'PROD-12345', quantity: 12, availableQuantity: 10, shortfall: 2 }],
  });
  expect(world.partial).toMatchObject([
    {
      inventoryStatus: 'PARTIAL',
      availableItems: [{ productId: 'PROD-12345', quantity: 10 }],
      unavailableItems: [{ productId: 'PROD-12345', shortfall: 2 }],
    },
  ]);
});

test('an order that one warehouse cannot fill ships in two parcels, each with its own label', async () => {
  const submission = sampleOrder(orderOf('PROD-12345', 9));
  await bench.run(submission);
  const { shipments, status } = world.books.views.get(submission.orderId)!;
  expect(status).toBe('SHIPPED');
  expect(shipments.map(({ warehouseId, lines }) => [warehouseId, lines[0]!.quantity])).toEqual([
    ['ICN', 6],
    ['LAX', 3],
  ]);
  expect(new Set(shipments.map(({ trackingNumber }) => trackingNumber)).size).toBe(2);
  expect(world.packing).toHaveLength(2);
  await expectBalancedBooks(world, submission.orderId);
});

test('when one of two labels is refused, the other is cancelled before the money goes back', async () => {
  const { carriers } = world.ports;
  world.ports.carriers = {
    ...carriers,
    bookLabel: (request) => {
      const refused = request.shipment.warehouseId === 'LAX';
      return carriers.bookLabel(refused ? { ...request, address: { ...request.address, zipCode: '99999' } } : request);
    },
  };
  const submission = sampleOrder(orderOf('PROD-12345', 9));
  const { end } = await bench.run(submission);
  expect(end.end).toBe('RollbackTransaction');
  const entries = await world.journal.entries(submission.orderId);
  expect(bookedLabels(entries)).toBe(0);
  expect(entries.at(-1)!.operation).toBe('refund');
  await expectBalancedBooks(world, submission.orderId);
});

test('an invalid order is answered with every error, and its id stays used', async () => {
  const submission: OrderSubmission = sampleOrder({
    items: [{ productId: 'P', quantity: 0, price: -1 }],
    currency: 'ABC',
  });
  const { answer } = await bench.run(submission);
  expect(answer!.status).toBe('VALIDATION_FAILED');
  expect(answer!.errors!.map(({ pointer }) => pointer).toSorted()).toEqual([
    '/currency',
    '/items/0/price',
    '/items/0/quantity',
  ]);
  expect(world.books.orders.get(submission.orderId)).toMatchObject({
    status: 'VALIDATION_FAILED',
    submission: JSON.stringify(submission),
  });
  expect(world.books.events.get(submission.orderId)!.map(({ type }) => type)).toEqual(['Order Validation Failed']);
});

test('the customer is told of what was shipped', async () => {
  const submission = sampleOrder();
  await bench.run(submission);
  const { trackingNumber } = world.books.views.get(submission.orderId)!.shipments[0]!;
  expect(world.notifications).toEqual([
    expect.objectContaining({
      key: `notify#${submission.orderId}`,
      customerId: 'CUST-567890',
      message: expect.stringContaining(trackingNumber) as string,
    }),
  ]);
});

test('every event of a happy order is appended in this order, without a gap', async () => {
  const submission = sampleOrder();
  await bench.run(submission);
  expect(world.books.events.get(submission.orderId)!.map(({ type }) => type)).toEqual([
    'Order Created',
    'Order Validated',
    'Inventory Reserved',
    'Payment Completed',
    'Warehouse Allocated',
    'Shipping Label Generated',
    'Shipment Created',
    'Packing Instructed',
    'Customer Notified',
  ]);
});
