import type { Browser, Page } from 'playwright-core';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DeadLetter } from '../../web/src/types';
import { CHROMIUM, launchBrowser } from '../support/browser';
import { EMULATOR_REGION } from '../../scripts/lib/aws-access';
import { inboundEventExample } from '../../src/gateway/examples';
import { Installation, untilReached } from '../support/installation';
import { letterOf } from '../../src/messaging/dead-letters';
import { pageDirectory } from '../../scripts/lib/page';
import { sampleOrder, uniqueId } from '../support/orders';

/** The whole of Waybill with its page, and a browser to look at it. */
export interface Desk {
  installation: Installation;
  browser: Browser;
  close(): Promise<void>;
}

/** Temporal's own page, which orders link to; nothing answers there. */
export const TEMPORAL_UI_URL = 'http://127.0.0.1:9';

/** undefined where there is no browser: then nothing is started for tests that are skipped */
export async function openDesk(): Promise<Desk | undefined> {
  if (CHROMIUM === undefined) return undefined;
  const installation = await Installation.start({ PAGE_DIR: await pageDirectory(), TEMPORAL_UI_URL });
  await installation.startConsumer({ DEAD_LETTER_SWEEP_MS: '500', ORDER_INTAKE_VISIBILITY_S: '5' });
  const browser = await launchBrowser();
  return {
    installation,
    browser,
    async close() {
      await browser.close();
      await installation.stop();
    },
  };
}

type Sample = Partial<ReturnType<typeof sampleOrder>> & { zipCode?: string };

/** Places the sample order with changes; answers its id. */
export async function place({ installation }: Desk, changes: Sample = {}): Promise<string> {
  const order = sampleOrder(changes);
  const response = await installation.post('/orders', order);
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  return order.orderId;
}

/** An order whose payment company takes its time: it stands still until somebody moves it. */
export const placePending = (desk: Desk, policy: object = {}): Promise<string> =>
  place(desk, { paymentMethod: 'pm_pending', policy: { pendingPaymentWithinS: 900, ...policy } });

/** An order of which a part is there: the customer is asked. */
export const placePartial = (desk: Desk): Promise<string> =>
  place(desk, {
    items: [
      { productId: 'PROD-12345', quantity: 1, price: 29.99 },
      { productId: 'PROD-SOLD-OUT', quantity: 1, price: 29.99 },
    ],
  });

/** An order that cannot be shipped, and whose money the bank does not take back. */
export const placeUnrefundable = (desk: Desk, changes: Sample = {}): Promise<string> =>
  place(desk, { ...changes, paymentMethod: 'pm_refund_refused', zipCode: '99999' });

/** Opens a place of the page, as a link from elsewhere would. */
export async function visit(page: Page, origin: string, hash: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(`${origin}/#/${hash}`);
}

/** Says who and why in the dialog that is open, and does it. */
export async function confirm(page: Page, p: { by?: string; reason: string; press: string }): Promise<void> {
  const dialog = page.getByRole('dialog');
  if (p.by !== undefined) await dialog.getByLabel('Your name').fill(p.by);
  await dialog.getByLabel('Reason').fill(p.reason);
  await dialog.getByRole('button', { name: p.press }).click();
}

/** Waits for what came of it, and closes the dialog. */
export async function closeWhenDone(page: Page): Promise<string> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Close' }).waitFor();
  const said = await dialog.getByRole('status').textContent();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'detached' });
  return said ?? '';
}

/** Messages that can never be an order; answers their dead letters, once they wait for a person. */
export async function makeDeadLetters({ installation }: Desk, n: number): Promise<string[]> {
  const sqs = new SQSClient({ endpoint: installation.endpoint, region: EMULATOR_REGION });
  const QueueUrl = installation.env['ORDER_INTAKE_QUEUE_URL'] ?? '';
  const ids: string[] = [];
  for (let at = 0; at < n; at++) {
    const MessageBody = JSON.stringify({ ...inboundEventExample, id: uniqueId('event'), detail: { items: at } });
    const { MessageId = '' } = await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    ids.push(letterOf({ queueUrl: QueueUrl, messageId: MessageId, attributes: {} }).id);
  }
  sqs.destroy();
  const isParked = async (id: string) =>
    (await installation.find<DeadLetter>(`/dead-letters/${id}`))?.state === 'PARKED';
  const areAll = async () => (await Promise.all(ids.map(isParked))).every(Boolean);
  await untilReached(areAll, () => `${n} dead letters`, 60_000);
  return ids;
}
