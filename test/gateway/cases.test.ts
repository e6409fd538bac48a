import type { Case } from '../../src/domain/cases';
import type { OrderId } from '../../src/domain/ids';
import type { OrderSummary } from '../../src/gateway/ports';
import type { OrderView } from '../../src/domain/projection';
import { closeGateways, createGateway, expectProblem, ORDER_ID, timeOf } from './support';
import { InvalidCursorError } from '../../src/gateway/ports';

afterEach(closeGateways);

const caseId = `CHARGE_NOT_ACCOUNTED#charge#${ORDER_ID}#1`;
const path = `/cases/${encodeURIComponent(caseId)}`;
const charge: Case = {
  caseId,
  kind: 'CHARGE_NOT_ACCOUNTED',
  subject: `charge#${ORDER_ID}#1`,
  orderId: ORDER_ID,
  facts: { taken: 5998, refunded: 0, accountedTaken: 0, accountedRefunded: 0, currency: 'USD' },
  amount: 5998,
  currency: 'USD',
  state: 'OPEN',
  openedAt: timeOf(1),
  firstSeenAt: timeOf(1),
  lastSeenAt: timeOf(2),
  seen: 2,
  lastRun: 'run-2',
  openedRun: 'run-1',
  openings: 1,
  version: 3,
};
const stuck = (n: number): OrderSummary => ({
  orderId: `ORD-${n}` as OrderId,
  status: 'NEEDS_ATTENTION',
  createdAt: timeOf(0),
  updatedAt: timeOf(n),
});

describe('GET /cases', () => {
  test('has the orders that need attention, then the cases, each with what can be done', async () => {
    const { inject } = createGateway({
      reader: { listOrders: async () => ({ orders: [stuck(1)] }) },
      cases: { list: async () => ({ cases: [charge], cursor: 'next' }) },
    });
    expect((await inject({ url: '/cases' })).json()).toEqual({
      cases: [
        expect.objectContaining({
          kind: 'NEEDS_ATTENTION',
          orderId: 'ORD-1',
          links: expect.objectContaining({ resolution: '/orders/ORD-1/resolution' }),
        }),
        expect.objectContaining({
          caseId,
          amount: 59.98,
          facts: { taken: 59.98, refunded: 0, accountedTaken: 0, accountedRefunded: 0, currency: 'USD' },
          links: {
            self: path,
            order: `/orders/${ORDER_ID}`,
            events: `/orders/${ORDER_ID}/events`,
            close: `${path}/close`,
          },
        }),
      ],
      cursor: 'c.next',
    });
  });

  test('says of an order what does not work, why it has to be done, what is at stake, and since when', async () => {
    const attention = {
      n: 1,
      step: 'RefundPayment',
      key: 'refund#charge#ORD-1#1',
      error: 'the bank refuses refunds of charge#ORD-1#1',
      because: 'no carrier goes there',
      amount: 5998,
      currency: 'USD',
      since: timeOf(7),
    };
    const { inject } = createGateway({
      reader: {
        listOrders: async () => ({ orders: [stuck(1), stuck(2)] }),
        // the second was resolved a moment ago
        readView: async (orderId) => ({ ...stuck(1), orderId, ...(orderId === 'ORD-1' && { attention }) }) as OrderView,
      },
    });
    const facts = {
      status: 'NEEDS_ATTENTION',
      tried: 'giving the money back',
      error: 'the bank refuses refunds of charge 1',
      because: 'no carrier goes there',
    };
    const known = { facts, amount: 59.98, currency: 'USD', openedAt: timeOf(7) };
    const { cases } = (await inject({ url: '/cases' })).json<{ cases: object[] }>();
    expect(cases).toMatchObject([known, { facts: { status: 'NEEDS_ATTENTION' }, openedAt: timeOf(2) }]);
    expect(cases[1]).not.toHaveProperty('amount');
    expect((await inject({ url: '/cases/NEEDS_ATTENTION%23ORD-1' })).json()).toMatchObject(known);
  });

  test('goes on page by page: through the orders first, and closed ones without them', async () => {
    const asked: object[] = [];
    const { inject } = createGateway({
      reader: { listOrders: async (p) => (asked.push(p), { orders: [stuck(1), stuck(2)], cursor: 'more' }) },
      cases: { list: async (p) => (asked.push(p), { cases: [charge] }) },
    });
    expect((await inject({ url: '/cases?limit=2' })).json()).toMatchObject({ cursor: 'o.more' });
    await inject({ url: '/cases?limit=2&cursor=o.more' });
    await inject({ url: '/cases?limit=2&cursor=c.' });
    await inject({ url: '/cases?state=CLOSED&cursor=c.later' });
    expect(asked).toEqual([
      { limit: 2, status: 'NEEDS_ATTENTION' },
      { limit: 2, cursor: 'more', status: 'NEEDS_ATTENTION' },
      { state: 'OPEN', limit: 2 },
      { state: 'CLOSED', limit: 50, cursor: 'later' },
    ]);
  });

  test.each(['state=LOST', 'limit=0'])('%s is refused', async (query) => {
    expectProblem(await createGateway().inject({ url: `/cases?${query}` }), 'invalid_parameter');
  });

  test.each(['cursor=x', 'state=CLOSED&cursor=o.x', 'cursor=c.x'])('%s is no cursor', async (query) => {
    const list = () => Promise.reject(new InvalidCursorError('expected the cursor of the page before'));
    expectProblem(await createGateway({ cases: { list } }).inject({ url: `/cases?${query}` }), 'invalid_cursor');
  });
});

