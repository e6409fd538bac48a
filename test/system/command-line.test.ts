import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '../../src/domain/audit';
import type { AuditPage } from '../../src/gateway/audit-schemas';
import type { OrderStory } from '../../src/gateway/story-schemas';
import type { Overview } from '../../src/gateway/overview-schemas';
import { DEPENDENCIES } from '../../src/domain/breaker';
import { Installation, untilReached } from '../support/installation';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { type Outcome, runScript } from '../support/run-script';
import { uniqueId } from '../support/orders';

jest.setTimeout(180_000);

interface Scenario {
  id: string;
  order: Record<string, unknown>;
}

let system: Installation;
let home: string;
let scenarios: Scenario[];

beforeAll(async () => {
  system = await Installation.start();
  await system.startConsumer();
  home = await mkdtemp(join(tmpdir(), 'waybill-command-line-'));
  ({ scenarios } = await system.get<{ scenarios: Scenario[] }>('/sandbox/scenarios'));
});
afterAll(async () => {
  await system.stop();
  await rm(home, { recursive: true, force: true });
});

const env = () => ({ WAYBILL_URL: system.gateway, NO_COLOR: '1', USER: 'night shift' });
const waybill = (...args: string[]) => runScript('scripts/waybill.cjs', { args, env: env() });

