import type { Lived } from '../support/paths/run-path';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { EDGES, END_STATES, ORDER_STATUSES } from '../../src/domain/states';
import { EVENT_SOURCES } from '../../src/domain/events';
import { PATHS } from '../support/paths';
import { runPath } from '../support/paths/run-path';
import { statusAfter } from '../../src/domain/projection';

let bench: OrderBench;
const lives: Lived[] = [];

const known = new Set(EDGES.map((edge) => edge.join(' → ')));
const edgesOf = ({ states }: Lived) => states.slice(1).map((to, i) => `${states[i]} → ${to}`);

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());

describe.each(Object.entries(PATHS))('%s', (_theme, paths) => {
  test.each(paths)('$name', async (path) => {
    const lived = await runPath(bench, path);
    lives.push(lived);
    const { end, status, money, stock, told } = lived;
    expect({ end, status, money, stock, told }).toEqual({
      end: path.end,
      status: path.status,
      money: path.money,
      stock: path.stock,
      told: path.told,
    });
    expect(edgesOf(lived).filter((edge) => !known.has(edge))).toEqual([]);
  });
});

test('every edge is gone by one of them', () => {
  const gone = new Set(lives.flatMap(edgesOf));
  // what runs side by side is told in one order, and between it and the customer there is always the commit
  const isOther = (edge: string) =>
    edge.startsWith('AllocateWarehouse →') || edge === 'StartFulfillment → GenerateShippingLabel';
  const never = [...known].filter((edge) => !gone.has(edge) && !isOther(edge));
  expect(never).toEqual(['GenerateShippingLabel → NotifyCustomer']);
});

test('every status, every end and every event is in one of them', () => {
  const events = lives.flatMap((lived) => lived.events);
  const statuses = new Set(events.map((event) => statusAfter(event)));
  expect(ORDER_STATUSES.filter((status) => !statuses.has(status))).toEqual([]);
  const ends = new Set(lives.map(({ end }) => end));
  // where the state machine of requirements B ends, parcels are on their way
  expect(END_STATES.filter((end) => !ends.has(end))).toEqual(['NotifyCustomer']);
  const types = new Set<string>(events.map(({ type }) => type));
  expect(Object.keys(EVENT_SOURCES).filter((type) => !types.has(type))).toEqual([]);
});
