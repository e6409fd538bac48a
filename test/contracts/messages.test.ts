import type { Messenger } from '../../src/activities/ports';
import type { OtherMessageName } from '../../src/contracts/messages';
import { createCaseAlerts } from '../../src/adapters/aws/case-alerts';
import { createMessenger, type MessengerDeps } from '../../src/adapters/aws/messenger';
import { messageMisfitOf } from '../support/contracts/schemas';
import { sampleShipment } from '../support/contracts/events';
import { uniqueId } from '../support/orders';

/** What is sent to queues and topics is what the published document says of it. */
const orderId = uniqueId();
const key = 'key-1';
const at = '2026-01-01T00:00:00.000Z';
const reason = 'the reason';
const report = {
  key,
  orderId,
  customerId: 'CUST-567890',
  inventoryStatus: 'PARTIAL' as const,
  availableItems: [{ productId: 'A', quantity: 1 }],
  unavailableItems: [{ productId: 'A', quantity: 2, availableQuantity: 1, shortfall: 1 }],
};
const address = { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' };
const notification = {
  key,
  orderId,
  customerId: 'CUST-567890',
  event: 'Shipment Created' as const,
  message: 'It is on its way.',
  channels: ['EMAIL' as const],
  correlationId: 'cart-1',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
};

/** each call of the messenger: one that is added has to say what it sends */
const CALLS: { [K in keyof Messenger]: [OtherMessageName, Parameters<Messenger[K]>[0]] } = {
  notifyCustomer: ['shipping-notice', notification],
  instructPacking: ['packing-instruction', { key, orderId, shipment: sampleShipment(orderId), address }],
  reportPartialInventory: ['partial-inventory-report', report],
  reportShortage: ['shortage-alert', { ...report, inventoryStatus: 'UNAVAILABLE' }],
  reportLateRefund: [
    'late-refund-alert',
    { key, orderId, chargeKey: `charge#${orderId}#1`, amount: 5998, currency: 'USD', error: 'refused' },
  ],
  reportOverdueSupply: ['overdue-supply-alert', { key, productId: 'A', outstanding: 7, orderedAt: at }],
  reportDeadLetter: [
    'dead-letter-alert',
    {
      key,
      deadLetterId: 'letter-1',
      class: 'PERMANENT',
      severity: 'WARNING',
      queue: 'order-intake-queue',
      errorType: 'InvalidOrderData',
      reason,
      deadAt: at,
    },
  ],
  reportDisabledWebhook: ['webhook-disabled-alert', { key, webhookId: 'wh_1', owner: 'shop', reason, disabledAt: at }],
};

/** What is sent, as it goes over the wire. */
function recorder() {
  const sent: unknown[] = [];
  const send = async ({ input }: { input: { Message?: string; MessageBody?: string } }) =>
    void sent.push(JSON.parse(input.Message ?? input.MessageBody ?? ''));
  return { sent, client: { send } as unknown as MessengerDeps['sns'] & MessengerDeps['sqs'] };
}

test.each(Object.entries(CALLS))('%s sends what is published of it', async (call, [name, input]) => {
  const { sent, client } = recorder();
  const messenger = createMessenger({
    sns: client,
    sqs: client,
    customerNotificationTopicArn: 'customer',
    inventoryAlertTopicArn: 'inventory',
    operationsAlertTopicArn: 'operations',
    partialInventoryQueueUrl: 'partial',
    shippingQueueUrl: 'shipping',
  });
  await (messenger[call as keyof Messenger] as (p: unknown) => Promise<void>)(input);
  expect(sent).toHaveLength(1);
  expect(messageMisfitOf(name, sent[0])).toBeUndefined();
});

test('a case that is opened is told as it is published', async () => {
  const { sent, client } = recorder();
  const alerts = createCaseAlerts({ sns: client, topicArn: 'operations' });
  await alerts.alert({
    key,
    caseId: 'SHIPPED_UNPAID#1',
    kind: 'SHIPPED_UNPAID',
    orderId,
    amount: 5998,
    currency: 'USD',
  });
  await alerts.alert({ key, caseId: 'VIEW_DRIFT#1', kind: 'VIEW_DRIFT' });
  expect(sent.flatMap((message) => messageMisfitOf('case-alert', message) ?? [])).toEqual([]);
  expect(sent).toHaveLength(2);
});

test('what is not as it is published is told', () => {
  expect(messageMisfitOf('packing-instruction', { key })).toMatch("must have required property 'orderId'");
});
