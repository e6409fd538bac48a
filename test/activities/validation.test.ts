import type { AcceptInput } from '../../src/activities/validation';
import type { OrderSubmission, ValidationError } from '../../src/domain/order';
import { batchOf, runActivity } from '../support/contracts/activities';
import { createMemoryWorld, type MemoryWorld } from '../support/memory/ports';
import { createValidationActivities } from '../../src/activities/validation';
import { eventOfEachType, numbered } from '../support/contracts/events';
import { sampleOrder, uniqueId } from '../support/orders';

let world: MemoryWorld;
beforeEach(() => {
  world = createMemoryWorld();
});

const activities = () => createValidationActivities(world.ports);
const inputOf = (submission: OrderSubmission, changes: Partial<AcceptInput> = {}): AcceptInput => ({
  submission,
  fingerprint: 'f',
  requestId: 'request-1',
  runId: 'run-1',
  batch: batchOf(submission.orderId),
  ...changes,
});
const validate = (input: AcceptInput, attempt = 1) => runActivity(activities().validateOrder, input, { attempt });
const ERRORS: ValidationError[] = [{ pointer: '/items', code: 'required', detail: 'expected at least one item' }];
const refuse = (input: AcceptInput, attempt = 1) =>
  runActivity(activities().refuseOrder, { ...input, errors: ERRORS }, { attempt });
const typesOf = ({ orderId }: OrderSubmission) => world.books.events.get(orderId)?.map(({ type }) => type);
const recordOf = ({ orderId }: OrderSubmission) => world.books.orders.get(orderId);

describe('validateOrder', () => {
  test('an order is treated as it says, and otherwise as the installation does', async () => {
    world.ports.policy = { onShortage: 'WAIT', decisionWithinS: 60 };
    const submission = sampleOrder({ policy: { onShortage: 'CANCEL' } });
    const outcome = await validate(inputOf(submission));
    const policy = { onShortage: 'CANCEL', decisionWithinS: 60 };
    expect(outcome).toMatchObject({ kind: 'VALID', order: { policy } });
    expect(recordOf(submission)?.order?.policy).toEqual(policy);
  });

  test('stores a valid order as VALIDATED, with who sent it and when', async () => {
    const submission = sampleOrder();
    world.ports.now = () => '2025-07-09T10:30:00.000Z';
    const outcome = await validate(inputOf(submission));
    expect(outcome).toMatchObject({ kind: 'VALID', attempts: 1, sequence: 2, at: '2025-07-09T10:30:00.000Z' });
    expect(recordOf(submission)).toEqual({
      orderId: submission.orderId,
      fingerprint: 'f',
      requestId: 'request-1',
      runId: 'run-1',
      status: 'VALIDATED',
      createdAt: '2025-07-09T10:30:00.000Z',
      order: 'order' in outcome ? outcome.order : undefined,
    });
    expect(typesOf(submission)).toEqual(['Order Created', 'Order Validated']);
    expect(world.published).toHaveLength(2);
  });

  test('only reports an invalid order: that it is refused is the next step’s to write', async () => {
    const submission = sampleOrder({ items: [], totalAmount: 0 });
    expect(await validate(inputOf(submission), 2)).toEqual({
      kind: 'INVALID',
      attempts: 2,
      errors: [
        { pointer: '/items', code: 'required', detail: expect.any(String) as string },
        { pointer: '/totalAmount', code: 'not_positive', detail: expect.any(String) as string },
      ],
    });
    expect(recordOf(submission)).toBeUndefined();
    expect(typesOf(submission)).toBeUndefined();
  });

  test('stored by an earlier attempt of the same run, it counts as stored now', async () => {
    const input = inputOf(sampleOrder());
    const { attempts: _1, at: _2, ...first } = await validate(input);
    const { attempts, at: _3, ...again } = await validate(input, 2);
    expect(again).toEqual(first);
    expect(attempts).toBe(2);
    expect(typesOf(input.submission)).toEqual(['Order Created', 'Order Validated']);
    expect(world.published).toHaveLength(2);
  });

  test('refused by an earlier attempt of the same run, it stays refused', async () => {
    const input = inputOf(sampleOrder());
    await refuse(input);
    expect(await validate(input, 2)).toMatchObject({ kind: 'REFUSED', errors: ERRORS, sequence: 1 });
  });
});

