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

test('attempts at telling webhooks are counted by what came of them, and webhooks that are given up', async () => {
  const metrics = createMetrics();
  for (const outcome of ['delivered', 'failed', 'failed'] as const) metrics.webhookDelivery(outcome);
  metrics.webhookDisabled();
  const lines = (await metrics.text()).split('\n');
  expect(lines).toContain('waybill_webhook_deliveries_total{outcome="delivered"} 1');
  expect(lines).toContain('waybill_webhook_deliveries_total{outcome="failed"} 2');
  expect(lines).toContain('waybill_webhooks_disabled_total 1');
});
