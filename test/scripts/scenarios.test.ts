import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { PROVIDER_SCENARIOS, SCENARIOS } from '../../scripts/lib/scenarios';

/** the cells of the README's table of what can be made to fail */
function readmeRows(): string[][] {
  const lines = readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('| In the order'));
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
  expect(readmeRows().map(([order = '', happens, end, money]) => [nameOf(order), happens, end, money])).toEqual(
    PROVIDER_SCENARIOS.map(({ name, happens, end, money }) => [name, happens, `\`${end}\``, money]),
  );
});

test('each scenario sends what its name says, and has a name of its own', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  for (const { name, order } of PROVIDER_SCENARIOS) {
    const sent = name.startsWith('pm_') ? order.paymentMethod : `zip_${order.shippingAddress?.zipCode}`;
    expect(sent).toBe(name);
  }
});
