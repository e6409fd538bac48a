import { noLetters } from '../support/letters';
import pino from 'pino';
import { DeleteQueueCommand, CreateQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { ReplenishmentInput } from '../../src/workflows/stock-messages';
import { connectToEmulator } from '../support/contracts/emulator';
import { createReorderReader, parseAlert, parseShortfall } from '../../src/messaging/reorder';
import { drain } from '../support/deployed';
import { uniqueId } from '../support/orders';

const low = (...productIds: unknown[]) =>
  JSON.stringify({ alert: 'low-stock', items: productIds.map((productId) => ({ productId })) });

describe('an alert names its products', () => {
  test.each([
    ['low stock', low('A', 'B'), { alert: 'low-stock', productIds: ['A', 'B'] }],
    ['a product twice', low('A', 'A'), { alert: 'low-stock', productIds: ['A'] }],
    [
      'a shortage: what is missing, not what is there',
      JSON.stringify({
        alert: 'shortage',
        availableItems: [{ productId: 'B' }],
        unavailableItems: [{ productId: 'A' }],
      }),
      { alert: 'shortage', productIds: ['A'] },
    ],
  ])('%s', (_, body, alert) => {
    expect(parseAlert(body)).toEqual(alert);
  });

  test.each([
    ['no JSON', '{', 'expected an alert as a JSON object'],
    ['no object', '[]', 'expected an alert as a JSON object'],
    ['another alert', '{"alert":"recount"}', 'alert: expected low-stock; shortage, got "recount"'],
    ['a name that objects have', '{"alert":"constructor"}', 'alert: expected low-stock; shortage, got "constructor"'],
    ['no list', '{"alert":"shortage","items":[]}', 'unavailableItems: expected a list, got nothing'],
    ['no id', low('A', 7), 'items/1/productId: expected the id of a product, got 7'],
    [
      'an id that no table takes',
      low('x'.repeat(257)),
      expect.stringContaining('items/0/productId: expected') as string,
    ],
    ['an id with control characters', low('a\u0000'), expect.stringContaining('items/0/productId: expected') as string],
  ])('%s is none', (_, body, reason) => {
    expect(parseAlert(body)).toEqual({ reason });
  });
});

describe('what was missing of an order names its products', () => {
  const missing = (changes: object = {}) =>
    JSON.stringify({
      orderId: 'ORD-1',
      customerId: 'C',
      inventoryStatus: 'PARTIAL',
      availableItems: [{ productId: 'B', quantity: 1 }],
      unavailableItems: ['A', 'A', 'C'].map((productId) => ({ productId, shortfall: 1 })),
      key: 'reserve#ORD-1',
      origin: 'waybill',
      ...changes,
    });

  test('each once, and not those that are there', () => {
    expect(parseShortfall(missing())).toEqual({
      alert: 'partial-inventory',
      orderId: 'ORD-1',
      productIds: ['A', 'C'],
    });
  });

  test.each([
    ['no JSON', '{', 'expected what was missing of an order as a JSON object'],
    ['no order', missing({ orderId: 'a/b' }), 'orderId: expected an order id, got "a/b"'],
    ['no list', missing({ unavailableItems: 'all' }), 'unavailableItems: expected a list, got "all"'],
    ['nothing', missing({ unavailableItems: [] }), 'unavailableItems: expected at least one product, got none'],
    [
      'no product',
      missing({ unavailableItems: [{ productId: '' }] }),
      'unavailableItems/0/productId: expected the id of a product, got ""',
    ],
  ])('%s is refused', (_, body, reason) => {
    expect(parseShortfall(body)).toEqual({ reason });
  });
});

test('the queue is read: each product is replenished, and what is no alert goes to the dead letters', async () => {
  const emulator = connectToEmulator();
  const { sqs } = emulator;
  const [queueUrl, deadLetterQueueUrl] = await Promise.all(
    ['reorder', 'reorder-dead'].map(
      async (name) => (await sqs.send(new CreateQueueCommand({ QueueName: uniqueId(name) }))).QueueUrl!,
    ),
  );
  const started: ReplenishmentInput[] = [];
  const reader = createReorderReader({
    sqs,
    name: 'reorder queue',
    parse: parseAlert,
    queueUrl: queueUrl!,
    deadLetterQueueUrl: deadLetterQueueUrl!,
    visibilityS: 5,
    stock: { replenish: async (input) => void started.push(input) },
    quantity: 100,
    overdueAfterS: 60,
    letters: noLetters,
    logger: pino({ level: 'silent' }),
  });
  for (const MessageBody of [low('A', 'B'), 'nonsense'])
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  reader.start();
  const deadline = Date.now() + 20_000;
  let dead: string[] = [];
  while ((started.length < 2 || dead.length < 1) && Date.now() < deadline)
    dead = [...dead, ...(await drain(sqs, deadLetterQueueUrl!))];
  await reader.stop();
  expect(started).toEqual(['A', 'B'].map((productId) => ({ productId, quantity: 100, overdueAfterS: 60 })));
  expect(dead).toEqual(['nonsense']);
  for (const QueueUrl of [queueUrl, deadLetterQueueUrl]) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  emulator.destroy();
});
