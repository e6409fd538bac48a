import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { isInstalled } from '../../scripts/bootstrap/npm.cjs';
import { hasEnded } from '../../scripts/demo/run';
import { createShop, type Shop } from '../../scripts/demo/shop';
import { freePort } from '../../scripts/lib/ports';
import { readState } from '../../scripts/lib/state';
import { becomes } from '../../scripts/lib/wait';
import { sampleOrder } from '../support/orders';
import { ROOT, temporaryDirectory } from './support';

jest.setTimeout(180_000);

const COPIED = [
  'src',
  'infra',
  'scripts',
  'web',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'cdk.json',
  'tools',
];
const copy = temporaryDirectory();
const underWay = sampleOrder({ paymentMethod: 'pm_down', policy: { paymentWithinS: 30 } });
let dev: ChildProcess;
let output = '';
let shop: Shop;
let aws: string;
let gateway: string;

beforeAll(async () => {
  // an installation into the copy would go through the link
  if (!isInstalled(ROOT)) throw new Error('the npm dependencies are not those of package-lock.json: run `npm test`');
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  for (const name of ['node_modules', '.tools']) symlinkSync(join(ROOT, name), join(copy, name));
  const cache = join('.waybill', 'cache');
  if (existsSync(join(ROOT, cache))) cpSync(join(ROOT, cache), join(copy, cache), { recursive: true });

  const names = ['PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'AWS_PORT'];
  const ports = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, `${await freePort()}`] as const)),
  );
  // empty: those of the tests' own servers are not meant
  const none = { TEMPORAL_ADDRESS: '', AWS_ENDPOINT_URL: '', WORKFLOW_BUNDLE: '', WAYBILL_HOME: '' };
  const nowhere = { WORKER_HEALTH_PORT: '0', CONSUMER_HEALTH_PORT: '0' };
  aws = `http://127.0.0.1:${ports['AWS_PORT']}`;
  gateway = `http://127.0.0.1:${ports['PORT']}`;
  shop = createShop({ url: gateway });
  const env = { ...process.env, ...none, ...nowhere, ...ports };
  dev = spawn(process.execPath, ['scripts/dev.cjs'], { cwd: copy, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [dev.stdout, dev.stderr]) stream?.on('data', (text: Buffer) => (output += text.toString()));
  await says('Watching src, infra, web');
  expect(await shop.place(underWay)).toBe(202);
});

afterAll(async () => {
  if (dev.exitCode !== null) return;
  const ended = new Promise((resolve) => dev.on('exit', resolve));
  dev.kill('SIGTERM');
  await ended;
});

/** waits for a line of its output, from where the last one was found */
let read = 0;
async function says(text: string | RegExp): Promise<string> {
  let match: RegExpExecArray | null = null;
  const pattern = typeof text === 'string' ? new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
  const found = await becomes(() => (match = pattern.exec(output.slice(read))) !== null, { timeoutMs: 60_000 });
  if (!found) throw new Error(`it did not say ${String(text)}, but:\n${output.slice(read)}`);
  const { index, 0: said } = match!;
  read += index + said.length;
  return said;
}

/** changes a file of the copy, as an editor does when it saves */
function edit(file: string, change: (text: string) => string): () => void {
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  return () => writeFileSync(path, before);
}

const pidOf = (name: string) =>
  readState(join(copy, '.waybill', 'state.json'))?.processes.find((process) => process.name === name)?.pid;

const detailOfNone = async () => ((await (await fetch(`${gateway}/orders/NONE`)).json()) as { detail: string }).detail;

async function endOf(orderId: string) {
  let order: Awaited<ReturnType<Shop['order']>>;
  const isThere = async () => {
    order = await shop.order(orderId);
    return order !== undefined && hasEnded(order);
  };
  await becomes(isThere, { timeoutMs: 60_000 });
  return order;
}

async function declinesOfNewOrder(): Promise<number> {
  const order = sampleOrder({ paymentMethod: 'pm_declined' });
  await shop.place(order);
  await endOf(order.orderId);
  return (await shop.journal(order.orderId)).filter(({ outcome }) => outcome === 'declined').length;
}

test('a save in the gateway reloads the gateway alone', async () => {
  const [worker, before] = [pidOf('worker'), pidOf('gateway')];
  expect(await detailOfNone()).toContain('there is no order');
  edit('src/gateway/order-id.ts', (text) => text.replaceAll('there is no order', 'nobody knows order'));
  await says(/↻ src\/gateway\/order-id\.ts changed: gateway reloaded in [\d.]+ s/);
  expect(await detailOfNone()).toContain('nobody knows order');
  expect(pidOf('worker')).toBe(worker);
  expect(pidOf('gateway')).not.toBe(before);
});