describe('a case', () => {
  test('is shown, and closed once with a name and a reason', async () => {
    const closings: object[] = [];
    const { inject } = createGateway({
      cases: {
        read: async () => charge,
        close: async ({ by, reason, at, requestId }) => {
          expect(requestId).toMatch(/^req-/);
          closings.push({ by, reason });
          return { ...charge, state: 'CLOSED', closedAt: at, closedBy: by, reason };
        },
      },
    });
    expect((await inject({ url: path })).json()).toMatchObject({ caseId, state: 'OPEN', seen: 2 });
    const payload = { by: 'night shift', reason: 'refunded, reference 4711' };
    const answer = await inject({ method: 'POST', url: `${path}/close`, payload });
    expect([answer.statusCode, answer.json()]).toMatchObject([200, { state: 'CLOSED', closedBy: 'night shift' }]);
    expect(answer.json()).not.toHaveProperty('links.close');
    expect(closings).toEqual([payload]);
    for (const bad of [{ by: 'night shift' }, { by: ' ', reason: 'x' }, { ...payload, more: 1 }])
      expectProblem(await inject({ method: 'POST', url: `${path}/close`, payload: bad }), 'invalid_body');
  });

  test('that nobody knows is not found', async () => {
    const { inject } = createGateway();
    expectProblem(await inject({ url: '/cases/X%23Y' }), 'case_not_found');
    const close = { method: 'POST', url: '/cases/X%23Y/close', payload: { by: 'night shift', reason: 'x' } } as const;
    expectProblem(await inject(close), 'case_not_found');
  });
});

describe('/maintenance', () => {
  const rebuild = { method: 'POST', url: '/maintenance/rebuild-view' } as const;

  test('starts, joins, and refuses what would be another run', async () => {
    const outcomes = ['started', 'joined', 'conflict'] as const;
    for (const kind of outcomes) {
      const { inject } = createGateway({
        maintenance: { rebuildView: async () => ({ kind }), reconcile: async () => ({ kind }) },
      });
      for (const url of [rebuild.url, '/maintenance/reconciliation']) {
        const answer = await inject({ method: 'POST', url, payload: { by: 'night shift' } });
        if (kind === 'conflict') expectProblem(answer, 'run_conflict');
        else expect([answer.statusCode, answer.json()]).toMatchObject([202, { joined: kind === 'joined' }]);
      }
    }
  });

  test.each([[{}], [{ by: '' }], [{ by: 'night shift', orderId: 'not an id' }], [{ by: 'night shift', force: true }]])(
    'a rebuild with %j is refused',
    async (payload) => {
      expectProblem(await createGateway().inject({ ...rebuild, payload }), 'invalid_body');
    },
  );

  test('without a run there is none to show, and no report', async () => {
    const { inject } = createGateway();
    expectProblem(await inject({ url: rebuild.url }), 'run_not_found');
    expect((await inject({ url: '/maintenance/reconciliation' })).json()).toEqual({});
  });
});
