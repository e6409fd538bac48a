import { join } from 'node:path';
import axe from 'axe-core';
import type { OrderId } from '../../src/domain/ids';
import type { Page } from 'playwright-core';
import {
  type Desk,
  makeDeadLetters,
  openDesk,
  place,
  placePartial,
  placePending,
  placeUnrefundable,
  visit,
} from './support';
import type { Order, Overview } from '../../web/src/types';
import { openPage, testInBrowser } from '../support/browser';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { untilReached } from '../support/installation';

/** Every page as people meet it: on a wide screen and a phone, in light and dark, seen and heard. */
const IMAGES = process.env['WAYBILL_SCREENSHOTS'] ? join(PROJECT_ROOT, 'docs', 'images') : undefined;

let desk: Desk;
/** what there is to look at */
let places: Record<string, string>;

/** like a shop's own: the pictures show them */
const idOf = (n: number) => `ORD-2025-${1000 + n}` as OrderId;

beforeAll(async () => {
  desk = (await openDesk())!;
  if (!desk) return;
  const stuck = await placeUnrefundable(desk, { orderId: idOf(0) });
  for (let n = 0; n < 12; n++) await place(desk, { orderId: idOf(n + 1), customerId: `CUST-10000${n % 4}` });
  await place(desk, { orderId: idOf(20), paymentMethod: 'pm_declined' });
  await placePending(desk);
  await placePartial(desk);
  const [letter = ''] = await makeDeadLetters(desk, 3);
  await untilReached(
    async () => (await desk.installation.get<Order>(`/orders/${stuck}`)).status === 'NEEDS_ATTENTION',
    () => 'an order that needs attention',
    90_000,
  );
  // the numbers come a moment later
  await untilReached(
    async () => {
      const { states } = await desk.installation.get<Overview>('/overview');
      return states.reduce((sum, { orders }) => sum + orders, 0) === 16;
    },
    () => 'all orders among those that are counted',
    60_000,
  );
  await desk.installation.post('/breakers/carrier/reset', { by: 'night shift', reason: 'the carrier is back' });
  places = {
    overview: '',
    orders: 'orders',
    order: `orders/${stuck}`,
    'dead-letters': 'dead-letters',
    'dead-letter': `dead-letters/${letter}`,
    breakers: 'breakers',
    cases: 'cases',
    audit: 'audit',
    try: 'try',
    nowhere: 'nowhere/at/all',
  };
}, 300_000);
afterAll(async () => desk?.close());

const NAMES = [
  'overview',
  'orders',
  'order',
  'dead-letters',
  'dead-letter',
  'breakers',
  'cases',
  'audit',
  'try',
  'nowhere',
];
const SCHEMES = ['light', 'dark'] as const;

const FOCUSED = 'document.activeElement.textContent';

/** Until all of it is read. */
async function settled(page: Page): Promise<void> {
  await page.locator('main h1').waitFor();
  await page.getByText('Reading…').first().waitFor({ state: 'detached' });
}

