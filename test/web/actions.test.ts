import type { AuditPage, Case, Order } from '../../web/src/types';
import type { Case as StoredCase } from '../../src/domain/cases';
import {
  closeWhenDone,
  confirm,
  type Desk,
  makeDeadLetters,
  openDesk,
  placePartial,
  placePending,
  placeUnrefundable,
  visit,
} from './support';
import { createCaseBook } from '../../src/adapters/aws/case-book';
import { documentsAt } from '../../scripts/lib/aws-access';
import { openPage, type Seen, tabTo, testInBrowser } from '../support/browser';
import { untilReached } from '../support/installation';

/** What operators do by hand, on the page and on the running system, up to the audit trail. */
let desk: Desk;
let seen: Seen;

beforeAll(async () => {
  desk = (await openDesk())!;
}, 180_000);
afterAll(async () => desk?.close());
beforeEach(async () => {
  if (desk) seen = await openPage(desk.browser);
});
afterEach(async () => {
  expect(seen?.errors ?? []).toEqual([]);
  await seen?.page.context().close();
});

const go = (hash: string) => visit(seen.page, desk.installation.gateway, hash);
const press = (name: string | RegExp) => seen.page.getByRole('button', { name }).first().click();
const orderOf = (orderId: string) => desk.installation.get<Order>(`/orders/${orderId}`);

async function untilAudited(action: string, id: string): Promise<AuditPage['entries'][number]> {
  const find = async () => {
    const { entries } = await desk.installation.get<AuditPage>('/audit?limit=100');
    return entries.find((entry) => entry.action === action && entry.subject.id === id);
  };
  await untilReached(
    async () => (await find()) !== undefined,
    () => `${action} of ${id} in the audit trail`,
    30_000,
  );
  return (await find())!;
}

testInBrowser('cancel: who and why are asked for, and the name is remembered', async () => {
  const [first, second] = [await placePending(desk), await placePending(desk)];
  await go(`orders/${first}`);
  await press('Cancel…');
  await confirm(seen.page, { by: 'kim', reason: 'ordered twice', press: 'Cancel the order' });
  expect(await closeWhenDone(seen.page)).toContain('turns back');
  await seen.page.locator('.title').first().getByText('Cancelled').waitFor();
  await seen.page.locator('.timeline').getByText('By kim').first().waitFor();
  expect(await untilAudited('CANCEL', first)).toMatchObject({ by: 'kim', reason: 'ordered twice' });

  await go(`orders/${second}`);
  await press('Cancel…');
  expect(await seen.page.getByLabel('Your name').inputValue()).toBe('kim');
  // left, nothing happens
  await seen.page.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
  expect((await orderOf(second)).status).toBe('RESERVED');
});

testInBrowser('decide: the customer’s choice, made by an operator', async () => {
  const orderId = await placePartial(desk);
  await go(`orders/${orderId}`);
  await seen.page.getByText('What does it wait for?').waitFor();
  const missing = seen.page.getByRole('columnheader', { name: 'Missing' });
  await missing.waitFor();
  await press('Decide…');
  await seen.page.getByLabel('What becomes of it').selectOption('SHIP_AVAILABLE');
  await confirm(seen.page, { by: 'kim', reason: 'she called', press: 'Ship what is there' });
  await closeWhenDone(seen.page);
  await seen.page.locator('.title').first().getByText('Shipped').waitFor();
  // nobody waits for the rest any more
  await missing.waitFor({ state: 'detached' });
  expect(await untilAudited('DECIDE', orderId)).toMatchObject({ by: 'kim', reason: 'she called' });
});

testInBrowser('correct the address: what is wrong with it is said, and mended', async () => {
  const orderId = await placePending(desk);
  await go(`orders/${orderId}`);
  await press('Correct the address…');
  const dialog = seen.page.getByRole('dialog');
  await dialog.getByLabel('Street').fill('7 Side St');
  await dialog.getByLabel('City').fill('x'.repeat(300));
  await confirm(seen.page, { by: 'kim', reason: 'moved', press: 'Send it there' });
  // RFC 9457: each error by its place
  await dialog.getByRole('alert').getByText('/city').waitFor();
  await dialog.getByLabel('City').fill('Busan');
  await confirm(seen.page, { reason: 'moved', press: 'Send it there' });
  await closeWhenDone(seen.page);
  expect((await orderOf(orderId)).shippingAddress).toMatchObject({ street: '7 Side St', city: 'Busan' });
  expect(await untilAudited('CHANGE_ADDRESS', orderId)).toMatchObject({ by: 'kim', reason: 'moved' });
});

testInBrowser(
  'resolve: settled by hand, under a reference',
  async () => {
    const orderId = await placeUnrefundable(desk);
    await untilReached(
      async () => (await orderOf(orderId)).status === 'NEEDS_ATTENTION',
      () => 'an order that needs attention',
      60_000,
    );
    await go(`orders/${orderId}`);
    await seen.page.getByText('Why is it stuck?').waitFor();
    await press('Resolve…');
    await seen.page.getByLabel('What to do').selectOption('SETTLE');
    await seen.page.getByLabel('Reference').fill('bank transfer 4711');
    await confirm(seen.page, { by: 'kim', reason: 'the bank does not take it back', press: 'It was done by hand' });
    await closeWhenDone(seen.page);
    await seen.page.locator('.title').first().getByText('Not fulfilled').waitFor();
    expect(await untilAudited('RESOLVE', orderId)).toMatchObject({ by: 'kim' });
  },
  120_000,
);

