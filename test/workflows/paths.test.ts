import type { Lived } from '../support/paths/run-path';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { EDGES, END_STATES, ORDER_STATUSES } from '../../src/domain/states';
import { EVENT_SOURCES } from '../../src/domain/events';
import { PATHS } from '../support/paths';
import { runPath } from '../support/paths/run-path';
import { statusAfter } from '../../src/domain/projection';

let bench: OrderBench;
const lives: Lived[] = [];

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
    const known = new Set(EDGES.map((edge) => edge.join(' → ')));
    const edges = lived.states.slice(1).map((to, i) => `${lived.states[i]} → ${to}`);
    expect(edges.filter((edge) => !known.has(edge))).toEqual([]);
  });
});

test('every status, every end and every event is in one of them', () => {
  const events = lives.flatMap((lived) => lived.events);
  const statuses = new Set(events.map((event) => statusAfter(event)));
  expect(ORDER_STATUSES.filter((status) => !statuses.has(status))).toEqual([]);
  const ends = new Set(lives.map(({ end }) => end));
  expect(END_STATES.filter((end) => !ends.has(end))).toEqual([]);
  const types = new Set<string>(events.map(({ type }) => type));
  expect(Object.keys(EVENT_SOURCES).filter((type) => !types.has(type))).toEqual([]);
});
