import type { CarrierProvider, LabelRequest } from '../../src/activities/ports';
import { CircuitOpenError } from '../../src/domain/breaker';
import { createBreaker } from '../../src/adapters/breaker/breaker';
import { createFulfillmentActivities } from '../../src/activities/fulfillment';
import { createMemoryWorld } from '../support/memory/ports';
import { keys } from '../../src/domain/ids';
import { runActivity } from '../support/contracts/activities';
import { sampleShipment } from '../support/contracts/events';
import { StepError } from '../../src/domain/failures';
import { uniqueId } from '../support/orders';
import { withBreaker } from '../../src/adapters/breaker/with-breaker';

const orderId = uniqueId();
const shipment = sampleShipment(orderId);
const request: LabelRequest = {
  key: keys.label(shipment.shipmentId),
  orderId,
  shipment,
  address: { street: '123 Main St', city: 'Seoul', country: 'KR', zipCode: '12345' },
};

function activitiesOf(carriers: Partial<CarrierProvider> = {}) {
  const world = createMemoryWorld();
  return {
    world,
    ...createFulfillmentActivities({ ...world.ports, carriers: { ...world.ports.carriers, ...carriers } }),
  };
}

describe('generateShippingLabel', () => {
  test('books a carrier, and says in which attempt', async () => {
    const { generateShippingLabel } = activitiesOf();
    expect(await runActivity(generateShippingLabel, request, { attempt: 2 })).toEqual({
      kind: 'BOOKED',
      carrier: 'Peninsula Express',
      trackingNumber: expect.stringMatching(/^WB/) as string,
      attempts: 2,
    });
  });

  const until = new Date(Date.now() + 60_000).toISOString();
  const open = () => Promise.reject(new CircuitOpenError('carrier', until));

  test('is told of carriers that are out of order when it wants to know', async () => {
    const bookLabel = jest.fn(open);
    const { generateShippingLabel } = activitiesOf({ bookLabel });
    expect(await runActivity(generateShippingLabel, { ...request, tellWhenDown: true })).toEqual({
      kind: 'DELAYED',
      dependency: 'carrier',
      until,
      attempts: 1,
    });
    expect(bookLabel).toHaveBeenCalledWith(request);
  });

  test.each([
    ['a label', 'generateShippingLabel'],
    ['its cancelling', 'cancelShippingLabel'],
  ] as const)('otherwise %s is tried again when they may be asked again', async (_, name) => {
    const activities = activitiesOf({ bookLabel: open, cancelLabel: open });
    const failed = runActivity(activities[name] as (input: LabelRequest) => Promise<unknown>, request);
    await expect(failed).rejects.toMatchObject({
      type: 'CIRCUIT_OPEN',
      nonRetryable: false,
      nextRetryDelay: expect.any(Number) as number,
    });
  });

  test('a refusal is final, and told as such also to those who want to know of delays', async () => {
    const { generateShippingLabel } = activitiesOf({
      bookLabel: () => Promise.reject(new StepError('LABEL_REFUSED', 'refused')),
    });
    await expect(runActivity(generateShippingLabel, { ...request, tellWhenDown: true })).rejects.toMatchObject({
      type: 'LABEL_REFUSED',
      nonRetryable: true,
    });
  });
});

test('of two who come when the carriers may be asked again, exactly one asks', async () => {
  const world = createMemoryWorld();
  const breaker = createBreaker({ dependency: 'carrier', failures: 1, openMs: 200 });
  const bookLabel = jest.fn(() => Promise.reject(new StepError('PROVIDER_UNAVAILABLE', 'down')));
  const carriers = withBreaker({ ...world.ports.carriers, bookLabel }, breaker);
  const { generateShippingLabel } = createFulfillmentActivities({ ...world.ports, carriers });
  await runActivity(generateShippingLabel, request).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 210));
  const both = await Promise.allSettled([1, 2].map(() => runActivity(generateShippingLabel, request)));
  const types = both.map((one) => (one as { reason?: { type: string } }).reason?.type);
  expect(new Set(types)).toEqual(new Set(['CIRCUIT_OPEN', 'PROVIDER_UNAVAILABLE']));
  expect(bookLabel).toHaveBeenCalledTimes(2);
});
