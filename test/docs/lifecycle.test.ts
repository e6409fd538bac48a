import { DEFAULT_POLICY, DEFAULT_WEIGHT_G, type OrderSubmission } from '../../src/domain/order';
import { ORDER_STATUSES } from '../../src/domain/states';
import { PATH_HEAD, pathTables } from '../support/paths/table';
import { readDocument, tableBelow } from './documents';
import { checkPolicy } from '../../src/domain/policy';
import { RESOLUTIONS } from '../../src/domain/events';
import { validateOrder } from '../../src/domain/validation';

const read = () => readDocument('docs/lifecycle.md');
const wordsOf = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

test('every member of a policy is told with what is usual', async () => {
  const rows = tableBelow(await read(), '| Member ');
  const told = rows.map(([name, usual = '']) => [...wordsOf(name), usual.replaceAll(/[`\s]/g, '')]);
  const expected = Object.entries(DEFAULT_POLICY).map(([name, value]) => [name, String(value)]);
  expect(told).toEqual(expected);
});

test('every member of a policy may be what is told, and nothing beyond', async () => {
  const isTaken = (name: string, value: unknown) => {
    let taken = true;
    checkPolicy({ [name]: value }, () => (taken = false));
    return taken;
  };
  for (const [cell, , allowed = ''] of tableBelow(await read(), '| Member ')) {
    const [name = ''] = wordsOf(cell);
    const [least, most] = allowed.replaceAll(' ', '').split('to').map(Number);
    const [taken, refused] = allowed.startsWith('`')
      ? [wordsOf(allowed), ['EVER']]
      : [
          [least, most],
          [0, (most ?? 0) + 1],
        ];
    expect([name, ...taken.map((value) => isTaken(name, value))]).toEqual([name, ...taken.map(() => true)]);
    expect([name, ...refused.map((value) => isTaken(name, value))]).toEqual([name, ...refused.map(() => false)]);
  }
});

test('every status is told once, and every way to resolve', async () => {
  const text = await read();
  const statuses = tableBelow(text, '| Status ').flatMap(([cell]) => wordsOf(cell));
  expect(statuses.toSorted()).toEqual([...ORDER_STATUSES].toSorted());
  const actions = tableBelow(text, '| `action` ').flatMap(([cell]) => wordsOf(cell));
  expect(actions).toEqual([...RESOLUTIONS]);
});

test('the order that is sent as an example is one, and the usual weight is right', async () => {
  const text = await read();
  expect(text).toContain(`in grams (${DEFAULT_WEIGHT_G} where nobody says)`);
  const bodies = [...text.matchAll(/-d '(\{[\s\S]*?\})'/g)].map(([, body = '']) => JSON.parse(body) as object);
  expect(bodies.length).toBeGreaterThan(5);
  const order = bodies.find((body) => 'totalAmount' in body);
  expect(validateOrder({ ...order, orderId: 'ORD-1' } as OrderSubmission)).toMatchObject({ valid: true });
});

test.each(pathTables())('every path is told as it is tested: $theme', async ({ theme, rows }) => {
  const [, section = ''] = (await read()).split(`\n### ${theme}\n`);
  const told = tableBelow(section, `| ${PATH_HEAD[0]} `);
  // what the document should say, to be copied from here
  expect(told.map((cells) => cells.join(' | ')).join('\n')).toBe(rows.map((cells) => cells.join(' | ')).join('\n'));
});

test('no theme of paths is told that is not tested', async () => {
  const [, section = ''] = (await read()).split('\n## Every path\n');
  const themes = [...section.matchAll(/^### (.+)$/gm)].map(([, theme]) => theme);
  expect(themes).toEqual(pathTables().map(({ theme }) => theme));
});
