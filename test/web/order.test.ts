import type { Order } from '../../web/src/types';
import { createCuttableProxy } from '../support/cuttable-proxy';
import { type Desk, openDesk, placePending, TEMPORAL_UI_URL, visit } from './support';
import type { Page } from 'playwright-core';
import { eventually } from '../support/contracts/condition';
import { openPage, testInBrowser } from '../support/browser';
import { untilReached } from '../support/installation';

/** An order on the page, on the running system: nothing here reloads the page. */
let desk: Desk;

beforeAll(async () => {
  desk = (await openDesk())!;
}, 180_000);
afterAll(async () => desk?.close());

const orderOf = (orderId: string) => desk.installation.get<Order>(`/orders/${orderId}`);

async function settle(orderId: string): Promise<void> {
  const pending = async () => (await orderOf(orderId)).pendingPayment;
  await untilReached(
    async () => (await pending()) !== undefined,
    () => 'a pending payment',
    20_000,
  );
  const chargeKey = (await pending())?.chargeKey;
  await desk.installation.post('/sandbox/payments/settle', { chargeKey, outcome: 'succeeded' });
}

async function tellCarrier(orderId: string, status: string): Promise<void> {
  const { trackingNumber } = (await orderOf(orderId)).shipments[0]!;
  const detail = { orderId, trackingNumber, status, updateId: `${trackingNumber}-${status}` };
  const event = { 'detail-type': 'Carrier Update', source: 'carrier.updates', detail };
  const response = await desk.installation.post('/events', event);
  expect(response.status).toBe(202);
}

/** The numbers of the events that the timeline shows, as the page and as the gateway have them. */
const SHOWN = `[...document.querySelectorAll('.timeline li')].map((entry) => Number(entry.dataset.sequence)).reverse()`;

const told = async (orderId: string) => {
  const { timeline } = await desk.installation.get<{ timeline: { sequence: number }[] }>(`/orders/${orderId}/story`);
  return timeline.map(({ sequence }) => sequence);
};

/** The last of them may be on its way to the page still. */
async function expectAllShown(page: Page, orderId: string): Promise<void> {
  const all = JSON.stringify(await told(orderId));
  await eventually(
    async () => JSON.stringify(await page.evaluate(SHOWN)),
    (shown) => shown === all,
  );
}

testInBrowser('an order is followed live, from placed to delivered', async () => {
  const orderId = await placePending(desk, { returnWithinS: 2 });
  const { page, errors } = await openPage(desk.browser);
  await visit(page, desk.installation.gateway, `orders/${orderId}`);
  // a reload would forget it
  await page.evaluate('window.stayed = true');
  const [title, map, way] = [page.locator('.title').first(), page.locator('.map .current'), page.locator('.way li')];
  await title.getByText('Live').waitFor();
  await title.getByText('Reserved').waitFor();
  await page.getByText('What does it wait for?').waitFor();
  await map.getByText('Process Payment').waitFor();

  await settle(orderId);
  await title.getByText('Shipped').waitFor();
  const shipments = page.getByRole('region', { name: 'Shipments' });
  await shipments.getByText('Awaiting pickup').waitFor();
  for (const [status, words] of [
    ['PICKED_UP', 'Picked up'],
    ['IN_TRANSIT', 'In transit'],
    ['DELIVERED', 'Delivered'],
  ] as const) {
    await tellCarrier(orderId, status);
    await shipments.getByText(words).waitFor();
  }
  await title.getByText('Delivered').waitFor();
  // nobody sends it back, so its life ends, and its stream
  await title.getByText('Ended: nothing more comes').waitFor({ timeout: 30_000 });

  const { states } = await orderOf(orderId);
  expect(await way.count()).toBe(states.length);
  expect(states.length).toBeGreaterThan(8);
  await expectAllShown(page, orderId);
  expect(await page.locator('.map .edge.taken').count()).toBeGreaterThan(6);
  expect(await page.getByRole('region', { name: 'Money' }).textContent()).toContain(
    'Charged$59.98'.replace('$', 'US$'),
  );
  const link = page.getByRole('link', { name: 'Workflow in Temporal' });
  expect(await link.getAttribute('href')).toContain(`${TEMPORAL_UI_URL}/namespaces/`);
  expect(await page.evaluate('window.stayed')).toBe(true);
  expect(errors).toEqual([]);
});

testInBrowser('nothing is missed while the way to the gateway is cut', async () => {
  const proxy = await createCuttableProxy({ port: Number(new URL(desk.installation.gateway).port) });
  const orderId = await placePending(desk);
  const { page, errors } = await openPage(desk.browser);
  await visit(page, `http://127.0.0.1:${proxy.port}`, `orders/${orderId}`);
  await page.evaluate('window.stayed = true');
  const title = page.locator('.title').first();
  await title.getByText('Live').waitFor();

  proxy.cut();
  await title.getByText('Offline').waitFor();
  // what there was is still shown
  await title.getByText('Reserved').waitFor();
  await settle(orderId);
  await untilReached(
    async () => (await orderOf(orderId)).status === 'SHIPPED',
    () => 'shipped',
    30_000,
  );
  await tellCarrier(orderId, 'PICKED_UP');
  proxy.mend();
  await title.getByText('Live').waitFor({ timeout: 40_000 });
  await title.getByText('Shipped').waitFor();
  await page.getByRole('region', { name: 'Shipments' }).getByText('Picked up').waitFor();
  await tellCarrier(orderId, 'DELIVERED');
  await title.getByText('Delivered').waitFor();
  await expectAllShown(page, orderId);
  expect(await page.evaluate('window.stayed')).toBe(true);
  expect(errors).toEqual([]);
  proxy.close();
});

testInBrowser('where no stream comes through, the page polls, says so, and goes back to the stream', async () => {
  const orderId = await placePending(desk);
  const { page } = await openPage(desk.browser);
  await page.route('**/events?*', (route) => route.abort());
  await page.route('**/live', (route) => route.abort());
  await visit(page, desk.installation.gateway, `orders/${orderId}`);
  const title = page.locator('.title').first();
  await title.getByText('Polling').waitFor();
  await settle(orderId);
  await title.getByText('Shipped').waitFor();
  await page.unroute('**/events?*');
  await title.getByText('Live').waitFor({ timeout: 30_000 });

  await page.getByRole('link', { name: 'Overview' }).click();
  await title.getByText('Polling').waitFor();
  await page.unroute('**/live');
  await title.getByText('Live').waitFor({ timeout: 30_000 });
});

testInBrowser('an order that is not there is said in words', async () => {
  const { page } = await openPage(desk.browser);
  await visit(page, desk.installation.gateway, 'orders/ORD-NOBODY');
  await page.getByText('There is no order ORD-NOBODY.').waitFor();
  await page.getByRole('link', { name: 'Look for another.' }).click();
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
});
