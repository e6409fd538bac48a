import type { Settlement } from '../../src/gateway/ports';
import { becomes } from '../../scripts/lib/wait';
import { type BusTap, tapBus, type TappedEvent } from '../support/bus-tap';
import { connectToEmulator, withUnreachableAws } from '../support/contracts/emulator';
import { createPaymentNews } from '../../src/adapters/aws/payment-news';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const busName = emulator.config.EVENT_BUS_NAME;
let tap: BusTap;
beforeAll(async () => {
  tap = await tapBus({ endpoint: process.env['AWS_ENDPOINT_URL']!, busName });
});
afterAll(() => {
  tap.destroy();
  emulator.destroy();
});

const settlement = (changes: Partial<Settlement> = {}): Settlement => {
  const orderId = uniqueId();
  const payment = { chargeKey: `charge#${orderId}#1`, paymentId: 'pay_1', amount: 59.98, currency: 'USD' };
  return { orderId, ...payment, outcome: 'succeeded', ...changes };
};

async function heard({ orderId }: Settlement): Promise<TappedEvent | undefined> {
  let found: TappedEvent | undefined;
  await becomes(
    async () => (found = (await tap.take()).find(({ detail }) => detail.orderId === orderId)) !== undefined,
    {
      timeoutMs: 5000,
    },
  );
  return found;
}

test.each([
  ['succeeded', 'Payment Completed', {}],
  ['failed', 'Payment Failed', { reason: 'the bank said no' }],
] as const)('%s is told as %s, like an event of another system', async (outcome, detailType, more) => {
  const news = settlement({ outcome, ...more });
  await createPaymentNews({ events: emulator.events, busName })(news);
  const { outcome: _, ...detail } = news;
  // nothing else in it: above all not our origin, by which it would be left out
  const { source, 'detail-type': type, detail: told } = (await heard(news))!;
  expect({ source, type, told }).toEqual({ source: 'payment.service', type: detailType, told: detail });
});

test('a bus that cannot be reached is unavailable', async () => {
  await withUnreachableAws(async ({ events }) => {
    await expect(createPaymentNews({ events, busName })(settlement())).rejects.toMatchObject({
      type: 'SERVICE_UNAVAILABLE',
    });
  });
});

test('an event that the bus did not take is not told', async () => {
  const events = { send: async () => ({ Entries: [{ ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' }] }) };
  const tell = createPaymentNews({ events: events as unknown as typeof emulator.events, busName });
  await expect(tell(settlement())).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
});
