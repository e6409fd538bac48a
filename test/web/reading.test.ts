import type { Page } from 'playwright-core';
import type { OrderId } from '../../src/domain/ids';
import type { Order, OrderStory, Overview } from '../../web/src/types';
import { createCuttableProxy } from '../support/cuttable-proxy';
import { type Desk, makeDeadLetters, openDesk, place, placePartial, placeUnrefundable, visit } from './support';
import { openPage, tabTo, testInBrowser } from '../support/browser';
import { untilReached } from '../support/installation';

/** The page as somebody reads it who was just woken: what is wrong is seen first, nothing is cut, and nothing is raw. */
let desk: Desk;
/** an order whose money does not go back, one of which a part is there, and one with many products */
let [stuck, asked, many] = ['', '', ''];
const LONG = 'X'.repeat(50);

beforeAll(async () => {
  desk = (await openDesk())!;
  if (!desk) return;
  stuck = await placeUnrefundable(desk, { orderId: `ORD-${LONG}` as OrderId });
  asked = await placePartial(desk);
  const missing = Array.from({ length: 39 }, (_, n) => ({ productId: `PROD-NONE-${n}`, quantity: 2, price: 10 }));
  const items = [{ productId: 'PROD-12345', quantity: 1, price: 20 }, ...missing];
  many = await place(desk, { items, totalAmount: 800, customerId: `CUST-${LONG}` });
  await makeDeadLetters(desk, 2);
  await untilReached(
    async () => (await desk.installation.get<Order>(`/orders/${stuck}`)).status === 'NEEDS_ATTENTION',
    () => 'an order that needs attention',
    90_000,
  );
  await untilReached(
    async () => (await desk.installation.get<Overview>('/overview')).decisions.orders === 2,
    () => 'two orders that wait for a choice',
    60_000,
  );
}, 300_000);
afterAll(async () => desk?.close());

const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const open = async (hash: string, options: Parameters<typeof openPage>[1] = {}) => {
  const { page } = await openPage(desk.browser, options);
  await visit(page, desk.installation.gateway, hash);
  return page;
};

testInBrowser('who waits for a choice is apart from who is in trouble, with why, and since when', async () => {
  const page = await open('');
  const [trouble, choice] = [panel(page, 'Wait for somebody'), panel(page, 'Wait for a choice')];
  await choice.getByRole('link', { name: asked }).waitFor();
  expect(await choice.getByRole('link', { name: stuck }).count()).toBe(0);
  expect(await choice.textContent()).toMatch(/the customer decides until .*\(in (24 h|1 d)\)/);
  expect(await choice.textContent()).toMatch(/Since .* ago/);
  expect(await trouble.textContent()).toMatch(/does not work \(.*Why it has to be done: the label for/);
  expect(await trouble.getByRole('link', { name: asked }).count()).toBe(0);
  await choice.getByRole('link', { name: 'All 2' }).click();
  await page.getByRole('rowheader', { name: asked }).waitFor();
  expect(page.url()).toContain('status=PENDING_DECISION');
  await page.context().close();
});

testInBrowser('of a long list the oldest are seen at once, and the others by keyboard too', async () => {
  const { page } = await openPage(desk.browser);
  const overview = await desk.installation.get<Overview>('/overview');
  const [one] = overview.decisions.oldest;
  const oldest = Array.from({ length: 7 }, (_, n) => ({ ...one!, orderId: n === 6 ? asked : `ORD-${n}` }));
  await page.route('**/live', (route) => route.abort());
  await page.route('**/overview', (route) =>
    route.fulfill({ json: { ...overview, decisions: { orders: 12, oldest } } }),
  );
  await visit(page, desk.installation.gateway, '');
  const choice = panel(page, 'Wait for a choice');
  await choice.getByRole('link', { name: 'All 12' }).waitFor();
  const last = choice.getByRole('link', { name: asked });
  expect(await last.isVisible()).toBe(false);
  await tabTo(page, /^3 more$/);
  await page.keyboard.press('Enter');
  await last.waitFor();
  await tabTo(page, new RegExp(`^${asked}$`));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `Order ${asked}`, level: 1 }).waitFor();
  await page.context().close();
});

testInBrowser('tasks that wait although workers ask for them are said before the numbers', async () => {
  const { page } = await openPage(desk.browser);
  const overview = await desk.installation.get<Overview>('/overview');
  expect(overview.workers).toHaveLength(2);
  const behind = { queue: 'orders', workers: 1, waiting: 13 };
  const answer = (waitingSeconds: number) =>
    page.route('**/overview', (route) =>
      route.fulfill({ json: { ...overview, workers: [{ ...behind, waitingSeconds }] } }),
    );
  await page.route('**/live', (route) => route.abort());
  await answer(29);
  await visit(page, desk.installation.gateway, '');
  await panel(page, 'Queues').waitFor();
  expect(await page.getByText('the oldest for').count()).toBe(0);
  await answer(41);
  await visit(page, desk.installation.gateway, '');
  await page.getByText('13 tasks of orders wait, the oldest for 41 s, though 1 worker asks for tasks').waitFor();
  await page.context().close();
});

