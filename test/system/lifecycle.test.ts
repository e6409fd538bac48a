import type { ProductStock } from '../../src/gateway/ports';
import { expectOrderSettled } from '../support/settled';
import { LIFE_SCENARIOS } from '../../scripts/lib/life-scenarios';
import { System } from '../support/system';
import { uniqueId } from '../support/orders';

jest.setTimeout(240_000);

let system: System;
beforeAll(async () => {
  system = await System.create();
  await system.start();
});
afterAll(() => system.stop());

/** An order of a scenario, placed; nobody takes its steps. */
async function place(name: string): Promise<string> {
  const { order } = LIFE_SCENARIOS.find((scenario) => scenario.name === name)!;
  // an hour for a test that starts everything again
  const policy = { ...order.policy, backorderWithinS: 3600, decisionWithinS: 3600 };
  const placed = { orderId: uniqueId(name), ...order, policy };
  expect((await system.post(placed)).status).toBe(202);
  return placed.orderId;
}

async function killWorker(): Promise<void> {
  const { worker } = system.pids();
  process.kill(worker!, 'SIGKILL');
  await system.until(
    () => system.pids()['worker'] !== worker,
    () => 'the worker was not started again',
  );
}

/** Sent again as long as it is not known whether it was made: the worker may be away. */
async function change(path: string, body: object): Promise<number> {
  let status = 503;
  await system.until(
    async () => (status = (await system.post(body, { 'idempotency-key': path }, path)).status) !== 503,
    () => `nothing answers to ${path}`,
  );
  return status;
}

test('orders that wait for an operator, for stock and for their customer outlive the worker and a restart of everything', async () => {
  const [troubled, waiting, asked] = [
    await place('refund_settled'),
    await place('sold_out_wait'),
    await place('partial_wait'),
  ];
  await system.comesTo(troubled, 'NEEDS_ATTENTION');
  await system.comesTo(waiting, 'BACKORDERED');
  await system.comesTo(asked, 'PENDING_DECISION');
  await killWorker();
  expect(await change(`/orders/${troubled}/cancel`, {})).toBe(409);
  expect([200, 202]).toContain(await change(`/orders/${asked}/decision`, { choice: 'WAIT' }));
  // the part that is there
  await system.comesTo(asked, 'SHIPPED');

  expect(await system.stop('SIGTERM')).toBe(0);
  await system.start();
  await system.comesTo(troubled, 'NEEDS_ATTENTION');
  await system.comesTo(waiting, 'BACKORDERED');

  const resolution = { action: 'SETTLE', by: 'night shift', reference: 'bank transfer 17' };
  expect([200, 202]).toContain(await change(`/orders/${troubled}/resolution`, resolution));
  for (const productId of ['PROD-BACKORDER-1', 'PROD-BACKORDER-2']) {
    const delivery = { warehouseId: 'ICN', quantity: 1, reference: uniqueId('delivery') };
    expect((await system.post(delivery, {}, `/inventory/${productId}/receive`)).status).toBe(200);
  }
  const ends = [await system.ended(troubled), await system.ended(waiting), await system.ended(asked)];
  expect(ends.map(({ status, shipments }) => [status, shipments.length])).toEqual([
    ['FULFILLMENT_FAILED', 0],
    ['SHIPPED', 1],
    ['SHIPPED', 2],
  ]);
  for (const order of ends) await expectOrderSettled(system, order);
  for (const productId of ['PROD-12345', 'PROD-BACKORDER-1', 'PROD-BACKORDER-2'])
    expect(await system.get<ProductStock>(`/inventory/${productId}`)).toMatchObject({
      reservedQuantity: 0,
      waiting: 0,
    });
});