describe('refuseOrder', () => {
  test('stores the order as VALIDATION_FAILED, as it was sent and with its errors, so that its id stays used', async () => {
    const submission = sampleOrder({ items: [] });
    expect(await refuse(inputOf(submission))).toMatchObject({ kind: 'REFUSED', errors: ERRORS, sequence: 1 });
    expect(recordOf(submission)).toMatchObject({
      status: 'VALIDATION_FAILED',
      submission: JSON.stringify(submission),
      errors: ERRORS,
      runId: 'run-1',
    });
    expect(recordOf(submission)).not.toHaveProperty('order');
    expect(typesOf(submission)).toEqual(['Order Validation Failed']);
    // what the shop sent stays out of the event: it goes to everybody
    expect(world.published.map(({ data }) => data)).toEqual([{ errors: ERRORS }]);
    expect(world.books.views.get(submission.orderId)).toMatchObject({ status: 'VALIDATION_FAILED', errors: ERRORS });
  });

  test('keeps the first 100 000 characters of what was sent', async () => {
    const keptOf = async (n: number) => {
      const submission = sampleOrder({ items: [], customerId: 'x'.repeat(n) });
      await refuse(inputOf(submission));
      const { submission: kept = '' } = recordOf(submission)!;
      expect(JSON.stringify(submission).startsWith(kept)).toBe(true);
      return kept.length === JSON.stringify(submission).length ? 'all' : kept.length;
    };
    expect(await keptOf(99_000)).toBe('all');
    expect(await keptOf(200_000)).toBe(100_000);
  });

  test('cuts between characters', async () => {
    const orderId = uniqueId();
    for (const customerId of ['📦'.repeat(60_000), `x${'📦'.repeat(60_000)}`]) {
      world = createMemoryWorld();
      const submission = sampleOrder({ orderId, items: [], customerId });
      await refuse(inputOf(submission));
      const { submission: kept = '' } = recordOf(submission)!;
      // the whole text would be the message of a failure
      expect(/\p{Surrogate}/u.test(kept)).toBe(false);
    }
  });

  test('refused by an earlier attempt of the same run, it counts as refused now', async () => {
    const input = inputOf(sampleOrder({ items: [] }));
    await refuse(input);
    expect(await refuse(input, 2)).toMatchObject({ kind: 'REFUSED', errors: ERRORS, sequence: 1, attempts: 2 });
    expect(typesOf(input.submission)).toEqual(['Order Validation Failed']);
  });

  test('an order that was stored as valid, its answer lost, stays valid', async () => {
    const input = inputOf(sampleOrder());
    const valid = await validate(input);
    expect(await refuse(input)).toMatchObject({
      kind: 'VALID',
      order: 'order' in valid ? valid.order : undefined,
      sequence: 2,
    });
    expect(recordOf(input.submission)).toMatchObject({ status: 'VALIDATED' });
    expect(typesOf(input.submission)).toEqual(['Order Created', 'Order Validated']);
  });
});

describe('an id that an earlier run has', () => {
  const later = (input: AcceptInput): AcceptInput => ({
    ...input,
    runId: 'run-2',
    requestId: 'request-2',
    fingerprint: 'g',
  });

  test('is KNOWN, with the first one’s fingerprint and request, and nothing is written', async () => {
    const input = inputOf(sampleOrder());
    await validate(input);
    const outcome = await validate(later(input), 3);
    expect(outcome).toEqual({
      kind: 'KNOWN',
      attempts: 3,
      known: { orderId: input.submission.orderId, fingerprint: 'f', requestId: 'request-1', status: 'VALIDATED' },
    });
    expect(recordOf(input.submission)).toMatchObject({ runId: 'run-1', fingerprint: 'f' });
    expect(world.published).toHaveLength(2);
  });

  test('is KNOWN as it stands now, from its view', async () => {
    const input = inputOf(sampleOrder());
    const { orderId } = input.submission;
    const valid = await validate(input);
    if (valid.kind !== 'VALID') throw new Error('expected a valid order');
    const every = eventOfEachType(valid.order);
    const events = numbered(orderId, [every['Inventory Partially Reserved'], every['Payment Completed']], {
      firstSequence: 3,
    });
    await world.books.post({ orderId, events });
    expect(await validate(later(input))).toMatchObject({
      kind: 'KNOWN',
      known: { status: 'PAID', inventoryStatus: 'PARTIAL' },
    });
  });

  test('is KNOWN with its errors when it was refused', async () => {
    const input = inputOf(sampleOrder());
    await refuse(input);
    expect(await validate(later(input))).toMatchObject({
      kind: 'KNOWN',
      known: { status: 'VALIDATION_FAILED', errors: ERRORS },
    });
    expect(await refuse(later(input))).toMatchObject({ kind: 'KNOWN', known: { errors: ERRORS } });
  });
});
