import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import type { GatewayDeps, StreamingDeps } from './ports';
import type { Logger } from '../telemetry';
import { answerClientError, answerError, BODY_LIMIT, handleErrors } from './errors';
import { auditRoutes } from './routes/audit';
import { breakerRoutes } from './routes/breakers';
import { caseRoutes } from './routes/cases';
import { customerRoutes } from './routes/customers';
import { deadLetterRoutes } from './routes/dead-letters';
import { createEventStreams } from './event-streams';
import { documentRoutes } from './openapi';
import { drainOnClose } from './drain';
import { eventsRoute } from './routes/events';
import { changeRoutes } from './routes/changes';
import { expectUtf8 } from './charset';
import { healthRoutes } from './routes/health';
import { inventoryRoutes } from './routes/inventory';
import { liveRoute } from './routes/live';
import { maintenanceRoutes } from './routes/maintenance';
import { orderListRoutes } from './routes/order-list';
import { orderEventsRoute } from './routes/order-events';
import { measureRequests } from './measure';
import { orderRoutes } from './routes/orders';
import { refuseOtherSites } from './other-sites';
import { refuseUnknownHosts } from './known-hosts';
import { overviewRoute } from './routes/overview';
import { pathOf } from './problem';
import { pageRoutes } from './routes/page';
import { placeOrderRoute } from './routes/place-order';
import { reportRoutes } from './routes/reports';
import { RequestLog, traceRequests } from './request-trace';
import { replayRoutes } from './routes/replays';
import { replaySandboxRoutes } from './routes/replay-sandbox';
import { returnRoutes } from './routes/returns';
import { sandboxLoadRoutes } from './routes/sandbox-load';
import { sandboxRoutes } from './routes/sandbox';
import { shareSerializers } from './serializers';
import { storyRoutes } from './routes/story';
import { schemaRoutes } from './routes/schemas';
import { trackMethods } from './methods';
import { webhookDeliveryRoutes } from './routes/webhook-deliveries';
import { webhookRoutes } from './routes/webhooks';

/** Milliseconds for a request to arrive. */
const REQUEST_TIMEOUT = 10_000;
/** Milliseconds for an answer, well above the patience of `POST /orders`. */
const HANDLER_TIMEOUT = 10_000;
/** Characters of an id in a path, above the longest there is. */
const MAX_PARAM_LENGTH = 1024;

const ROUTES = [
  placeOrderRoute,
  orderListRoutes,
  orderRoutes,
  storyRoutes,
  orderEventsRoute,
  liveRoute,
  changeRoutes,
  returnRoutes,
  eventsRoute,
  inventoryRoutes,
  breakerRoutes,
  auditRoutes,
  customerRoutes,
  reportRoutes,
  overviewRoute,
  replayRoutes,
  replaySandboxRoutes,
  deadLetterRoutes,
  caseRoutes,
  maintenanceRoutes,
  sandboxRoutes,
  sandboxLoadRoutes,
  webhookRoutes,
  webhookDeliveryRoutes,
  schemaRoutes,
  pageRoutes,
  healthRoutes,
];

/** The HTTP API. Builds it; does not listen. */
export function buildApp(deps: GatewayDeps, { logger }: { logger?: Logger } = {}): FastifyInstance {
  const app = fastify({
    ...(logger && { loggerInstance: withoutPersonalData(logger) }),
    logController: new RequestLog(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT,
    handlerTimeout: HANDLER_TIMEOUT,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    forceCloseConnections: 'idle',
    // drainOnClose answers with a problem instead
    return503OnClosing: false,
    genReqId: ({ headers }) => requestIdFrom(headers['x-request-id']) ?? deps.newRequestId(),
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
  });
  app.setValidatorCompiler(TypeBoxValidatorCompiler);
  shareSerializers(app);
  traceRequests(app);
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async ({ id }, reply) => {
    reply.headers({ 'x-request-id': id, 'x-content-type-options': 'nosniff' });
  });
  const { metrics } = deps;
  const streams = createEventStreams({
    max: deps.maxStreams,
    onCount: (step) => metrics?.record('waybill_open_streams', {}, step),
  });
  if (metrics) measureRequests(app, { metrics, streams });
  handleErrors(app);
  drainOnClose(app, streams);
  refuseUnknownHosts(app, deps);
  refuseOtherSites(app);
  expectUtf8(app);
  const refuseOtherMethods = trackMethods(app);
  documentRoutes(app);
  // after the plugin that describes them
  app.after(() => {
    const streaming: StreamingDeps = { ...deps, streams };
    for (const addRoutes of ROUTES) addRoutes(app, streaming);
    // after those that have a scope of their own
    app.after(refuseOtherMethods);
  });
  return app;
}

function requestIdFrom(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && /^[\w.:/+=-]{1,128}$/.test(header) ? header : undefined;
}

/** Requests are logged without what names customers, in the path or the query, and without the caller's address. */
function withoutPersonalData(logger: Logger): FastifyBaseLogger {
  return logger.child({}, { serializers: { req: asLogged } });
}

const asLogged = ({ method, url }: { method: string; url: string }) => ({
  method,
  path: pathOf(url).replace(/^((?:\/reports)?\/customers\/)[^/]+/, '$1…'),
});
