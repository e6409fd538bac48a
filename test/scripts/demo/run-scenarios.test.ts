import { runScenarios } from '../../../scripts/demo/run-scenarios';
import type { Run } from '../../../scripts/demo/run';
import { createShop } from '../../../scripts/demo/shop';
import { type Answers, failingGateway, quietShop } from './gateway';
import { scenarioOf } from './support';

const newRun = (name: string, n: number): Run => ({
  scenario: scenarioOf(name),
  orderId: `demo-000000-0${n}`,
  startedAt: 0,
  answers: [],
  waits: true,
});

/** every POST in the order of its coming */
async function posted(answers: Answers, p: { abortAt?: string } = {}) {
  const posts: string[] = [];
  const abort = new AbortController();
  const { url, close } = await failingGateway((request) => {
    if (request.startsWith('POST')) posts.push(request.slice(5));
    if (p.abortAt !== undefined && request.includes(p.abortAt)) abort.abort();
    return answers(request);
  });
  const { signal } = abort;
  const deps = { shop: createShop({ url, signal }), restoring: createShop({ url }), signal, onChange: () => undefined };
  const runs = [newRun('outage', 1), newRun('pm_ok', 2)];
  const error: unknown = await runScenarios(runs, deps).catch((e: unknown) => e);
  await close();
  return { posts, runs, error };
}

const delayed = {
  events: [
    { sequence: 1, type: 'Order Delayed' },
    { sequence: 2, type: 'Customer Notified' },
  ],
};
const answers: Answers = (request) =>
  request.endsWith('/events') && !request.includes('-02') ? { body: delayed } : quietShop('SHIPPED')(request);
const SWITCH = '/sandbox/providers/payment';

test('what moves all orders comes after the others, and is set right again', async () => {
  const { posts, runs, error } = await posted(answers);
  expect(error).toBeUndefined();
  expect(posts).toEqual(['/orders', SWITCH, '/orders', SWITCH, SWITCH]);
  expect(runs.map(({ trouble, waits }) => [trouble, waits])).toEqual([
    [undefined, false],
    [undefined, false],
  ]);
});

test('it is set right when the system fails, or nobody watches any more', async () => {
  const failing: Answers = (request) =>
    request === 'GET /orders/demo-000000-01' ? { status: 500, body: 'oops' } : answers(request);
  const stopped = await posted(failing, { abortAt: 'GET /orders/demo-000000-01' });
  expect(stopped.posts).toEqual(['/orders', SWITCH, '/orders', SWITCH]);
  const refused = await posted((request) =>
    request === 'POST /orders' ? { status: 503, body: {} } : answers(request),
  );
  expect(refused.error).toBeInstanceOf(Error);
});
