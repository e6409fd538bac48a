import { newestOfOthers, ownReservations, reservedStock } from '../../../scripts/demo/reservations';
import type { Shop, ShownEvent } from '../../../scripts/demo/shop';
import { endedRun, shownOrder } from './support';

const shipment = (n: number) => ({
  shipmentId: `S${n}`,
  warehouseId: 'ICN',
  lines: [{ productId: 'PROD-12345', quantity: n }],
});
const event = (type: ShownEvent['type'], data: Record<string, unknown>) => ({ type, data }) as ShownEvent;
const reserved = event('Inventory Reserved', { shipments: [shipment(1), shipment(2)] });
const shipped = event('Shipment Created', { shipment: shipment(1) });
const released = event('Inventory Released', { shipments: [shipment(2)] });

test('what orders reserved they shipped or gave back', () => {
  const runs = [endedRun({ events: [reserved, shipped, released] }), endedRun({ events: [] })];
  expect(ownReservations(runs)).toEqual({ verdict: 'right', text: 'these orders reserved 3: 1 shipped, 2 released' });
});

test('an order that ended and kept a reservation is named', () => {
  const runs = [endedRun({ events: [reserved, shipped], orderId: 'demo-1' }), endedRun({ events: [reserved] })];
  expect(ownReservations(runs)).toEqual({
    verdict: 'wrong',
    text: 'these orders reserved 6: 1 shipped, 0 released; still reserved by demo-1, demo-000000-01',
  });
  const { order: _, ...lost } = endedRun({ events: [reserved] });
  expect(ownReservations([lost]).verdict).toBe('right');
  expect(ownReservations([endedRun({ order: shownOrder({ status: 'PAID' }), events: [reserved] })]).verdict).toBe(
    'right',
  );
});

/** a shop in which so many units are reserved, read by read, and that order changed last */
function shopWith(units: number[], newest = 'ORD-1') {
  let reads = 0;
  const stock = async () => ({ availableQuantity: 9, reservedQuantity: units[reads++] ?? units.at(-1) });
  const orders = ['demo-000000-01', newest].map((orderId) => ({ orderId, updatedAt: 'then' }));
  return { stock, newest: async () => orders } as unknown as Shop;
}

async function looked({ units, newest, before = 0 }: { units: number[]; newest?: string; before?: number }) {
  const told: string[] = [];
  const findings = await reservedStock([endedRun()], {
    shop: shopWith(units, newest),
    before: {
      stock: new Map([['PROD-12345', { availableQuantity: 9, reservedQuantity: before }]]),
      newest: 'ORD-1 then',
    },
    tell: (line) => told.push(line),
    patienceMs: 10,
  });
  return { told, findings };
}

const WAITS = 'PROD-12345 reserved, perhaps by other orders: waiting up to 0.01 s';
const right = { verdict: 'right', text: 'PROD-12345: 0 reserved' };

test('nothing reserved is right at once', async () => {
  expect(await looked({ units: [0], newest: 'ORD-2' })).toEqual({ told: [], findings: [right] });
});

test('what others hold is told at once, and waited for', async () => {
  expect(await looked({ units: [2, 0], newest: 'ORD-2' })).toEqual({ told: [`2 of ${WAITS}`], findings: [right] });
});

test('what stays reserved is not checked where other orders changed, or held some before', async () => {
  const text = 'PROD-12345: 2 reserved, perhaps by other orders; not checked';
  const findings = [{ verdict: 'not checked', text }];
  expect(await looked({ units: [2], newest: 'ORD-2' })).toMatchObject({ findings });
  expect(await looked({ units: [2], before: 1 })).toMatchObject({ findings });
});

test('what stays reserved is wrong where nobody else was', async () => {
  const text = 'PROD-12345: 2 reserved, and by none but these orders';
  expect(await looked({ units: [2] })).toMatchObject({ findings: [{ verdict: 'wrong', text }] });
});

test('the newest order of others, and when it changed', async () => {
  expect(await newestOfOthers(shopWith([0]), [{ orderId: 'demo-000000-01' }])).toBe('ORD-1 then');
  expect(await newestOfOthers(shopWith([0], 'demo-000000-01'), [{ orderId: 'demo-000000-01' }])).toBeUndefined();
});