async function json<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await waybill(...args, '--json');
  if (code !== 0) throw new Error(`${args.join(' ')}: ${code} ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}

/** Places an order of a scenario from a file. */
async function place(id: string): Promise<string> {
  const { order } = scenarios.find((one) => one.id === id)!;
  const orderId = uniqueId();
  const file = join(home, `${orderId}.json`);
  await writeFile(file, JSON.stringify({ ...order, orderId }));
  const placed = await json<{ orderId: string }>('order', 'place', file);
  expect(placed.orderId).toBe(orderId);
  return orderId;
}

const statusOf = async (orderId: string) => (await json<{ status: string }>('order', 'get', orderId)).status;
const becomes = (orderId: string, status: string) =>
  untilReached(
    async () => (await system.find<{ status: string }>(`/orders/${orderId}`))?.status === status,
    () => `${orderId} ${status}`,
    60_000,
  );

test('an order is placed, shown and found', async () => {
  const orderId = await place('pm_ok');
  await becomes(orderId, 'SHIPPED');
  const shown = await waybill('order', 'get', orderId);
  expect(shown.stdout).toContain(`${orderId}  SHIPPED`);
  expect(shown.stdout).toMatch(/^.+ \S+ {2}AWAITING_PICKUP {2}\d+ × PROD-/m);
  const found = async (...args: string[]) =>
    (await json<{ orders: { orderId: string }[] }>('order', 'list', ...args)).orders.map((order) => order.orderId);
  expect(await found('--status', 'SHIPPED')).toContain(orderId);
  const { trackingNumber } = (await json<{ shipments: { trackingNumber: string }[] }>('order', 'get', orderId))
    .shipments[0]!;
  await untilReached(
    async () => (await found(trackingNumber)).length > 0,
    () => trackingNumber,
    30_000,
  );
  expect(await found(trackingNumber)).toEqual([orderId]);
});

test('an order is watched by a person and a program until it is closed, and cancelled meanwhile', async () => {
  const orderId = await place('partial_ask');
  await becomes(orderId, 'PENDING_DECISION');
  const watched = waybill('order', 'watch', orderId);
  const followed = waybill('order', 'watch', orderId, '--json');
  const cancelled = await waybill('order', 'cancel', orderId, '--reason', 'ordered twice');
  expect(cancelled).toMatchObject({ code: 0, stdout: `${orderId} has taken it, and goes on by itself.\n` });
  await becomes(orderId, 'CANCELLED');
  const { code, stdout } = await watched;
  expect(code).toBe(0);
  expect(stdout).toContain('night shift');
  expect(stdout).toContain('ordered twice');
  const events = (await followed).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { sequence: number; type: string });
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
  expect(events.at(-1)!.type).toBe('Order Cancelled');
  await untilReached(
    async () =>
      (await system.get<{ entries: AuditEntry[] }>('/audit')).entries.some(({ subject }) => subject.id === orderId),
    () => 'no audit entry',
    30_000,
  );
  const { entries } = await system.get<{ entries: AuditEntry[] }>('/audit');
  expect(entries.find(({ subject }) => subject.id === orderId)).toMatchObject({
    action: 'CANCEL',
    by: 'night shift',
    reason: 'ordered twice',
  });
});

test('what waits for somebody is decided and resolved', async () => {
  const asked = await place('partial_ask');
  await becomes(asked, 'PENDING_DECISION');
  const decided = await waybill(
    'order',
    'decide',
    asked,
    '--choice',
    'SHIP_AVAILABLE',
    '--reason',
    'the customer rang',
  );
  expect(decided.code).toBe(0);
  await becomes(asked, 'SHIPPED');
  const refused = await waybill('order', 'decide', asked, '--choice', 'WAIT', '--reason', 'too late');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('409');

  const stuck = await place('refund_refused');
  const settle = ['--action', 'SETTLE', '--reference', 'bank transfer 17', '--reason', 'paid back by hand'];
  if ((await statusOf(stuck)) !== 'NEEDS_ATTENTION') await becomes(stuck, 'NEEDS_ATTENTION');
  const resolved = await waybill('order', 'resolve', stuck, ...settle);
  expect(resolved).toMatchObject({ code: 0, stderr: '' });
  await untilReached(
    async () => (await statusOf(stuck)) !== 'NEEDS_ATTENTION',
    () => `${stuck} is stuck`,
    60_000,
  );
});

test('an address is corrected, in the name of whoever did it', async () => {
  const orderId = await place('partial_ask');
  await becomes(orderId, 'PENDING_DECISION');
  const address = ['--street', '7 Side St', '--city', 'Seoul', '--zip', '54321', '--country', 'KR'];
  const corrected = await waybill('order', 'address', orderId, ...address, '--reason', 'a slip of the pen');
  expect(corrected).toMatchObject({ code: 0, stderr: '' });
  const { timeline, stuck } = await json<OrderStory>('order', 'story', orderId);
  expect(timeline).toContainEqual(
    expect.objectContaining({ operator: { by: 'night shift', reason: 'a slip of the pen' } }),
  );
  expect(stuck).toMatchObject({ remedy: 'decision' });
  const told = await waybill('order', 'story', orderId);
  expect(told.stdout).toContain(`    → npx waybill order decide ${orderId} --choice SHIP_AVAILABLE`);
  await untilReached(
    async () => (await json<AuditPage>('audit', '--limit', '100')).entries.some(isCorrection),
    () => 'no audit entry',
    30_000,
  );
  const others = await json<AuditPage>('audit', '--by', 'nobody');
  expect(others.entries).toEqual([]);
  const tooMany = await waybill('audit', '--limit', '500');
  expect([tooMany.code, tooMany.stderr]).toEqual([1, expect.stringMatching(/400: .*\n {2}limit: .*100/)]);
  const wrong = await waybill('order', 'address', orderId, ...address, '--zip', ' ', '--reason', 'x');
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('\n  zipCode: ')]);

  function isCorrection({ action, subject, by, reason }: AuditEntry): boolean {
    return (
      action === 'CHANGE_ADDRESS' && subject.id === orderId && by === 'night shift' && reason === 'a slip of the pen'
    );
  }
});

test('a company is asked again, and that is written down', async () => {
  const { breakers } = await json<{ breakers: { dependency: string }[] }>('breakers');
  expect(breakers.map(({ dependency }) => dependency)).toEqual([...DEPENDENCIES]);
  const reset = await waybill('breakers', 'reset', 'carrier', '--by', 'kim', '--reason', 'it is back');
  expect(reset).toMatchObject({ code: 0, stdout: expect.stringContaining('carrier is asked again within 5 s') });
  const { entries } = await json<AuditPage>('audit', '--by', 'kim');
  expect(entries[0]).toMatchObject({ action: 'RESET_BREAKER', subject: { id: 'carrier' }, reason: 'it is back' });
  const unknown = await waybill('breakers', 'reset', 'post', '--reason', 'x');
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('expected one of payment, carrier')]);
});

test('a case is listed and shown; an order that waits is resolved and not closed', async () => {
  const stuck = await place('refund_refused');
  await becomes(stuck, 'NEEDS_ATTENTION');
  const caseId = `NEEDS_ATTENTION#${stuck}`;
  expect((await waybill('cases')).stdout).toMatch(
    new RegExp(`^${caseId}  .* it waits for a decision: tried .+, error .+, because .+, at stake 29.99 USD$`, 'm'),
  );
  const shown = await waybill('cases', 'show', caseId);
  expect(shown.stdout).toContain(`    → npx waybill order resolve ${stuck} --action RETRY`);
  const closed = await waybill('cases', 'close', caseId, '--reason', 'seen to');
  expect([closed.code, closed.stderr]).toEqual([1, expect.stringContaining('expected a resolution of the order')]);
  expect((await waybill('cases', 'show', 'NONE#1')).stderr).toContain('there is no case');
});

