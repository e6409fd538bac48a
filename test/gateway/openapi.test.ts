import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { closeGateways, createGateway } from './support';
import { PROBLEMS } from '../../src/gateway/problem';

afterEach(closeGateways);

interface Operation {
  tags: string[];
  operationId?: string;
  summary?: string;
  description?: string;
  responses: Record<string, { description: string; content: Record<string, { schema: { $ref: string } }> }>;
}

interface Document {
  openapi: string;
  info: { description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { examples?: unknown[] }> };
}

const readDocument = async (): Promise<Document> =>
  (await createGateway().inject({ url: '/openapi.json' })).json<Document>();

test('every tag is described once, and has routes', async () => {
  const { tags, paths } = await readDocument();
  const used = new Set(Object.values(paths).flatMap((path) => Object.values(path).flatMap((route) => route.tags)));
  expect(tags.map(({ name }) => name).toSorted()).toEqual([...used].toSorted());
});

const ROUTES: [method: string, path: string, statuses: number[]][] = [
  ['post', '/orders', [200, 202, 400, 409, 415, 422, 500, 503]],
  ['post', '/orders/{orderId}/cancel', [200, 202, 400, 404, 409, 415, 422, 500, 503]],
  ['post', '/orders/{orderId}/decision', [200, 202, 400, 404, 409, 415, 422, 500, 503]],
  ['post', '/orders/{orderId}/address', [200, 202, 400, 404, 409, 415, 422, 500, 503]],
  ['post', '/orders/{orderId}/resolution', [200, 202, 400, 404, 409, 415, 422, 500, 503]],
  ['post', '/orders/{orderId}/returns', [201, 202, 400, 404, 409, 415, 422, 500, 503]],
  ['get', '/orders/{orderId}/returns/{returnId}', [200, 404, 500, 503]],
  ['post', '/orders/{orderId}/returns/{returnId}/receive', [200, 202, 404, 409, 500, 503]],
  ['post', '/orders/{orderId}/returns/{returnId}/inspect', [200, 202, 400, 404, 409, 415, 422, 500, 503]],
  ['post', '/events', [200, 202, 400, 415, 422, 500, 503]],
  ['get', '/orders', [200, 400, 500, 503]],
  ['get', '/orders/{orderId}', [200, 400, 404, 422, 500, 503]],
  ['get', '/orders/{orderId}/events', [200, 400, 404, 500, 503]],
  ['get', '/orders/{orderId}/story', [200, 404, 500, 503]],
  ['get', '/live', [200, 400, 406, 500, 503]],
  ['get', '/customers/{customerId}/contact', [200, 404, 500, 503]],
  ['put', '/customers/{customerId}/contact', [200, 400, 404, 415, 500, 503]],
  ['get', '/reports/customers/{customerId}', [200, 400, 500, 503]],
  ['get', '/reports/hours', [200, 400, 500, 503]],
  ['get', '/reports/movements/{productId}', [200, 400, 500, 503]],
  ['get', '/inventory/{productId}', [200, 404, 500, 503]],
  ['get', '/cases', [200, 400, 500, 503]],
  ['get', '/cases/{caseId}', [200, 404, 500, 503]],
  ['post', '/cases/{caseId}/close', [200, 400, 404, 409, 415, 500, 503]],
  ['post', '/maintenance/rebuild-view', [202, 400, 409, 415, 500, 503]],
  ['get', '/maintenance/rebuild-view', [200, 400, 404, 500, 503]],
  ['post', '/maintenance/reconciliation', [202, 400, 409, 415, 500, 503]],
  ['get', '/maintenance/reconciliation', [200, 500, 503]],
  ['get', '/breakers', [200, 500, 503]],
  ['get', '/overview', [200, 500, 503]],
  ['post', '/breakers/{dependency}/reset', [202, 400, 404, 415, 422, 500, 503]],
  ['get', '/audit', [200, 400, 500, 503]],
  ['post', '/inventory/{productId}/receive', [200, 202, 400, 404, 409, 415, 422, 500, 503]],
  ['post', '/replays', [202, 400, 409, 415, 422, 500, 503]],
  ['get', '/replays/{name}', [200, 404, 500, 503]],
  ['post', '/replays/{name}/cancel', [202, 400, 404, 409, 415, 422, 500, 503]],
  ['get', '/replays/sandbox', [200, 400, 500, 503]],
  ['post', '/replays/sandbox/purge', [202, 400, 415, 422, 500, 503]],
  ['get', '/sandbox/journal', [200, 400, 500, 503]],
  ['get', '/sandbox/providers', [200, 500, 503]],
  ['post', '/sandbox/providers/{provider}', [200, 400, 404, 415, 500, 503]],
  ['post', '/sandbox/payments/settle', [200, 400, 404, 409, 415, 500, 503]],
  ['get', '/sandbox/scenarios', [200, 500, 503]],
  ['get', '/sandbox/load', [200, 500, 503]],
  ['post', '/sandbox/load', [202, 400, 403, 409, 415, 422, 500, 503]],
  ['delete', '/sandbox/load', [200, 500, 503]],
  ['post', '/webhooks', [200, 201, 400, 409, 415, 422, 500, 503]],
  ['get', '/webhooks', [200, 400, 500, 503]],
  ['get', '/webhooks/{webhookId}', [200, 404, 500, 503]],
  ['patch', '/webhooks/{webhookId}', [200, 400, 404, 415, 422, 500, 503]],
  ['delete', '/webhooks/{webhookId}', [200, 404, 500, 503]],
  ['post', '/webhooks/{webhookId}/rotate-secret', [200, 404, 500, 503]],
  ['get', '/webhooks/{webhookId}/deliveries', [200, 400, 404, 500, 503]],
  ['post', '/webhooks/{webhookId}/deliveries/{deliveryId}/resend', [202, 404, 500, 503]],
  ['post', '/webhooks/{webhookId}/test', [202, 404, 500, 503]],
  ['get', '/schemas/{name}', [200, 404, 500, 503]],
  ['get', '/livez', [200]],
  ['get', '/readyz', [200, 500, 503]],
  ['get', '/dead-letters', [200, 400, 500, 503]],
  ['get', '/dead-letters/{id}', [200, 404, 500, 503]],
  ['post', '/dead-letters/{id}/redrive', [202, 400, 404, 409, 415, 422, 500, 503]],
  ['post', '/dead-letters/{id}/discard', [200, 400, 404, 409, 415, 422, 500, 503]],
  ['post', '/dead-letters/redrive', [202, 400, 415, 422, 500, 503]],
  ['post', '/dead-letters/discard', [202, 400, 415, 422, 500, 503]],
  ['get', '/dead-letters/batches/{batchId}', [200, 404, 500, 503]],
];

