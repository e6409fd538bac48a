import type { AuditDesk } from '../../src/gateway/audit-ports';
import type { AuditEntry } from '../../src/domain/audit';
import { closeGateways, createGateway, expectProblem, timeOf } from './support';
import { InvalidCursorError } from '../../src/gateway/ports';
import { StepError } from '../../src/domain/failures';

afterEach(closeGateways);

const DAY_MS = 86_400_000;
const entry: AuditEntry = {
  id: 'ORD-1#7',
  at: timeOf(1),
  by: 'kim',
  reason: 'the customer called',
  action: 'DECIDE',
  subject: { kind: 'order', id: 'ORD-1' },
  detail: 'wait for the rest',
};

/** A gateway, and what its trail was asked for. */
function gatewayOf(page: Awaited<ReturnType<AuditDesk['list']>> = { entries: [] }) {
  const list = jest.fn<ReturnType<AuditDesk['list']>, Parameters<AuditDesk['list']>>(async () => page);
  return { ...createGateway({ audit: { list } }), list };
}

test('shows a page, and where the next one goes on', async () => {
  const bare: AuditEntry = { ...entry, id: 'r1', action: 'RESET_BREAKER', subject: { kind: 'breaker', id: 'payment' } };
  delete bare.detail;
  delete bare.reason;
  const { inject, list } = gatewayOf({ entries: [entry, bare], cursor: 'next' });
  const answer = await inject({
    url: '/audit?by=kim&cursor=before&limit=2&from=2025-07-01T00:00:00Z&to=2025-07-10T00:00:00%2B02:00',
  });
  expect([answer.statusCode, answer.json()]).toEqual([200, { entries: [entry, bare], cursor: 'next' }]);
  const range = { from: '2025-07-01T00:00:00.000Z', to: '2025-07-09T22:00:00.000Z' };
  expect(list.mock.calls).toEqual([[{ ...range, by: 'kim', cursor: 'before', limit: 2 }]]);
});

test('without a range it is the last 31 days', async () => {
  const { inject, list } = gatewayOf();
  const before = Date.now();
  expect((await inject({ url: '/audit' })).json()).toEqual({ entries: [] });
  const [{ from, to, ...rest }] = list.mock.calls[0]!;
  expect(rest).toEqual({ limit: 50 });
  expect(Date.parse(to)).toBeGreaterThanOrEqual(before);
  expect(Date.parse(to) - Date.parse(from)).toBe(31 * DAY_MS);
});

test('a time that is far off is tomorrow: nothing was done later', async () => {
  const { inject, list } = gatewayOf();
  await inject({ url: '/audit?to=9999-12-31T00:00:00Z' });
  expect(Date.parse(list.mock.calls[0]![0].to)).toBeLessThanOrEqual(Date.now() + DAY_MS);
});

test.each([
  'from=yesterday',
  'to=2025-13-01T00:00:00Z',
  'from=2025-07-09T00:00:00Z&to=2025-07-08T00:00:00Z',
  'from=2020-01-01T00:00:00Z&to=2025-01-01T00:00:00Z',
  'from=9999-01-01T00:00:00Z',
  'limit=0',
  'limit=101',
  'by=',
  `by=${'x'.repeat(257)}`,
])('%s is refused', async (query) => {
  const { inject, list } = gatewayOf();
  expectProblem(await inject({ url: `/audit?${query}` }), 'invalid_parameter');
  expect(list).not.toHaveBeenCalled();
});

test('a cursor of another page is refused, and a trail out of reach is 503', async () => {
  const failing = (error: Error) => {
    const list = async () => {
      throw error;
    };
    return createGateway({ audit: { list } });
  };
  const other = new InvalidCursorError('expected the same by');
  const { detail } = expectProblem(await failing(other).inject({ url: '/audit?cursor=x' }), 'invalid_cursor');
  expect(detail).toBe('expected the same by');
  const down = new StepError('SERVICE_UNAVAILABLE', 'throttled');
  expectProblem(await failing(down).inject({ url: '/audit' }), 'service_unavailable');
});
