import { createLiveRegion } from '../../../scripts/demo/live-region';
import { readOptions } from '../../../scripts/demo/options';
import { wordsOfCall, wordsOfEvent } from '../../../scripts/demo/words';
import { freePort } from '../../../scripts/lib/ports';
import { runScript } from '../../support/run-script';
import { call } from './support';

test('without a running system it says in one line what to do', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  expect(await runScript('scripts/demo.cjs', { args: ['--url', url] })).toEqual({
    code: 1,
    stdout: '',
    stderr: `Nothing answers at ${url}: \`npm start\` in another terminal first, or name another one with \`-- --url\`.\n`,
  });
});

test.each([
  [['--url', 'here'], '--url here is not an address like'],
  [['--scenario', 'pm_nothing'], 'There is no scenario pm_nothing; there are pm_ok, pm_late,'],
  [['--fast'], 'Usage: npm run demo'],
])('%j is refused with what was expected', (args, message) => {
  expect(() => readOptions(args, {})).toThrow(message);
});

test('it finds the system of the same environment, and no bus beside one that is elsewhere', () => {
  expect(readOptions([], {})).toEqual({ url: 'http://127.0.0.1:3000', aws: 'http://127.0.0.1:4566' });
  expect(readOptions([], { PORT: '1', AWS_PORT: '2' })).toEqual({
    url: 'http://127.0.0.1:1',
    aws: 'http://127.0.0.1:2',
  });
  expect(readOptions(['--url', 'https://shop.example'], {})).toEqual({ url: 'https://shop.example' });
});

test('the live lines replace each other, and the cursor is back at the end', () => {
  let written = '';
  const region = createLiveRegion({ write: (text) => (written += text) });
  region.draw(['one', 'two']);
  region.draw(['three']);
  const [first = '', second = ''] = written.split('\x1b[?2026l');
  expect(first.startsWith('\x1b[?25l')).toBe(true);
  expect(second).toContain('\x1b[2A');
  region.clear();
  region.close();
  expect(written.endsWith('\x1b[1A\r\x1b[J\x1b[?25h')).toBe(true);
});

test('events and calls are told in plain words', () => {
  const type = 'Inventory Partially Reserved' as const;
  const lines = [{ productId: 'A', quantity: 1 }];
  const shipments = [{ shipmentId: 'S1', warehouseId: 'ICN', lines }];
  const unavailableItems = [{ productId: 'B', quantity: 2, availableQuantity: 0, shortfall: 2 }];
  expect(wordsOfEvent({ type, data: { shipments, availableItems: lines, unavailableItems } })).toBe(
    'stock reserved in part: 1 × A in ICN; missing: 2 × B',
  );
  expect(wordsOfCall(call('charge', 'declined'))).toBe('payment company: card declined; once more in 1 s');
  expect(wordsOfCall({ ...call('charge', 'declined'), key: 'charge#ORD#2' })).toBe(
    'payment company: card declined again',
  );
});
