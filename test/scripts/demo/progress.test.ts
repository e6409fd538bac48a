import { createProgress } from '../../../scripts/demo/progress';
import { fillIn } from '../../../scripts/lib/scenario-calls';
import { event, scenarioOf } from './support';

const pathOf = (step: ReturnType<ReturnType<typeof createProgress>['next']>) => step?.call.path;

test('each step is taken once, after an event that came after the one of the step before', () => {
  const progress = createProgress(scenarioOf('partial_wait'));
  const events = [event('Customer Notified', {}, 1)];
  expect(progress.next(events)).toBeUndefined();
  events.push(event('Decision Requested', {}, 2));
  expect(pathOf(progress.next(events))).toBe('/orders/ORDER_ID/decision');
  expect(progress.next(events)).toBeUndefined();
  expect(progress.awaited()).toBe('Customer Notified');

  events.push(event('Customer Notified', {}, 3));
  expect(pathOf(progress.next(events))).toBe('/inventory/PROD-BACKORDER-1/receive');
  expect(progress.isOver(events)).toBe(false);
  events.push(event('Customer Notified', {}, 4));
  expect(progress.isOver(events)).toBe(true);
});

test('what is to be done at once needs no event, but the one of the step before', () => {
  expect(pathOf(createProgress(scenarioOf('cancel')).next([]))).toBe('/orders/ORDER_ID/cancel');
  const progress = createProgress(scenarioOf('refund_retried'));
  expect(progress.next([])).toBeUndefined();
  const events = [event('Attention Needed', {}, 1)];
  expect([progress.next(events)?.n, progress.next(events)?.n, progress.next(events)]).toEqual([1, 2, undefined]);
});

test('an end that comes before a step does not count', () => {
  const progress = createProgress(scenarioOf('delivered'));
  expect(progress.isOver([event('Order Delivered', {}, 1)])).toBe(false);
});

test("a call has the order's own names", () => {
  const { steps = [] } = scenarioOf('lost');
  const { path, body } = fillIn(steps[0]!, { orderId: 'ORD-1', trackingNumber: 'WB1' });
  expect([path, body]).toMatchObject([
    '/events',
    { id: 'ORD-1-LOST-0', detail: { orderId: 'ORD-1', trackingNumber: 'WB1', updateId: 'ORD-1-LOST' } },
  ]);
});
