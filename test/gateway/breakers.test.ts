import type { BreakerRow } from '../../src/gateway/ports';
import { closeGateways, createGateway, expectProblem, timeOf } from './support';
import { StepError } from '../../src/domain/failures';

afterEach(closeGateways);

const unavailable = () => Promise.reject(new StepError('SERVICE_UNAVAILABLE', 'throttled'));
const row = (worker: string, changes: Partial<BreakerRow> = {}): BreakerRow => ({
  dependency: 'payment',
  worker,
  state: 'CLOSED',
  failures: 0,
  updatedAt: timeOf(1),
  ...changes,
});
const get = { url: '/breakers' };

describe('GET /breakers', () => {
  test('shows every company, closed when nobody says otherwise', async () => {
    const answer = await createGateway().inject(get);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      breakers: ['payment', 'carrier', 'supplier', 'notification', 'warehouse'].map((dependency) => ({
        dependency,
        state: 'CLOSED',
        workers: [],
      })),
    });
  });

  test.each([
    [['CLOSED', 'OPEN', 'HALF_OPEN'], 'OPEN'],
    [['HALF_OPEN', 'CLOSED'], 'HALF_OPEN'],
    [['CLOSED'], 'CLOSED'],
  ] as const)('a company whose processes say %j is %s', async (states, worst) => {
    const rows = states.map((state, i) => row(`worker-${i}`, { state }));
    const list = async () => [...rows, row('other', { dependency: 'carrier', state: 'OPEN' })];
    const { breakers } = (await createGateway({ breakers: { list } }).inject(get)).json<{ breakers: object[] }>();
    expect(breakers[0]).toMatchObject({ dependency: 'payment', state: worst });
  });

  test('shows what each process says', async () => {
    const open = row('a#1', { state: 'OPEN', failures: 3, openUntil: timeOf(30) });
    const list = async () => [open, row('b#1')];
    const { breakers } = (await createGateway({ breakers: { list } }).inject(get)).json<{ breakers: object[] }>();
    expect(breakers[0]).toEqual({
      dependency: 'payment',
      state: 'OPEN',
      workers: [
        { worker: 'a#1', state: 'OPEN', failures: 3, openUntil: timeOf(30), updatedAt: timeOf(1) },
        { worker: 'b#1', state: 'CLOSED', failures: 0, updatedAt: timeOf(1) },
      ],
    });
  });

  test('without the tables: 503', async () => {
    expectProblem(await createGateway({ breakers: { list: unavailable } }).inject(get), 'service_unavailable');
  });
});

describe('POST /breakers/{dependency}/reset', () => {
  test('asks for it', async () => {
    const reset = jest.fn(async () => timeOf(7));
    const { inject } = createGateway({ breakers: { reset } });
    const answer = await inject({ method: 'POST', url: '/breakers/carrier/reset' });
    expect([answer.statusCode, answer.json()]).toEqual([202, { dependency: 'carrier', resetAt: timeOf(7) }]);
    expect(reset.mock.calls).toEqual([[{ dependency: 'carrier' }]]);
  });

  test('with who asks for it, and why', async () => {
    const reset = jest.fn(async () => timeOf(7));
    const { inject } = createGateway({ breakers: { reset } });
    const asked = { by: 'kim', reason: 'the company is back' };
    const answer = await inject({ method: 'POST', url: '/breakers/carrier/reset', payload: asked });
    expect(answer.statusCode).toBe(202);
    const requestId = expect.stringMatching(/^req-/) as string;
    expect(reset.mock.calls).toEqual([[{ dependency: 'carrier', asked: { ...asked, requestId } }]]);
  });

  test.each([
    [{ by: 'kim' }, 'change_invalid', '/reason'],
    [{ reason: 'it is back' }, 'change_invalid', '/by'],
    [{ by: 7 }, 'invalid_body', '/by'],
  ] as const)('by nobody in particular, or for no reason (%j), it is refused', async (payload, code, pointer) => {
    const reset = jest.fn(async () => timeOf(7));
    const { inject } = createGateway({ breakers: { reset } });
    const problem = expectProblem(await inject({ method: 'POST', url: '/breakers/carrier/reset', payload }), code);
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer]);
    expect(reset).not.toHaveBeenCalled();
  });

  test.each(['weather', 'constructor', 'PAYMENT'])('of a company that there is not (%s): 404', async (name) => {
    const reset = jest.fn(async () => timeOf(7));
    const { inject } = createGateway({ breakers: { reset } });
    const problem = expectProblem(
      await inject({ method: 'POST', url: `/breakers/${name}/reset` }),
      'company_not_found',
    );
    expect(problem.detail).toBe(`expected one of payment, carrier, supplier, notification, warehouse, got "${name}"`);
    expect(reset).not.toHaveBeenCalled();
  });

  test('without the tables: 503', async () => {
    const { inject } = createGateway({ breakers: { reset: unavailable } });
    expectProblem(await inject({ method: 'POST', url: '/breakers/payment/reset' }), 'service_unavailable');
  });
});
