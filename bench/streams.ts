import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Measurement } from './gateway';
import type { OrderId } from '../src/domain/ids';
import { createAwsClients } from '../src/adapters/aws/clients';
import { createDynamoBooks } from '../src/adapters/aws/books';
import { createStories, upTo } from '../test/support/order-stories';
import { deployToEmulator } from '../infra/deploy';
import { emulatorAccess, EMULATOR_REGION } from '../scripts/lib/aws-access';
import { environmentFromOutputs } from '../infra/outputs';
import { freePort } from '../scripts/lib/ports';
import { loadConfig, tableNames } from '../src/config';
import { openStream, type ReceivedStream, sequencesOf } from '../test/support/event-stream';
import { startMinistack } from '../scripts/lib/servers';
import { synthesizedTemplate } from '../scripts/lib/template';

const COUNTS = [100, 500, 1000, 2000];
/** streams that follow one order */
const PER_ORDER = 2;
/** orders that go on while the calls are counted */
const MOVING = 50;
/** Seconds for which calls are counted; a round of the tail is 0.3 s. */
const WINDOW_S = 3;
/** Events of an order at first. */
const EVENTS = 8;

interface Row {
  streams: number;
  orders: number;
  /** bytes a stream */
  heap: number;
  rss: number;
  /** to DynamoDB in the window */
  looks: number;
  readings: number;
  lost: number;
}

/**
 * Opens streams against a gateway in a process of its own, and prints what one costs: memory, as the difference to the
 * same process without streams, and calls to DynamoDB.
 */
export async function main(): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const emulator = await startMinistack({ port, log: join(home, 'ministack.log') });
  try {
    const template = await synthesizedTemplate();
    const outputs = await deployToEmulator({ endpoint, region: EMULATOR_REGION, template });
    Object.assign(process.env, emulatorAccess(endpoint), environmentFromOutputs(outputs), {
      AWS_ENDPOINT_URL: endpoint,
      PORT: `${await freePort()}`,
      MAX_STREAMS: `${Math.max(...COUNTS)}`,
    });
    const rows = await measure();
    print(rows);
    return rows.some(({ lost }) => lost > 0) ? 1 : 0;
  } finally {
    await emulator.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function measure(): Promise<Row[]> {
  const aws = createAwsClients({ region: EMULATOR_REGION });
  const books = createDynamoBooks({ db: aws.db, tables: tableNames(loadConfig('worker')), warehouses: [] });
  const stories = createStories(books);
  const orderIds: OrderId[] = [];
  for (const n of upTo(Math.max(...COUNTS) / PER_ORDER / 50)) {
    orderIds.push(...(await Promise.all(upTo(50).map(() => stories.begin(EVENTS)))));
    process.stderr.write(`\r${n * 50} orders`);
  }
  process.stderr.write('\n');
  const gateway = fork(join(__dirname, 'gateway.ts'), { execArgv: ['--expose-gc', '--import', 'tsx'] });
  await once(gateway, 'message');
  const rows: Row[] = [];
  // the first ones warm it up, and are not shown
  for (const count of [COUNTS[0]!, ...COUNTS])
    rows.push(await measureOne({ gateway, count, orderIds: orderIds.slice(0, count / PER_ORDER), stories }));
  gateway.disconnect();
  await once(gateway, 'exit');
  aws.destroy();
  return rows.slice(1);
}

async function measureOne(p: {
  gateway: ChildProcess;
  count: number;
  orderIds: OrderId[];
  stories: ReturnType<typeof createStories>;
}): Promise<Row> {
  const { gateway, count, orderIds, stories } = p;
  const without = await ask(gateway);
  const streams: { orderId: OrderId; stream: ReceivedStream }[] = [];
  for (let n = 0; n < count; n += 50)
    streams.push(
      ...(await Promise.all(
        upTo(50).map(async (i) => {
          const orderId = orderIds[(n + i) % orderIds.length]!;
          return { orderId, stream: await openStream(urlOf(orderId)) };
        }),
      )),
    );
  for (const { orderId, stream } of streams)
    await stream.until(({ events }) => events.length === stories.lengthOf(orderId), 'what there was');
  await delay(1000);
  const open = await ask(gateway);
  await Promise.all(orderIds.slice(0, MOVING).map((orderId) => stories.append(orderId, 1)));
  await delay(WINDOW_S * 1000);
  const { calls } = await ask(gateway);
  const countOf = (table: string) => sum(Object.entries(calls).map(([name, n]) => (name.endsWith(table) ? n : 0)));
  for (const { orderId, stream } of streams)
    await stream.until(({ events }) => events.length >= stories.lengthOf(orderId), 'what was appended');
  const lost = streams.filter(
    ({ orderId, stream }) => sequencesOf(stream).join() !== upTo(stories.lengthOf(orderId)).join(),
  ).length;
  for (const { stream } of streams) stream.close();
  await delay(1500);
  return {
    streams: count,
    orders: orderIds.length,
    heap: (open.heap - without.heap) / count,
    rss: (open.rss - without.rss) / count,
    looks: countOf(process.env['ORDER_STATUS_VIEW_TABLE']!),
    readings: countOf(process.env['ORDER_EVENTS_TABLE']!),
    lost,
  };
}

const urlOf = (orderId: OrderId) => `http://127.0.0.1:${process.env['PORT']}/orders/${orderId}/events`;
const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);

async function ask(gateway: ChildProcess): Promise<Measurement> {
  const answered = once(gateway, 'message');
  gateway.send('measure');
  const [measurement] = (await answered) as [Measurement];
  return measurement;
}

function print(rows: Row[]): void {
  const kB = (bytes: number) => (bytes / 1024).toFixed(1);
  const rounds = WINDOW_S / 0.3;
  console.log(
    `${MOVING} orders got an event, and calls were counted for ${WINDOW_S} s: ${rounds} rounds of the tail.\n\n` +
      '| Streams | Orders | Heap a stream (kB) | RSS a stream (kB) | Looks a round | Readings of events | Lost or doubled |\n' +
      '|---|---|---|---|---|---|---|',
  );
  for (const { streams, orders, heap, rss, looks, readings, lost } of rows)
    console.log(
      `| ${streams} | ${orders} | ${kB(heap)} | ${kB(rss)} | ${(looks / rounds).toFixed(1)} | ${readings} | ${lost} |`,
    );
}
