import type { JournalEntry, ProductStock } from '../../src/gateway/ports';
import { sampleOrder, uniqueId } from '../support/orders';
import { System } from '../support/system';

jest.setTimeout(120_000);

/** a product of the sandbox that few units are left of after two orders */
const PRODUCT = 'PROD-20003';

let system: System;
beforeAll(async () => {
  system = await System.create({ env: { REORDER_QUANTITY: '50' } });
  await system.start();
});
afterAll(() => system.stop());

const read = async <T>(path: string): Promise<T> => (await fetch(`${system.gateway}${path}`)).json() as Promise<T>;
const stock = () => read<ProductStock>(`/inventory/${PRODUCT}`);
const reorders = async () =>
  (await read<{ entries: JournalEntry[] }>(`/sandbox/journal?orderId=${PRODUCT}`)).entries.map(
    ({ outcome }) => outcome,
  );
const order = async (quantity: number) => {
  const items = [{ productId: PRODUCT, quantity, price: 10 }];
  expect((await system.post(sampleOrder({ items, totalAmount: 10 * quantity }))).status).toBe(202);
};
const receive = (quantity: number, reference: string) =>
  fetch(`${system.gateway}/inventory/${PRODUCT}/receive`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': reference },
    body: JSON.stringify({ warehouseId: 'LAX', quantity }),
  });

async function until(what: string, reached: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await reached())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('stock that runs out is reordered once, whatever runs out meanwhile, and what arrives can be ordered', async () => {
  const { availableQuantity } = await stock();
  await order(availableQuantity - 8);
  await until('it is reordered', async () => (await reorders()).length > 0);
  // half of the threshold, and all
  await order(4);
  await order(4);
  expect(await stock()).toMatchObject({ availableQuantity: 0, waiting: 0 });

  const reference = uniqueId('DN');
  const first = await receive(50, reference);
  expect([first.status, await first.json()]).toMatchObject([
    200,
    { status: 'RECEIVED', quantity: 50, toBackorders: 0, availableQuantity: 50 },
  ]);
  const again = await receive(50, reference);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  expect((await receive(51, reference)).status).toBe(409);
  expect(await stock()).toMatchObject({ availableQuantity: 50 });
  expect(await reorders()).toEqual(['ordered 50']);
});
