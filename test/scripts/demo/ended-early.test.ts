import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROJECT_ROOT } from '../../../scripts/lib/paths';
import { runScript } from '../../support/run-script';
import { failingGateway, quietShop } from './gateway';

const demoArgs = (url: string) => ['--url', url, '--scenario', 'pm_ok'];

test('a gateway that goes away while the books are closed is told in one sentence', async () => {
  let ended = false;
  const { url, close } = await failingGateway((request) => {
    ended ||= request.endsWith('/events');
    return ended && request.includes('/inventory/') ? 'break off' : quietShop('SHIPPED')(request);
  });
  const { code, stdout, stderr } = await runScript('scripts/demo.cjs', { args: demoArgs(url) });
  await close();
  expect(stdout).toContain('The books of these orders');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `Nothing answers at ${url} any more; orders that have not ended go on when the system runs again.\n`,
  });
});

test('Ctrl-C, twice as npm passes it on, ends it with one line: the orders go on', async () => {
  const { url, close } = await failingGateway(quietShop('RECEIVED'));
  const demo = spawn(process.execPath, ['scripts/demo.cjs', ...demoArgs(url)], { cwd: PROJECT_ROOT });
  let output = '';
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (text) => (output += String(text)));
  while (!output.includes('/orders/demo-')) await once(demo.stdout, 'data');
  const shown = output.length;
  demo.kill('SIGINT');
  while (!output.includes('Stopped')) await once(demo.stdout, 'data');
  demo.kill('SIGINT');
  const [code] = await once(demo, 'close');
  await close();
  // what it was about to say of an order may come before
  const lines = output.slice(shown).trim().split('\n');
  expect(lines.at(-1)).toBe('Stopped watching; the orders go on.');
  expect(lines.filter((line) => line.includes('Stopped'))).toHaveLength(1);
  expect(code).toBe(130);
});
