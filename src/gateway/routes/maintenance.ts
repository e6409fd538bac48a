import type { FastifyInstance } from 'fastify';
import { Type, type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { GatewayDeps } from '../ports';
import type { OrderId } from '../../domain/ids';
import type { StartOutcome } from '../../maintenance-client';
import { answer, problems } from '../contract';
import {
  MaintenanceStarted,
  Rebuild,
  RebuildRequest,
  Reconciliation,
  ReconciliationRequest,
} from '../maintenance-schemas';
import { ORDER_ID_PATTERN } from '../../domain/ids';
import { presentReport } from '../present-case';
import { ProblemError } from '../problem';

const started = {
  202: answer(MaintenanceStarted, 'It goes on by itself'),
  ...problems('invalid_json', 'body_too_large', 'invalid_body', 'run_conflict', 'unsupported_media_type'),
};

const rebuildSchema = {
  tags: ['maintenance'],
  operationId: 'rebuildView',
  summary: 'Make the read model again from the events',
  description:
    'Looks at every order, or one, and mends views that are not what their events say, while orders flow. Asked for again ' +
    'while it goes on, it is the same one.',
  body: RebuildRequest,
  response: started,
};

const rebuildRunSchema = {
  tags: ['maintenance'],
  operationId: 'getRebuild',
  summary: 'Show how far the last rebuild is, and what it found',
  description: 'Of all orders, or of the one that is named.',
  querystring: Type.Object({
    orderId: Type.Optional(Type.String({ pattern: ORDER_ID_PATTERN, description: 'a rebuild of this order only' })),
  }),
  response: { 200: answer(Rebuild, 'How it stands'), ...problems('invalid_parameter', 'run_not_found') },
};

const reconcileSchema = {
  tags: ['maintenance'],
  operationId: 'reconcile',
  summary: 'Hold payments, stock, workflows, read model and events against each other now',
  description:
    'Besides what runs by the clock. Views are mended; for the rest cases are opened. Asked for again while it goes on, it ' +
    'is the same one.',
  body: ReconciliationRequest,
  response: started,
};

const reconciliationSchema = {
  tags: ['maintenance'],
  operationId: 'getReconciliation',
  summary: 'Show what the last reconciliation found',
  description: 'The report is that of the last one that is through, also where it ran by the clock.',
  response: { 200: answer(Reconciliation, 'How it stands'), ...problems() },
};

/** `/maintenance/rebuild-view` and `/maintenance/reconciliation`. */
export function maintenanceRoutes(app: FastifyInstance, { maintenance, cases }: GatewayDeps): void {
  const routes = app.withTypeProvider<TypeBoxTypeProvider>();

  routes.post('/maintenance/rebuild-view', { schema: rebuildSchema }, async ({ body }, reply) => {
    const { orderId, ...options } = body;
    const of = orderId === undefined ? {} : { orderId: orderId as OrderId };
    const self = orderId === undefined ? REBUILD : `${REBUILD}?orderId=${orderId}`;
    return reply.code(202).send(startedAs(await maintenance.rebuildView({ ...options, ...of }), self));
  });

  routes.get('/maintenance/rebuild-view', { schema: rebuildRunSchema }, async ({ query: { orderId } }) => {
    const run = await maintenance.rebuildRun(orderId === undefined ? {} : { orderId: orderId as OrderId });
    if (!run) throw new ProblemError('run_not_found', { detail: 'there was no rebuild lately' });
    return { state: run.state, ...run.progress };
  });

  routes.post('/maintenance/reconciliation', { schema: reconcileSchema }, async ({ body }, reply) =>
    reply.code(202).send(startedAs(await maintenance.reconcile(body), RECONCILIATION)),
  );

  routes.get('/maintenance/reconciliation', { schema: reconciliationSchema }, async () => {
    const [run, report] = await Promise.all([maintenance.reconciliationRun(), cases.readReport()]);
    return { ...run, ...(report && { report: presentReport(report) }) };
  });
}

const REBUILD = '/maintenance/rebuild-view';
const RECONCILIATION = '/maintenance/reconciliation';

function startedAs({ kind }: StartOutcome, self: string) {
  if (kind === 'conflict')
    throw new ProblemError('run_conflict', {
      detail: `one with other options goes on: see ${self}, and ask again then`,
    });
  return { state: 'RUNNING' as const, joined: kind === 'joined', links: { self } };
}