testInBrowser('times are told in the zone of whoever reads them, also within sentences', async () => {
  for (const hash of [`orders/${stuck}`, `orders/${asked}`, '', 'cases', 'audit']) {
    const page = await open(hash);
    await page.locator('main h1').waitFor();
    await page.getByText('Reading…').first().waitFor({ state: 'detached' });
    expect(await page.locator('main').innerText()).not.toMatch(/ UTC|\d{4}-\d\d-\d\dT|[A-Z]{2,}_[A-Z]{2,}/);
    await page.context().close();
  }
  const page = await open(`orders/${asked}`);
  const { stuck: waits } = await desk.installation.get<OrderStory>(`/orders/${asked}/story`);
  expect(waits!.sentence).toMatch(/until \d\d:\d\d UTC on \d/);
  const told = page.locator('.stuck time').first();
  await told.waitFor();
  expect((await told.getAttribute('datetime'))!.slice(0, 16)).toBe(waits!.until!.slice(0, 16));
  const clock = new Date(waits!.until!).toLocaleTimeString('en-GB', {
    timeZone: 'Asia/Seoul',
    hour: '2-digit',
    minute: '2-digit',
  });
  expect(await told.textContent()).toMatch(new RegExp(`${clock} \\(in (24 h|1 d)\\)$`));
  await page.context().close();
});

