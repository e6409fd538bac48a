import type { OrderId } from '../../src/domain/ids';
import { numberEvents, toBusEvent } from '../../src/domain/events';
import { parseCustomerMessage } from '../../src/messaging/customer-message';
import type { Channel } from '../../src/domain/order';

const orderId = 'ORD-1' as OrderId;

/** What the rule makes of an event of an order. */
function cancelled(channels?: Channel[]) {
  const [event] = numberEvents(
    {
      orderId,
      runId: 'run',
      customerId: 'CUST-1',
      ...(channels && { channels }),
      firstSequence: 3,
      events: [{ type: 'Order Cancelled', data: { reason: 'no wish' } }],
      states: [],
    },
    { at: '2026-11-23T10:00:00.000Z', attempt: 1 },
  );
  const { detailType, detail } = toBusEvent(event!);
  return { orderId, event: detailType, channels: detail['channels'], detail };
}

const shipped = {
  event: 'Shipment Created',
  orderId,
  customerId: 'CUST-1',
  notificationKey: 'notify#ORD-1',
  message: 'On its way.',
};

const notice = { kind: 'notice', orderId: 'ORD-1', customerId: 'CUST-1' };

test('an event of an order, with no channels when the order chose none', () => {
  const parsed = parseCustomerMessage(JSON.stringify(cancelled()));
  expect(parsed).toMatchObject({ ...notice, notification: { kind: 'CANCELLED', key: 'notify-cancelled#ORD-1' } });
  expect(parsed).not.toHaveProperty('channels');
});

test.each<[Channel[]]>([[['SMS']], [['EMAIL', 'SMS', 'PUSH']]])('the channels that the order chose: %j', (channels) => {
  expect(parseCustomerMessage(JSON.stringify(cancelled(channels)))).toMatchObject({ ...notice, channels });
});

test('what NotifyCustomer says, under its key', () => {
  expect(parseCustomerMessage(JSON.stringify(shipped))).toEqual({
    ...notice,
    notification: {
      kind: 'SHIPPED',
      key: 'notify#ORD-1',
      subject: 'Your order ORD-1 is on its way',
      text: 'On its way.',
    },
  });
});

test('the envelope of a topic makes no difference', () => {
  const body = JSON.stringify(shipped);
  const wrapped = JSON.stringify({ Type: 'Notification', MessageId: 'm', Message: body });
  expect(parseCustomerMessage(wrapped)).toEqual(parseCustomerMessage(body));
});

test('an event of which the customer hears in some cases only', () => {
  const { detail } = cancelled();
  const decided = { event: 'Decision Made', detail: { ...detail, choice: 'CANCEL', by: 'customer' } };
  expect(parseCustomerMessage(JSON.stringify(decided))).toEqual({ kind: 'nothing' });
});

test.each<[string, unknown, string]>([
  ['no JSON', 'nobody can read me', 'expected a notification as JSON'],
  ['a list', [], 'expected a notification as JSON'],
  ['an event that nobody hears of', { event: 'Order Created', detail: {} }, 'got "Order Created"'],
  ['no event', { detail: {} }, 'got nothing'],
  ['no detail', { event: 'Order Cancelled' }, 'detail: '],
  ['no customer', { event: 'Order Cancelled', detail: { orderId, reason: 'r' } }, 'detail/customerId: '],
  ['no reason', { ...cancelled(), detail: { orderId, customerId: 'C' } }, 'detail/reason: '],
  ['a refund without an amount', { ...cancelled(), event: 'Payment Refunded' }, 'detail/amount: '],
  ['a time that is none', { ...cancelled(), event: 'Order Backordered', detail: { until: 'soon' } }, 'detail/until: '],
  ['channels that there are none of', { ...shipped, channels: ['FAX'] }, '/channels/0'],
  ['an empty key', { ...shipped, notificationKey: '' }, '/notificationKey: '],
])('%s is refused, and the reason says where', (_, message, reason) => {
  const body = typeof message === 'string' ? message : JSON.stringify(message);
  expect(parseCustomerMessage(body)).toMatchObject({
    kind: 'refused',
    reason: expect.stringContaining(reason) as string,
  });
});
