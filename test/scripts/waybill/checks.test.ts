import type { Gateway } from '../../../scripts/waybill/desk';
import type { Overview } from '../../../src/gateway/overview-schemas';
import { overviewExample } from '../../../src/gateway/overview-example';
import { systemChecks } from '../../../scripts/waybill/checks';

const saying = (workers: Overview['workers']) => {
  const gateway = { get: async () => ({ ...overviewExample, workers }) } as unknown as Gateway;
  return systemChecks({}, gateway)
    .find(({ name }) => name === 'workers')!
    .look();
};

test.each([
  ['all is well', [{ queue: 'orders', workers: 2, waiting: 1, waitingSeconds: 29 }], 'ok', '2 on orders'],
  ['an engine too old to say', [{ queue: 'orders', workers: 1 }], 'ok', '1 on orders'],
  [
    'they ask, and tasks wait',
    [
      { queue: 'orders', workers: 1, waiting: 13, waitingSeconds: 41 },
      { queue: 'orders-webhooks', workers: 1, waiting: 0 },
    ],
    'warning',
    'tasks of orders have waited for 41 s',
  ],
  ['nobody asks', [{ queue: 'orders', workers: 0, waitingSeconds: 900 }], 'failed', 'nobody works on orders'],
])('workers: %s', async (_what, workers, state, detail) => {
  expect(await saying(workers)).toMatchObject({ state, detail });
});