test('the overview says what is wrong, once and live', async () => {
  const stuck = await place('refund_refused');
  await becomes(stuck, 'NEEDS_ATTENTION');
  const isTold = ({ code, stdout }: Outcome) => code === 1 && /! orders: \d+ need a decision/.test(stdout);
  await untilReached(
    async () => isTold(await waybill('overview')),
    () => 'the overview',
    30_000,
  );
  const { stdout } = await waybill('overview');
  expect(stdout).toContain('npx waybill cases list');
  expect(stdout).toMatch(/^ORDER +STATUS +SINCE +WHY$/m);
  const { attention } = JSON.parse((await waybill('overview', '--json')).stdout) as Overview;
  expect(attention.orders).toBeGreaterThan(0);

  const watching = spawn(process.execPath, ['scripts/waybill.cjs', 'overview', '--watch', '--json'], {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...env() },
  });
  const told: Overview[] = [];
  createInterface({ input: watching.stdout }).on('line', (line) => told.push(JSON.parse(line) as Overview));
  const before = await untilTold(0);
  await place('refund_refused');
  await untilReached(
    async () => (told.at(-1)?.attention.orders ?? 0) > before.attention.orders,
    () => 'nothing is told of the next one',
    60_000,
  );
  watching.kill('SIGINT');
  expect((await once(watching, 'exit'))[0]).toBe(130);

  async function untilTold(n: number): Promise<Overview> {
    await untilReached(
      async () => told.length > n,
      () => 'nothing is told',
      30_000,
    );
    return told[n]!;
  }
});

test('a delivery is taken once', async () => {
  const stock = async () => json<{ availableQuantity: number }>('inventory', 'get', 'PROD-12345');
  const { availableQuantity } = await stock();
  const delivery = ['--warehouse', 'ICN', '--quantity', '5', '--reference', uniqueId('D')];
  const [first, again] = [
    await waybill('inventory', 'receive', 'PROD-12345', ...delivery),
    await waybill('inventory', 'receive', 'PROD-12345', ...delivery),
  ];
  expect([first.code, again.code]).toEqual([0, 0]);
  expect(first.stdout).toContain('5 × PROD-12345 are in ICN');
  expect(await stock()).toMatchObject({ availableQuantity: availableQuantity + 5 });
});

test('an order that is refused is 1, with all that is wrong', async () => {
  const file = join(home, 'wrong.json');
  await writeFile(file, JSON.stringify({ customerId: 'C', items: [] }));
  const { code, stdout, stderr } = await waybill('order', 'place', file);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('422');
  expect(stderr).toContain('\n  items: ');
});

test('doctor finds a running system well, and says what to do about a dead letter', async () => {
  const { TEMPORAL_NAMESPACE } = system.env;
  const doctor = async () => {
    const outcome = await runScript('scripts/waybill.cjs', {
      args: ['doctor', '--json'],
      env: { ...env(), TEMPORAL_NAMESPACE, WAYBILL_HOME: home },
    });
    return {
      ...outcome,
      ...(JSON.parse(outcome.stdout) as { checks: { name: string; state: string; remedy?: string }[] }),
    };
  };
  const { checks } = await doctor();
  for (const name of [
    'gateway',
    'Temporal',
    'workers',
    'what can be read',
    'outside companies',
    'dead letters',
    'queues',
  ])
    expect(checks).toContainEqual(expect.objectContaining({ name, state: 'ok' }));
  await system.publish('ecommerce.orders', 'Order Placed', [{ items: 'none' }]);
  await untilReached(
    async () => (await json<{ deadLetters: object[] }>('dead-letters', 'list')).deadLetters.length > 0,
    () => 'no dead letter',
    60_000,
  );
  await untilReached(
    async () => (await doctor()).checks.some(({ state, name }) => name === 'dead letters' && state === 'warning'),
    () => 'doctor',
    30_000,
  );
  const after = await doctor();
  expect(after.code).toBe(1);
  expect(after.checks.find(({ name }) => name === 'dead letters')?.remedy).toContain('waybill dead-letters list');
});
