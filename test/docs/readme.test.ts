import type { OrderSubmission } from '../../src/domain/order';
import { parseInboundEvent } from '../../src/messaging/inbound-event';
import { readDocument } from './documents';
import { validateOrder } from '../../src/domain/validation';

/** what its calls send; a shell's variable stands for a number */
const bodies = async () =>
  [...(await readDocument('README.md')).matchAll(/-d '(\{[\s\S]*?\})'(?: &)?\n/g)].map(
    ([, body = '']) => JSON.parse(body.replaceAll(/'\$\w+'/g, '1')) as Record<string, unknown>,
  );

test('the orders of the README are orders', async () => {
  const orders = (await bodies()).filter((body) => 'totalAmount' in body);
  expect(orders).toHaveLength(3);
  for (const order of orders)
    expect(validateOrder({ orderId: 'ORD-1', ...order } as OrderSubmission)).toMatchObject({ valid: true });
});

test('its events are events that are taken', async () => {
  const events = (await bodies()).filter((body) => 'detail-type' in body);
  expect(events.map((event) => parseInboundEvent(event))).toMatchObject([
    { kind: 'carrier-news' },
    { kind: 'payment-news' },
  ]);
});

test('its other calls send JSON', async () => {
  expect((await bodies()).length).toBeGreaterThan(8);
});
