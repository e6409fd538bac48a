import { Interrupted, Trouble } from './bootstrap/trouble.cjs';
import { createBus } from './demo/bus';
import { legend } from './demo/board';
import { closeBooks } from './demo/books';
import { ends } from './demo/ends';
import { lacks, readStock } from './demo/needs';
import { type Options, readOptions } from './demo/options';
import { createPaint, wrap } from './demo/paint';
import { createLiveReporter, createPlainReporter } from './demo/reporter';
import { follow, type Run } from './demo/run';
import { createShop, type Shop } from './demo/shop';
import { tellTimeline } from './demo/timeline';
import { surprises } from './demo/verdict';
import { type Scenario, SCENARIOS } from './lib/scenarios';

const USUAL_COLUMNS = 80;
const write = (line: string) => process.stdout.write(`${line}\n`);
const colours = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint = createPaint(colours);
const columnsNow = () => process.stdout.columns || USUAL_COLUMNS;

/**
 * Places an order of every scenario, or of one, against a running system, and shows what becomes of them.
 *
 * @returns the exit code: 0 when all ended as they should
 * @throws Trouble when it cannot be run; Interrupted when the user stopped it
 */
export async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  const shop = createShop(options);
  await assertRuns(options, shop);
  const scenarios = options.scenario ? [options.scenario] : SCENARIOS;
  const runs = await prepare(scenarios, { options, shop });
  await untilInterrupted((signal) => runAll(runs, { options, shop, signal }));
  return conclude(runs, shop);
}

async function assertRuns({ url }: Options, shop: Shop): Promise<void> {
  const ready = await shop.isReady().catch(() => undefined);
  if (ready) return;
  const what = ready === undefined ? `Nothing answers at ${url}` : `The system at ${url} is not ready`;
  throw new Trouble(`${what}: \`npm start\` in another terminal first, or name another one with \`-- --url\`.`);
}

async function prepare(scenarios: readonly Scenario[], p: { options: Options; shop: Shop }): Promise<Run[]> {
  const stock = await readStock(p.shop, scenarios);
  const stamp = Date.now().toString(36).slice(-6);
  return scenarios.map((scenario, i) => {
    const orderId = `demo-${stamp}-${String(i + 1).padStart(2, '0')}`;
    const noBus =
      scenario.via === 'EventBridge' && !p.options.aws ? 'needs a local system, to reach its bus' : undefined;
    const notRun = noBus ?? lacks(scenario, stock);
    return { scenario, orderId, startedAt: performance.now(), answers: [], ...(notRun !== undefined && { notRun }) };
  });
}

async function runAll(runs: Run[], p: { options: Options; shop: Shop; signal: AbortSignal }): Promise<void> {
  const { options, shop, signal } = p;
  introduce(runs, options);
  const timeline = options.scenario !== undefined;
  const live = process.stdout.isTTY && !timeline;
  const reporter = live
    ? createLiveReporter(process.stdout, runs, colours)
    : createPlainReporter(timeline ? ignore : write);
  const publish = options.aws && createBus({ endpoint: options.aws }).publish;
  const deps = { shop, signal, onChange: reporter.changed, ...(publish && { publish }) };
  signal.addEventListener('abort', reporter.close);
  const placed = runs.filter(({ notRun }) => notRun === undefined);
  const columns = process.stdout.isTTY ? columnsNow() : undefined;
  const telling = timeline ? placed.map((run) => tellTimeline(run, { shop, write, paint, columns })) : [];
  await Promise.all([
    ...placed.map((run) => follow(Object.assign(run, { startedAt: performance.now() }), deps)),
    ...telling,
  ]);
  reporter.close();
  // the rows that were drawn live have left their place to the table
  if (!live) write('');
}

const ignore = () => undefined;

function introduce(runs: readonly Run[], { url, scenario }: Options): void {
  const title = scenario
    ? `${scenario.name}: ${scenario.happens}`
    : `${runs.length} orders, one of each scenario, at ${url}`;
  const [first = '', ...rest] = wrap(title, columnsNow() - 1);
  for (const line of [first, ...rest]) write(paint('bold', line));
  if (scenario) write(paint('dim', `order ${runs[0]?.orderId}; ${url}/orders/${runs[0]?.orderId}`));
  else for (const line of wrap(legend(), columnsNow() - 1)) write(paint('dim', line));
  write('');
}

/** the orders do not need anybody who watches */
async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const abort = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(name, () => {
        abort.abort();
        write('Stopped watching; the orders go on.');
        const stop = new Interrupted(name);
        process.exitCode = stop.exitCode;
        reject(stop);
      });
  });
  await Promise.race([work(abort.signal), interrupted]);
}

async function conclude(runs: readonly Run[], shop: Shop): Promise<number> {
  const placed = runs.filter(({ notRun }) => notRun === undefined);
  for (const line of ends({ runs, columns: columnsNow(), paint })) write(line);
  const books = await closeBooks({ runs: placed, shop });
  write('');
  write(paint('bold', 'The books of these orders, in USD'));
  for (const text of books.lines)
    for (const line of wrap(text, columnsNow() - 1)) write(paint(text.startsWith('✓') ? 'green' : 'red', line));
  const right = placed.filter((run) => surprises(run).length === 0).length;
  const skipped = runs.length - placed.length;
  write('');
  write(paint('bold', `${right} of ${placed.length} ended as expected${skipped > 0 ? `; ${skipped} not run` : ''}.`));
  return right === placed.length && books.balanced ? 0 : 1;
}