test('what cannot be loaded is named with its place, and the old one serves on', async () => {
  const before = pidOf('gateway');
  const undo = edit('src/gateway/problem.ts', (text) => `${text}\nconst = 1;\n`);
  await says(/✗ gateway: cannot be loaded, it goes on as it was: .*src\/gateway\/problem\.ts:\d+:\d+: ERROR/);
  expect(pidOf('gateway')).toBe(before);
  expect(await detailOfNone()).toContain('nobody knows order');
  undo();
  await says('src/gateway/problem.ts changed: gateway reloaded');
});

test('a save in the page is served at once, and a page that cannot be built leaves the old one', async () => {
  const page = async () => (await fetch(gateway)).text();
  const [before, worker] = [await page(), pidOf('worker')];
  const undo = edit('web/src/app.tsx', (text) => text.replace('Skip to the content', 'Past the menu'));
  await says(/↻ web\/src\/app\.tsx changed: gateway reloaded in [\d.]+ s/);
  const after = await page();
  expect(after).not.toBe(before);
  expect(pidOf('worker')).toBe(worker);
  undo();
  await says('web/src/app.tsx changed: gateway reloaded');
  expect(await page()).toBe(before);
  const mend = edit('web/src/main.tsx', (text) => `${text}\nconst = 1;\n`);
  await says(/✗ page: goes on as it was\. The page cannot be built: src\/main\.tsx:\d+: Expected identifier/);
  expect(await page()).toBe(before);
  mend();
});

test('a workflow that was edited is what the next order takes', async () => {
  expect(await declinesOfNewOrder()).toBe(2);
  edit('src/workflows/payment.ts', (text) => text.replace('DECLINE_RETRIES = 1', 'DECLINE_RETRIES = 0'));
  await says('orders under way are replayed on the new workflow');
  await says('src/workflows/payment.ts changed: worker reloaded');
  expect(await declinesOfNewOrder()).toBe(1);
});

test('a workflow that cannot be bundled leaves the old one at work', async () => {
  const worker = pidOf('worker');
  const undo = edit('src/workflows/order.ts', (text) => `${text}\nconst = 1;\n`);
  await says(/✗ worker: goes on as it was\. The workflows cannot be bundled: \.\/src\/workflows\/order\.ts/);
  expect(await declinesOfNewOrder()).toBe(1);
  expect(pidOf('worker')).toBe(worker);
  undo();
  await says('src/workflows/order.ts changed: worker reloaded');
});

test('a process that fails to start is named with its error, once, and is started at the next save', async () => {
  const undo = edit('src/messaging/relay.ts', (text) =>
    text.replace(
      'export function createRelay',
      "throwing();\nfunction throwing() { if (process.send && process.argv[1]?.includes('consumer')) throw new Error('not today'); }\nexport function createRelay",
    ),
  );
  await says(/✗ consumer exited with code 1 while it started: .*not today .*It is started again at the next save\./);
  const from = output.length;
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(output.slice(from)).not.toMatch(/consumer (exited|runs again)/);
  undo();
  await says('src/messaging/relay.ts changed: consumer reloaded');
});

test('a burst of saves is one reload, and a file that nothing uses none', async () => {
  const from = output.length;
  for (const name of ['app', 'errors', 'drain', 'methods']) edit(`src/gateway/${name}.ts`, (text) => `${text}\n//\n`);
  await says('and 1 more changed: gateway reloaded');
  writeFileSync(join(copy, 'src/gateway/nobody-uses-this.ts'), 'export const unused = 1;\n');
  await says('src/gateway/nobody-uses-this.ts changed: nothing that runs uses it');
  expect(output.slice(from).match(/reloaded/g)).toHaveLength(1);
});

test('a change of the infrastructure is deployed in place', async () => {
  const gatewayPid = pidOf('gateway');
  edit('infra/queues.ts', (text) => text.replace('visibilityS: 900', 'visibilityS: 901'));
  await says('infra/queues.ts changed: infrastructure deployed');
  const sqs = new SQSClient({ endpoint: aws });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'shipping-queue' }));
  const attributes = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] });
  expect((await sqs.send(attributes)).Attributes).toEqual({ VisibilityTimeout: '901' });
  sqs.destroy();
  expect(pidOf('gateway')).toBe(gatewayPid);
});

test('an order that was under way all the time goes on, and Ctrl-C still ends everything in order', async () => {
  expect((await endOf(underWay.orderId))?.status).toBe('PAYMENT_FAILED');
  const ended = new Promise((resolve) => dev.on('exit', resolve));
  dev.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(output).toContain('Stopped. Everything is saved.');
});