testInBrowser('why an order came to need somebody is said where it is decided', async () => {
  const page = await open(`orders/${stuck}`);
  await page.locator('.stuck').getByText('Why it has to be done: the label for').waitFor();
  await page.locator('.timeline').getByText('Why it has to be done: the label for').waitFor();
  await page.getByRole('button', { name: 'Resolve…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Why it has to be done: the label for').waitFor();
  await dialog.getByText('US$59.98 is at stake.').waitFor();
  await page.context().close();
});

testInBrowser('what is said once is not said again below it', async () => {
  const refused = await place(desk, { paymentMethod: 'pm_declined' });
  await untilReached(
    async () => (await desk.installation.get<Order>(`/orders/${refused}`)).status === 'PAYMENT_FAILED',
    () => 'a payment that failed',
    30_000,
  );
  const page = await open(`orders/${refused}`);
  const { failure = '' } = await desk.installation.get<Order>(`/orders/${refused}`);
  await page.locator('.summary').getByText(failure).waitFor();
  expect(await page.locator('.notice').count()).toBe(0);
  await visit(page, desk.installation.gateway, `orders/${asked}`);
  await page.locator('.stuck time').first().waitFor();
  expect(await page.locator('.stuck').innerText()).not.toContain('goes on by itself');
  await page.context().close();
});

testInBrowser('an order of many products is told in a sentence, and all of them in a table', async () => {
  const page = await open(`orders/${many}`);
  const sentence = page.locator('.stuck p').first();
  await sentence.waitFor();
  expect(await sentence.textContent()).toMatch(/2 × PROD-NONE-5 and 33 other products is missing/);
  const ordered = panel(page, 'What was ordered').getByRole('row');
  expect(await ordered.count()).toBe(41);
  expect(await ordered.last().innerText()).toMatch(/PROD-NONE-38\s+2\s+◷ 2\s+US\$10\.00/);
  await page.context().close();
});

testInBrowser('what happened comes first on a phone, and beside the way where there is room', async () => {
  const placesAt = async (width: number) => {
    const page = await open(`orders/${stuck}`, { viewport: { width, height: 900 } });
    const boxes = [];
    for (const name of ['What happened', 'Its way', 'Money']) boxes.push((await panel(page, name).boundingBox())!);
    await page.context().close();
    return boxes as [Box, Box, Box];
  };
  const [told, way, money] = await placesAt(390);
  expect([told.y < way.y, way.y < money.y]).toEqual([true, true]);
  const [left, right, below] = await placesAt(1440);
  expect([left.y === right.y, left.x < right.x, left.x === below.x]).toEqual([true, true, true]);
  // nothing is kept empty below what happened, however long the way is
  expect(below.y - left.y - left.height).toBeLessThan(32);
});
type Box = { x: number; y: number; width: number; height: number };

testInBrowser.each([390, 800, 1000, 1440])('at %d pixels nothing is cut, and no word is broken', async (width) => {
  const page = await open('', { viewport: { width, height: 900 } });
  for (const hash of ['', 'orders', `orders/${stuck}`, `orders/${many}`, 'dead-letters', 'cases', 'breakers']) {
    await visit(page, desk.installation.gateway, hash);
    await page.locator('main h1').waitFor();
    await page.getByText('Reading…').first().waitFor({ state: 'detached' });
    expect([hash, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([hash, width]);
  }
  await visit(page, desk.installation.gateway, 'dead-letters');
  await page.locator('[data-name=Class]').first().waitFor();
  expect(await page.evaluate(LINES_OF_CLASS)).toBe(1);
  await page.context().close();
});
/** lines that the word of the first class takes */
const LINES_OF_CLASS = `(() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector('td[data-name=Class]').firstChild);
  return range.getClientRects().length;
})()`;

testInBrowser('on a phone a name stands beside what it names, and what there is not is not named', async () => {
  const page = await open('breakers', { viewport: { width: 390, height: 844 } });
  const cells = page.locator('tbody tr').first().locator('[data-name]');
  await cells.first().waitFor();
  const heights = await page.evaluate<number[][]>(NAMES_AND_CELLS);
  expect(heights.length).toBeGreaterThan(3);
  for (const [needed = 0, given = 0] of heights) expect(given).toBeGreaterThanOrEqual(needed);
  await visit(page, desk.installation.gateway, 'orders');
  await page.locator('.number').first().waitFor();
  expect(await page.evaluate(`getComputedStyle(document.querySelector('td.number')).textAlign`)).toBe('left');
  await visit(page, desk.installation.gateway, 'cases');
  await page.locator('[data-name=Facts]').getByText('Tried: giving the money back').waitFor();
  // of a case without money at stake
  const { cases } = await desk.installation.get<{ cases: { amount?: number }[] }>('/cases');
  const [{ amount: _, ...without } = {}] = cases;
  await page.route('**/cases?*', (route) => route.fulfill({ json: { cases: [without] } }));
  await visit(page, desk.installation.gateway, 'cases');
  const stake = page.locator('td[data-name="At stake"]:empty').first();
  await stake.waitFor({ state: 'attached' });
  expect(await stake.isVisible()).toBe(false);
  await page.context().close();
});
/** of each cell of a card: how high its name is, and how high it is */
const NAMES_AND_CELLS = `[...document.querySelectorAll('tbody tr:first-child [data-name]')].map((cell) => [
  parseFloat(getComputedStyle(cell, '::before').height),
  cell.getBoundingClientRect().height,
])`;

testInBrowser('while an answer takes its time, what is shown is not taken for it', async () => {
  const page = await open('orders');
  const list = page.locator('[aria-busy]');
  await list.waitFor();
  let answer = () => undefined as void;
  const asking = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/orders?status=DELIVERED', async (route) => {
    await asking;
    await route.continue();
  });
  await page.getByLabel('State').selectOption('DELIVERED');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.locator('[aria-busy=true]').waitFor();
  await untilReached(
    async () => (await page.evaluate(OPACITY)) === '0.5',
    () => 'a list that is seen to be of before',
    10_000,
  );
  answer();
  await page.getByText('No order is like that.').waitFor();
  expect(await page.evaluate(OPACITY)).toBe('1');
  await page.context().close();
});
const OPACITY = `getComputedStyle(document.querySelector('[aria-busy]')).opacity`;

testInBrowser('a link to a page of a list that is gone leads to its first one', async () => {
  const page = await open('orders?status=NEEDS_ATTENTION&cursor=of-yesterday');
  await page.getByText('The cursor is not one that a page came with.').waitFor();
  expect(await page.getByRole('alert').locator('li').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await page.getByRole('link', { name: 'See the first page' }).click();
  await page.getByRole('rowheader', { name: stuck }).waitFor();
  expect(page.url()).toContain('status=NEEDS_ATTENTION');
  await page.context().close();
});

testInBrowser('a gateway that is gone is said where something was asked for, and asked again by hand', async () => {
  const proxy = await createCuttableProxy({ port: Number(new URL(desk.installation.gateway).port) });
  const { page } = await openPage(desk.browser);
  await visit(page, `http://127.0.0.1:${proxy.port}`, 'orders');
  await page.getByRole('rowheader', { name: stuck }).waitFor();
  proxy.cut();
  await page.getByLabel('State').selectOption('NEEDS_ATTENTION');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Waybill cannot be reached.').waitFor();
  // what was found before is no answer to this
  expect(await page.getByRole('rowheader').count()).toBe(0);
  proxy.mend();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('rowheader', { name: stuck }).waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  proxy.close();
  await page.context().close();
});
