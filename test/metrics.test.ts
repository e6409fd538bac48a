import { createMetrics } from '../src/metrics';

test('breakers and events of orders are counted, each by its name', async () => {
  const metrics = createMetrics();
  metrics.breakerState('payment', 'OPEN');
  metrics.orderEvent('Order At Risk');
  metrics.orderEvent('Order At Risk');
  const lines = (await metrics.text()).split('\n');
  expect(lines).toContain('waybill_breaker_state{dependency="payment"} 2');
  expect(lines).toContain('waybill_order_events_total{type="Order At Risk"} 2');
});
