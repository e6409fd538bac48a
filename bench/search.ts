import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { countReads } from './search/counted';
import { createOrderReader } from '../src/adapters/aws/order-reader';
import { deployToEmulator } from '../infra/deploy';
import { documentsAt, EMULATOR_REGION } from '../scripts/lib/aws-access';
import { environmentFromOutputs } from '../infra/outputs';
import { type Findable, findable, searchesOf } from './search/searches';
import { freePort } from '../scripts/lib/ports';
import { readTables } from '../src/config';
import { scannedBy, walk } from './search/walk';
import { seededOrder, type Seed } from '../scripts/seed-orders/orders';
import { startMinistack } from '../scripts/lib/servers';
import { synthesizedTemplate } from '../scripts/lib/template';
import { writeOrders } from '../scripts/seed-orders/write';

const write = (line: string) => void process.stdout.write(`${line}\n`);

const SEED: Seed = { name: 'bench', until: '2025-07-09T12:00:00.000Z', days: 90 };

/** What each search reads of so many orders, on an emulator of its own. */
async function main(): Promise<void> {
  // the AWS SDK's advice about future Nodes
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const { values } = parseArgs({
    options: {
      orders: { type: 'string', default: '100000' },
      limit: { type: 'string', default: '25' },
      pages: { type: 'string', default: '20' },
    },
  });
  const [orders, limit, atMost] = [Number(values.orders), Number(values.limit), Number(values.pages)];
  const home = await mkdtemp(join(tmpdir(), 'waybill-bench-'));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const emulator = await startMinistack({ port, log: join(home, 'ministack.log') });
  const db = documentsAt(endpoint);
  try {
    const template = await synthesizedTemplate();
    const resources = environmentFromOutputs(await deployToEmulator({ endpoint, region: EMULATOR_REGION, template }));
    const tables = readTables(resources);
    const begun = performance.now();
    const { view, lookups } = tables;
    await writeOrders({ db, tables: { view, lookups }, seed: SEED, count: orders });
    write(`${orders} orders, written in ${((performance.now() - begun) / 1000).toFixed(0)} s; pages of ${limit}\n`);
    await measure({ db, tables, orders, limit, atMost });
  } finally {
    db.destroy();
    await emulator.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function measure(p: {
  db: ReturnType<typeof documentsAt>;
  tables: ReturnType<typeof readTables>;
  orders: number;
  limit: number;
  atMost: number;
}): Promise<void> {
  const all: Findable[] = Array.from({ length: p.orders }, (_, i) => findable(seededOrder(SEED, i + 1)));
  const days = all.map(({ createdAt }) => createdAt.slice(0, 'yyyy-mm-dd'.length)).toSorted();
  const reader = createOrderReader({ db: p.db, tables: p.tables, now: () => new Date(SEED.until) });
  const counted = countReads(p.db);
  const columns = ['search', 'found', 'pages', 'shown', 'looked at', 'per page', 'worst', 'calls', 'ms', 'worst ms'];
  const widths = columns.map((name, i) => (i === 0 ? 34 : Math.max(name.length, 8)));
  const row = (cells: (string | number)[]) =>
    write(cells.map((cell, i) => (i === 0 ? `${cell}`.padEnd(widths[0]!) : `${cell}`.padStart(widths[i]!))).join('  '));
  row(columns);
  for (const { name, filter, finds } of searchesOf(all, { days: [days[0]!, days.at(-1)!] })) {
    const { pages, isOver } = await walk({ reader, counted, filter, limit: p.limit, atMost: p.atMost });
    const scanned = pages.map(scannedBy);
    const calls = pages.map(({ reads }) => reads.length);
    const ms = pages.map((page) => page.ms);
    row([
      name,
      all.filter(finds).length,
      `${pages.length}${isOver ? '' : '+'}`,
      sum(pages.map(({ ids }) => ids.length)),
      sum(scanned),
      (sum(scanned) / pages.length).toFixed(0),
      Math.max(...scanned),
      (sum(calls) / pages.length).toFixed(1),
      (sum(ms) / pages.length).toFixed(0),
      Math.max(...ms).toFixed(0),
    ]);
  }
  write('\nLooked at: items that queries looked at (ScannedCount) and that were asked for by key, shown or not.');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

void main();