/** What axe holds against the page, by weight: those are kept that keep people out. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: string; nodes: { target: string[] }[] }[];
  }>(`axe.run({ resultTypes: ['violations'] })`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

describe.each(SCHEMES)('%s', (colorScheme) => {
  testInBrowser.each(NAMES)('%s keeps nobody out', async (name) => {
    // axe is injected, which the page's own policy would not let anybody do
    const { page, errors } = await openPage(desk.browser, { colorScheme, bypassCSP: true });
    await visit(page, desk.installation.gateway, places[name]!);
    await settled(page);
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    expect(await violationsOf(page)).toEqual([]);
    expect(errors).toEqual([]);
    if (IMAGES && colorScheme === 'light' && name !== 'nowhere')
      await page.screenshot({ path: join(IMAGES, `page-${name}.png`), fullPage: true });
    if (IMAGES && colorScheme === 'dark' && name === 'overview')
      await page.screenshot({ path: join(IMAGES, 'page-overview-dark.png') });
    await page.context().close();
  });
});

testInBrowser('the dialogs of an order keep nobody out, and give the focus back', async () => {
  const { page } = await openPage(desk.browser, { bypassCSP: true });
  await visit(page, desk.installation.gateway, places['order']!);
  const button = page.getByRole('button', { name: 'Resolve…' });
  await button.click();
  const dialog = page.getByRole('dialog', { name: /^Resolve / });
  await dialog.waitFor();
  expect(await violationsOf(page)).toEqual([]);
  if (IMAGES) await page.screenshot({ path: join(IMAGES, 'page-action.png') });
  // nothing is sent without a name and a reason
  await dialog.getByRole('button', { name: 'Try it again' }).click();
  expect(await page.evaluate(`document.querySelector('dialog [name=by]').matches(':invalid')`)).toBe(true);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await page.evaluate(FOCUSED)).toBe('Resolve…');
  await page.context().close();
});

testInBrowser('a dialog goes with its page: over another one it would be about something else', async () => {
  const { page } = await openPage(desk.browser);
  await visit(page, desk.installation.gateway, 'orders');
  await settled(page);
  await page.evaluate(`location.hash = '#/${places['order']}'`);
  await page.getByRole('button', { name: 'Resolve…' }).click();
  await page.getByRole('dialog').waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: 'Orders', level: 1 }).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.context().close();
});

testInBrowser('a company that is out of order is said before the numbers', async () => {
  const { page } = await openPage(desk.browser);
  const overview = await desk.installation.get<Overview>('/overview');
  const breakers = overview.breakers.map((one) =>
    one.dependency === 'payment' ? { ...one, state: 'OPEN' as const } : one,
  );
  await page.route('**/live', (route) => route.abort());
  const workers = overview.workers.map((one) => ({ ...one, workers: 0 }));
  await page.route('**/overview', (route) => route.fulfill({ json: { ...overview, breakers, workers } }));
  await visit(page, desk.installation.gateway, '');
  // those that were made for this test wait for somebody
  await page.getByRole('link', { name: '3 dead letters wait for a person' }).waitFor();
  await page.getByText('No worker takes tasks of ').waitFor();
  const notice = page.getByText('Out of order: Payment. Orders wait');
  await notice.getByRole('link').click();
  await page.getByRole('heading', { name: 'Breakers', level: 1 }).waitFor();
  await page.context().close();
});

testInBrowser.each(NAMES)('%s fits a phone', async (name) => {
  const { page } = await openPage(desk.browser, { viewport: { width: 360, height: 740 } });
  await visit(page, desk.installation.gateway, places[name]!);
  await settled(page);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  if (IMAGES && name === 'order') await page.screenshot({ path: join(IMAGES, 'page-order-phone.png') });
  await page.context().close();
});

testInBrowser('who comes to another page is at its title, and the window is named by it', async () => {
  const { page } = await openPage(desk.browser);
  await visit(page, desk.installation.gateway, '');
  await settled(page);
  await page.getByRole('link', { name: 'Breakers' }).first().click();
  const heading = page.getByRole('heading', { name: 'Breakers', level: 1 });
  await heading.waitFor();
  expect(await page.evaluate(FOCUSED)).toBe('Breakers');
  expect(await page.title()).toBe('Breakers · Waybill');
  expect(await page.locator('[aria-current=page]').textContent()).toBe('Breakers');
  await page.goBack();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
  await page.context().close();
});

testInBrowser('nothing moves for those who want it still', async () => {
  const { page } = await openPage(desk.browser, { reducedMotion: 'no-preference' });
  await visit(page, desk.installation.gateway, places['order']!);
  await page.locator('.map .halo').waitFor();
  const animation = () => page.evaluate(`getComputedStyle(document.querySelector('.map .halo')).animationName`);
  expect(await animation()).toBe('pulse');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await animation()).toBe('none');
  await page.context().close();
});

testInBrowser('orders are found by what is known of them, and the search is in the address', async () => {
  const { page } = await openPage(desk.browser);
  await visit(page, desk.installation.gateway, 'orders');
  await page.getByLabel('Order, tracking number, customer or product').fill('CUST-100001');
  await page.keyboard.press('Enter');
  await page.getByText('Found by its customer.').waitFor();
  expect(await page.getByRole('rowheader').count()).toBe(3);
  expect(page.url()).toContain('q=CUST-100001');
  await page.reload();
  await page.getByText('Found by its customer.').waitFor();
  await page.getByLabel('State').selectOption('CANCELLED');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('No order is like that.').waitFor();
  await page.context().close();
});

testInBrowser('load is made, shown and stopped', async () => {
  const { page } = await openPage(desk.browser);
  await visit(page, desk.installation.gateway, 'try');
  await page.getByLabel('Orders a second').fill('2');
  await page.getByRole('button', { name: 'Start' }).click();
  await page.getByText(/^Running: [1-9]/).waitFor();
  await page.getByRole('button', { name: 'Stop it' }).click();
  await page.getByText(/^The last one is over/).waitFor();
  await page.context().close();
});
