import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { join } from 'node:path';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { PATHS } from '../support/paths';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { runPath } from '../support/paths/run-path';
import { TRACE_HEADER, type WorkflowSpan } from '../../src/domain/trace';

/** of the caller, whoever it is */
const [TRACE, CALLER] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
const traceparent = `00-${TRACE}-${CALLER}-01`;

let bench: OrderBench;
const told: (WorkflowSpan & { workflowId: string })[] = [];

const traced = <T extends { headers: Headers }>(input: T): T => ({
  ...input,
  headers: { ...input.headers, [TRACE_HEADER]: defaultPayloadConverter.toPayload({ traceparent }) },
});

/** Every call to the engine belongs to a trace. */
const calls: WorkflowClientInterceptor = {
  start: (input, next) => next(traced(input)),
  startWithDetails: (input, next) => next(traced(input)),
  startUpdate: (input, next) => next(traced(input)),
  signal: (input, next) => next(traced(input)),
  startUpdateWithStart: (input, next) => {
    const { headers } = traced({ headers: input.workflowStartHeaders });
    return next({ ...input, workflowStartHeaders: headers, updateHeaders: headers });
  },
};

/** The workflows alone: what carries traces on is not in it. */
const withoutTracing = () =>
  bundleWorkflowCode({
    workflowsPath: join(PROJECT_ROOT, 'src/workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });

beforeAll(async () => {
  const sinks = {
    trace: {
      tell: {
        fn: ({ workflowId }: { workflowId: string }, span: WorkflowSpan) => void told.push({ ...span, workflowId }),
      },
    },
  };
  bench = await createOrderBench({ calls: [calls], sinks, replayedOn: await withoutTracing() });
});
afterAll(() => bench.teardown());

/** One in three, of each theme; all of them when everything is proved. */
const every = process.env['WAYBILL_PROVE'] ? 1 : 3;
const themes = Object.entries(PATHS).map(([theme, paths]) => [theme, paths.filter((_, i) => i % every === 0)] as const);

describe.each(themes)('%s, traced, is replayed by a worker without traces', (_theme, paths) => {
  test.each(paths)('$name', async (path) => {
    const { status, money, stock, told: heard } = await runPath(bench, path);
    expect({ status, money, stock, told: heard }).toEqual({
      status: path.status,
      money: path.money,
      stock: path.stock,
      told: path.told,
    });
  });
});

test('each run is told when it begins and when it ends, in the trace of who started it', () => {
  expect(told.length).toBeGreaterThan(0);
  expect(new Set(told.map(({ context }) => context.traceId))).toEqual(new Set([TRACE]));
  const runs = told.filter(({ name }) => name.startsWith('RunWorkflow:'));
  const byId = new Map(runs.map((span) => [span.context.spanId, span]));
  expect(byId.size).toBe(runs.length);
  for (const { name, parentSpanId, startedAt, endedAt } of told) {
    expect(endedAt).toBeGreaterThanOrEqual(startedAt);
    // a run that goes on as a new one, and its end, belong to the run
    const parent = byId.get(parentSpanId);
    if (name.startsWith('EndWorkflow:')) expect(parent).toBeDefined();
    else expect(parent?.context.spanId ?? CALLER).toBe(parentSpanId);
  }
});
