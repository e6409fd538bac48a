import { help } from '../../../scripts/demo/help';
import { createLiveRegion } from '../../../scripts/demo/live-region';
import { readOptions } from '../../../scripts/demo/options';
import { wordsOfCall } from '../../../scripts/demo/words';
import { freePort } from '../../../scripts/lib/ports';
import { SCENARIOS } from '../../../scripts/lib/scenarios';
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
  [['--url', 'here'], {}, 'here is not an address like'],
  [['--scenario', 'pm_nothing'], {}, 'There is no scenario pm_nothing; there are pm_ok, pm_late,'],
  [['--fast'], {}, 'Usage: npm run demo'],
  [[], { PORT: 'abc' }, 'PORT=abc is not a port'],
  [[], { PORT: '0' }, 'PORT=0 took any free port: name the gateway with --url'],
  [[], { AWS_PORT: 'abc' }, 'AWS_PORT=abc is not a port'],
])('%j with %j is refused with what was expected', async (args, env, message) => {
  await expect(readOptions(args, env)).rejects.toThrow(message);
});

test('it finds the system of the same environment, and no bus beside one that is elsewhere', async () => {
  expect(await readOptions([], {})).toEqual({ url: 'http://127.0.0.1:3000', aws: 'http://127.0.0.1:4566' });
  expect(await readOptions([], { PORT: '1', AWS_PORT: '2' })).toEqual({
    url: 'http://127.0.0.1:1',
    aws: 'http://127.0.0.1:2',
  });
  expect(await readOptions([], { PORT: '1', AWS_PORT: '0' })).toEqual({ url: 'http://127.0.0.1:1' });
  expect(await readOptions(['--url', 'https://shop.example'], { PORT: 'abc' })).toEqual({
    url: 'https://shop.example',
  });
});

test('it says how it is called, and with which scenarios', async () => {
  const { code, stdout, stderr } = await runScript('scripts/demo.cjs', { args: ['--help'] });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Usage: npm run demo /);
  for (const { name } of SCENARIOS) expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\w`, 'm'));
  for (const columns of [60, 80, 200]) expect(help(columns).filter((line) => line.length >= columns)).toEqual([]);
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

test('calls of companies are told in plain words', () => {
  expect(wordsOfCall(call('charge', 'declined'))).toBe('payment company: card declined; once more in 1 s');
  const told = { ...call('charge', 'succeeded'), provider: 'notification', operation: 'sms' } as const;
  expect(wordsOfCall({ ...told, key: 'notify-partly-available#ORD' })).toBe(
    'messenger: SMS delivered: partly available',
  );
  expect(wordsOfCall({ ...told, key: 'notify#ORD#2' })).toBe('messenger: SMS delivered: shipped');
  expect(wordsOfCall({ ...call('charge', 'declined'), key: 'charge#ORD#2' })).toBe(
    'payment company: card declined again',
  );
});
