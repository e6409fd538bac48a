import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import type { EventType } from '../../src/domain/events';
import { ORDER_STATUSES, type OrderStatus } from '../../src/domain/states';
import { LIFE_SCENARIOS } from '../../scripts/lib/life-scenarios';
import { PROVIDER_SCENARIOS, SCENARIOS } from '../../scripts/lib/scenarios';

/** the cells of one of the README's tables */
function readmeRows(head: string): string[][] {
  const lines = readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith(head));
  const rows = lines.slice(start + 2);
  return rows.slice(0, rows.indexOf('')).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const nameOf = (cell: string) =>
  /pm_\w+/.exec(cell)?.[0] ?? (/\d{5}/.test(cell) ? `zip_${/\d{5}/.exec(cell)?.[0]}` : 'pm_unknown');

test('the README says of each scenario what the demo and the system tests hold it to', () => {
  expect(
    readmeRows('| In the order').map(([order = '', happens, end, money]) => [nameOf(order), happens, end, money]),
  ).toEqual(PROVIDER_SCENARIOS.map(({ name, happens, end, money }) => [name, happens, `\`${end}\``, money]));
});

test('and of each that somebody takes a hand in', () => {
  expect(readmeRows('| Scenario')).toEqual(
    LIFE_SCENARIOS.map(({ name, happens, end, money }) => [`\`${name}\``, happens, `\`${end}\``, money]),
  );
});

test('together they come through every status that waits for somebody, and every end', () => {
  const waits: Partial<Record<OrderStatus, EventType>> = {
    PENDING_DECISION: 'Decision Requested',
    BACKORDERED: 'Order Backordered',
    NEEDS_ATTENTION: 'Attention Needed',
  };
  const events = SCENARIOS.flatMap(({ steps = [] }) => steps.map(({ after }) => after));
  for (const event of Object.values(waits)) expect(events).toContain(event);
  const onTheWay = new Set(['RECEIVED', 'VALIDATED', 'RESERVED', 'PAID', ...Object.keys(waits)]);
  const ends = new Set(SCENARIOS.map(({ end }) => end));
  expect(ORDER_STATUSES.filter((status) => !onTheWay.has(status) && !ends.has(status))).toEqual([]);
});

test('each scenario sends what its name says, and has a name of its own', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  for (const { name, order } of PROVIDER_SCENARIOS) {
    const sent = name.startsWith('pm_') ? order.paymentMethod : `zip_${order.shippingAddress?.zipCode}`;
    expect(sent).toBe(name);
  }
});