const UNUSUAL_CONTENT: Record<string, string[]> = {
  '/schemas/{name}': ['application/schema+json'],
  '/orders/{orderId}/events': ['application/json', 'text/event-stream'],
  '/live': ['text/event-stream'],
};

test('describes every route, and no other', async () => {
  const { openapi, paths } = await readDocument();
  expect(openapi).toBe('3.1.0');
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((m) => `${m} ${path}`),
  );
  expect(described.toSorted()).toEqual(ROUTES.map(([method, path]) => `${method} ${path}`).toSorted());
});

test.each(ROUTES)('%s %s: what it does and what it answers', async (method, path, statuses) => {
  const operation = (await readDocument()).paths[path]?.[method];
  expect(operation).toMatchObject({
    operationId: expect.any(String),
    summary: expect.any(String),
    description: expect.any(String),
  });
  expect(Object.keys(operation?.responses ?? {}).map(Number)).toEqual(statuses);
  for (const [status, { description, content }] of Object.entries(operation?.responses ?? {})) {
    expect(description).not.toBe('Default Response');
    const usual = UNUSUAL_CONTENT[path] ?? ['application/json'];
    expect(Object.keys(content)).toEqual(Number(status) < 400 ? usual : ['application/problem+json']);
  }
});

test('resolves every reference, and gives every schema of orders an example', async () => {
  const document = await readDocument();
  const names = Object.keys(document.components.schemas);
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference);
  expect(references.length).toBeGreaterThan(20);
  for (const reference of references) expect(names.map((name) => `#/components/schemas/${name}`)).toContain(reference);
  for (const name of [
    'OrderSubmission',
    'OrderPlaced',
    'Cancellation',
    'Decision',
    'AddressChange',
    'ReturnRequest',
    'Inspection',
    'Resolution',
    'OrderChanged',
    'OrderCancelled',
    'ReturnChanged',
    'Return',
    'EventResults',
    'Order',
    'OrderPage',
    'OrderEvents',
    'OrderStory',
    'ProductStock',
    'Journal',
    'Breakers',
    'BreakerReset',
    'Provider',
    'ProviderChange',
    'Providers',
    'CustomerReport',
    'HoursReport',
    'MovementsReport',
    'Overview',
    'SandboxScenarios',
    'LoadRequest',
    'Load',
    'Settlement',
    'SettlementRequest',
    'WebhookRequest',
    'WebhookChange',
    'Webhook',
    'WebhookCreated',
    'Webhooks',
    'WebhookDeleted',
    'WebhookSecret',
    'WebhookDeliveries',
    'WebhookSending',
    'RebuildRequest',
    'Rebuild',
    'ReconciliationRequest',
    'Reconciliation',
    'MaintenanceStarted',
    'Case',
    'CasePage',
    'CaseClosing',
    'Problem',
  ])
    expect(document.components.schemas[name]?.examples).toHaveLength(1);
  expect(document.components.schemas['InboundEvent']?.examples).toHaveLength(3);
});

test('every example is what its schema says', async () => {
  const document = await readDocument();
  // what OpenAPI adds to JSON Schema has no rules
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats(ajv);
  ajv.addSchema(document, 'api');
  for (const [name, { examples = [] }] of Object.entries(document.components.schemas))
    for (const example of examples) {
      ajv.validate({ $ref: `api#/components/schemas/${name}` }, example);
      expect([name, ajv.errors]).toEqual([name, null]);
    }
});

test('lists every problem', async () => {
  const { info } = await readDocument();
  for (const [code, { status }] of Object.entries(PROBLEMS))
    expect(info.description).toContain(`\`${code}\` | ${status}`);
});

test('has a page to read it on, with nothing from elsewhere', async () => {
  const { inject } = createGateway();
  const page = await inject({ url: '/docs/' });
  expect(page.statusCode).toBe(200);
  expect(page.headers['content-type']).toMatch('text/html');
  expect(page.body).not.toMatch(/https?:\/\//);
  expect((await inject({ url: '/docs/static/swagger-ui.css' })).statusCode).toBe(200);
});