testInBrowser(
  'dead letters: one is redriven, one given up, and a class redriven at once',
  async () => {
    const [redriven = '', discarded = ''] = await makeDeadLetters(desk, 3);
    await go('dead-letters?state=PARKED');
    await seen.page.getByRole('link', { name: redriven }).click();
    await press('Redrive…');
    await confirm(seen.page, { by: 'kim', reason: 'try once more', press: 'Redrive it' });
    expect(await closeWhenDone(seen.page)).toContain('on its way back');
    // it is as wrong as it was
    await seen.page.getByText('Failed again').waitFor({ timeout: 60_000 });
    expect(await untilAudited('REDRIVE', redriven)).toMatchObject({ by: 'kim', reason: 'try once more' });

    await go(`dead-letters/${discarded}`);
    await press('Discard…');
    await confirm(seen.page, { reason: 'a test', press: 'Give it up' });
    await closeWhenDone(seen.page);
    await seen.page.locator('.title').first().getByText('Given up').waitFor();
    expect(await untilAudited('DISCARD', discarded)).toMatchObject({ by: 'kim', reason: 'a test' });

    await go('dead-letters');
    await seen.page.getByLabel('Class').selectOption('PERMANENT');
    await press('Redrive all of class Permanent…');
    await confirm(seen.page, { reason: 'mended', press: 'Redrive them' });
    await closeWhenDone(seen.page);
    await seen.page.getByText(/^Done: 2 letters sent back/).waitFor({ timeout: 60_000 });
    await go('audit');
    await seen.page.getByText('Redrove many').first().waitFor();
  },
  180_000,
);

testInBrowser('a breaker is reset', async () => {
  await go('breakers');
  await press(/Reset payment/);
  await confirm(seen.page, { by: 'kim', reason: 'they are back', press: 'Reset the breaker' });
  await closeWhenDone(seen.page);
  expect(await untilAudited('RESET_BREAKER', 'payment')).toMatchObject({ by: 'kim', reason: 'they are back' });
});

async function openCase(): Promise<string> {
  const documents = documentsAt(desk.installation.endpoint);
  const now = new Date().toISOString();
  const one: StoredCase = {
    caseId: 'CHARGE_NOT_ACCOUNTED#charge#ORD-GONE#1',
    kind: 'CHARGE_NOT_ACCOUNTED',
    subject: 'charge#ORD-GONE#1',
    facts: { taken: 59.98, currency: 'USD' },
    state: 'OPEN',
    openedAt: now,
    firstSeenAt: now,
    lastSeenAt: now,
    seen: 1,
    lastRun: 'run-1',
    openedRun: 'run-1',
    openings: 1,
    version: 1,
  };
  const { CASES_TABLE: cases = '', AUDIT_TRAIL_TABLE: audit = '' } = desk.installation.env;
  await createCaseBook({ db: documents, tables: { cases, audit } }).write(one);
  documents.destroy();
  return one.caseId;
}

testInBrowser('a case is closed', async () => {
  const caseId = await openCase();
  await go('cases');
  await press('Close…');
  await confirm(seen.page, { by: 'kim', reason: 'refunded at the company', press: 'Close it' });
  await closeWhenDone(seen.page);
  const closed = await desk.installation.get<Case>(`/cases/${encodeURIComponent(caseId)}`);
  expect(closed).toMatchObject({ state: 'CLOSED', closedBy: 'kim', reason: 'refunded at the company' });
  await go('cases?state=CLOSED');
  await seen.page.getByText('Closed by kim').waitFor();
  expect(await untilAudited('CLOSE_CASE', caseId)).toMatchObject({ by: 'kim' });
});

testInBrowser('an answer that is lost is asked for again, and the change is made once', async () => {
  const orderId = await placePending(desk);
  await go(`orders/${orderId}`);
  await press('Correct the address…');
  const dialog = seen.page.getByRole('dialog');
  await dialog.getByLabel('Street').fill('9 Far St');
  let sent = 0;
  // the gateway gets it, and its answer never arrives
  await seen.page.route('**/address', async (route) => {
    sent += 1;
    if (sent > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  await confirm(seen.page, { by: 'kim', reason: 'moved', press: 'Send it there' });
  await dialog.getByText('It may have happened. Sent again from here, it is done once.').waitFor();
  await confirm(seen.page, { reason: 'moved', press: 'Send it there' });
  await closeWhenDone(seen.page);
  const { events } = await desk.installation.get<{ events: { type: string }[] }>(`/orders/${orderId}/events`);
  expect(events.filter(({ type }) => /Address/.test(type)).length).toBe(1);
});

testInBrowser(
  'with the keyboard alone: an order is placed, opened and cancelled',
  async () => {
    const { page } = seen;
    await go('');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await tabTo(page, /^Skip to the content$/);
    await tabTo(page, /^Try it$/);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Try it', level: 1 }).waitFor();
    await tabTo(page, /^Scenario$/);
    // the name of what is chosen is typed
    await page.keyboard.type('A payment that is decided');
    await tabTo(page, /^Place it$/);
    await page.keyboard.press('Enter');
    const link = page.getByRole('status').getByRole('link');
    await link.waitFor();
    const orderId = (await link.textContent()) ?? '';
    await tabTo(page, new RegExp(`^${orderId}$`));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Order ${orderId}` }).waitFor();
    await tabTo(page, /^Cancel…$/);
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, /^Your name$/);
    await page.keyboard.type('kim');
    await tabTo(page, /^Reason$/);
    await page.keyboard.type('tried it');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('.title').first().getByText('Cancelled').waitFor();
    // the focus is not lost with the button that is gone
    expect(await page.evaluate('document.activeElement !== document.body')).toBe(true);
  },
  120_000,
);
