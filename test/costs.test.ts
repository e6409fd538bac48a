import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import pino from 'pino';
import { countHistory } from './support/history-costs';
import { createActivities } from '../src/activities';
import { createAwsClients } from '../src/adapters/aws/clients';
import { createOrderClient } from '../src/client';
import { createPorts } from '../src/worker';
import { fingerprintOf } from '../src/submission';
import { createOrderReader } from '../src/adapters/aws/order-reader';
import { loadConfig, readTables } from '../src/config';
import { readDocument } from './docs/documents';
import { rested } from './support/rested';
import { sampleOrder, uniqueId } from './support/orders';
import { inSpan, SpanKind } from '../src/tracing';
import { receiveTraces, traceHere } from './support/traced';
import { TRACE_HEADER } from '../src/domain/trace';
import { tracedCalls } from '../src/client/traced';
import { tracedWork } from '../src/tracing/worker';
import { workflowIdOf } from '../src/domain/ids';

/** What the documents say that an order costs. */
async function told() {
  const [, chapter = ''] = (await readDocument('docs/technical.md')).split('## What an order costs');
  const numberOf = (row: string) => Number(new RegExp(`^\\| ${row}[^|]*\\| \\**(\\d+)\\** `, 'm').exec(chapter)?.[1]);
  return {
    workflowTasks: numberOf('Workflow tasks'),
    events: numberOf('History events'),
    actions: {
      start: numberOf('start of'),
      updates: numberOf('update that'),
      activities: numberOf('regular activities'),
      localActivities: numberOf('local activities'),
      timers: numberOf('timers'),
    },
    sum: numberOf('\\*\\*sum'),
  };
}

beforeAll(() => void Runtime.install({ logger: new DefaultLogger('ERROR') }));

/** The real engine, the real tables: what a happy order with three products costs is counted, not timed. */
test.each([
  ['as it is', false],
  ['traced', true],
])(
  'a happy order, %s, takes 4 workflow tasks, 32 events, 10 billed actions and few calls to AWS',
  async (_how, isTraced) => {
    const config = loadConfig('worker');
    const calls = new Map<string, number>();
    const aws = createAwsClients({
      region: config.AWS_REGION,
      observe: ({ command }) => void calls.set(command, (calls.get(command) ?? 0) + 1),
    });
    const products = ['A', 'B', 'C'].map((name) => uniqueId(`PROD-${name}`));
    for (const productId of products) {
      const quantities = { availableQuantity: 5, reservedQuantity: 0 };
      const warehouse = { productId, warehouseId: 'ICN', ...quantities };
      await aws.db.send(new PutCommand({ TableName: config.INVENTORY_TABLE, Item: { productId, ...quantities } }));
      await aws.db.send(new PutCommand({ TableName: config.WAREHOUSE_STOCK_TABLE, Item: warehouse }));
    }
    calls.clear();

    const ports = createPorts({ config, aws, logger: pino({ level: 'silent' }) });
    const native = await NativeConnection.connect(config.engine.connection);
    const connection = await Connection.connect(config.engine.connection);
    const client = new Client({ connection, interceptors: { workflow: [tracedCalls()] } });
    const receiver = await receiveTraces();
    const tracing = traceHere(isTraced ? { url: receiver.url } : {});
    const taskQueue = uniqueId('queue');
    const worker = await Worker.create({
      connection: native,
      taskQueue,
      activities: createActivities(ports),
      workflowBundle: { codePath: config.WORKFLOW_BUNDLE! },
      ...tracedWork(tracing),
    });
    const submission = sampleOrder({
      items: products.map((productId) => ({ productId, quantity: 1, price: 10 })),
      totalAmount: 30,
    });
    await worker.runUntil(async () => {
      const orders = createOrderClient({ client, taskQueue, stored: ports.books });
      const request = { submission, fingerprint: fingerprintOf(submission), requestId: 'counted', patienceMs: 10_000 };
      const placing = inSpan({ name: 'place', kind: SpanKind.SERVER }, () => orders.place(request));
      expect((await placing).kind).toBe('accepted');
      // who looks is not counted
      const unseen = createAwsClients({ region: config.AWS_REGION });
      const reader = createOrderReader({ db: unseen.db, tables: readTables(loadConfig('gateway')) });
      await rested(reader, submission.orderId);
      unseen.destroy();
      await ports.publisher.flush();
    });

    const history = await client.workflow.getHandle(workflowIdOf(submission.orderId)).fetchHistory();
    const headers = history.events?.map((event) => event.workflowExecutionStartedEventAttributes?.header?.fields ?? {});
    expect(headers?.some((fields) => TRACE_HEADER in fields)).toBe(isTraced);
    const costs = countHistory(history);
    const { workflowTasks, events, actions, sum } = await told();
    expect({ workflowTasks, events, sum }).toEqual({ workflowTasks: 4, events: 32, sum: 10 });
    expect(costs.workflowTasks).toBeLessThanOrEqual(workflowTasks);
    expect(costs.events).toBeLessThanOrEqual(events);
    expect(costs.actions).toEqual(actions);
    expect(Object.values(costs.actions).reduce((all, n) => all + n, 0)).toBe(sum);

    const { TransactWriteItemsCommand: transactions, PutEventsCommand: puts, ...others } = Object.fromEntries(calls);
    // validate, reserve, allocate, commit, close; and the sandbox companies' own two, which no real provider would cost us
    expect(transactions).toBe(5 + 2);
    // events of a step wait a moment for company, so steps that follow at once share a call
    expect(puts).toBeLessThanOrEqual(5);
    expect(others).toEqual({
      BatchGetItemCommand: 1,
      // whether the sandbox companies are switched off: once for each call to one, which no real provider would cost us
      GetItemCommand: 2,
      // one for each PutEvents: takes the marks off
      BatchWriteItemCommand: puts,
      SendMessageCommand: 1,
      PublishCommand: 1,
    });
    await tracing.stop();
    await receiver.close();
    const run = receiver.spans.filter(({ name }) => name.startsWith('RunActivity:'));
    expect(run.length).toBe(isTraced ? 9 : 0);
    await connection.close();
    await native.close();
    aws.destroy();
  },
);
