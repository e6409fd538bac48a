import { Trouble } from './bootstrap/trouble.cjs';
import { closeBooks, countMessages } from './demo/books';
import { createBus } from './demo/bus';
import { legend } from './demo/board';
import { ends } from './demo/ends';
import { type Finding, linesOf } from './demo/finding';
import { help } from './demo/help';
import { lacks, readStock } from './demo/needs';
import { type Options, readOptions } from './demo/options';
import { createPaint, wrap } from './lib/paint';
import { createLiveReporter, createPlainReporter } from './demo/reporter';
import { type Before, newestOfOthers, ownReservations, reservedStock } from './demo/reservations';
import type { Run } from './demo/run';
import { runScenarios } from './demo/run-scenarios';
import { createShop, type Shop } from './demo/shop';
import { tellTimeline } from './demo/timeline';
import { untilInterrupted } from './lib/until-interrupted';
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
  const options = await readOptions(process.argv.slice(2), process.env);
  if (options === 'help') return tellHelp();
  const idle = createShop(options);
  await assertRuns(options, idle);
  const scenarios = options.scenario ? [options.scenario] : SCENARIOS;
  const prepared = await prepare(scenarios, { options, shop: idle });
  const work = async (signal: AbortSignal) => {
    const shop = createShop({ ...options, signal });
    await runAll(prepared.runs, { options, shop, signal });
    signal.throwIfAborted();
    return conclude(prepared, shop);
  };
  // the orders do not need anybody who watches
  return untilInterrupted(work, () => write('Stopped watching; the orders go on.'));
}

function tellHelp(): number {
  for (const line of help(columnsNow())) write(line);
  return 0;
}

async function assertRuns({ url }: Options, shop: Shop): Promise<void> {
  const unready = await shop.unready().catch(() => 'unreachable' as const);
  if (unready === undefined) return;
  const what =
    unready === 'unreachable' ? `Nothing answers at ${url}` : `The system at ${url} is not ready (${unready})`;
  throw new Trouble(`${what}: \`npm start\` in another terminal first, or name another one with \`-- --url\`.`);
}

interface Prepared {
  runs: Run[];
  before: Before;
}

async function prepare(
  scenarios: readonly Scenario[],
  { options, shop }: { options: Options; shop: Shop },
): Promise<Prepared> {
  // first the newest order: one that reserves between the two counts as another's
  const newest = await newestOfOthers(shop, []);
  const stock = await readStock(shop, scenarios);
  const stamp = Date.now().toString(36).slice(-6);
  const runs = scenarios.map((scenario, i): Run => {
    const orderId = `demo-${stamp}-${String(i + 1).padStart(2, '0')}`;
    const noBus = scenario.via === 'EventBridge' && !options.aws ? 'needs a local system, to reach its bus' : undefined;
    const notRun = noBus ?? lacks(scenario, stock);
    const startedAt = performance.now();
    return { scenario, orderId, startedAt, answers: [], waits: true, ...(notRun !== undefined && { notRun }) };
  });
  return { runs, before: { stock, newest } };
}

async function runAll(runs: Run[], p: { options: Options; shop: Shop; signal: AbortSignal }): Promise<void> {
  const { options, shop, signal } = p;
  introduce(runs, options);
  const timeline = options.scenario !== undefined;
  const live = process.stdout.isTTY && !timeline;
  const reporter = live
    ? createLiveReporter(process.stdout, runs, colours)
    : createPlainReporter(timeline ? ignore : write);
  const publish = options.aws && createBus({ endpoint: options.aws, signal }).publish;
  const onChange = (run: Run) => signal.aborted || reporter.changed(run);
  const deps = { shop, signal, onChange, ...(publish && { publish }) };
  signal.addEventListener('abort', reporter.close);
  const placed = runs.filter(({ notRun }) => notRun === undefined);
  const columns = process.stdout.isTTY ? columnsNow() : undefined;
  const telling = timeline ? placed.map((run) => tellTimeline(run, { shop, write, paint, columns, signal })) : [];
  await Promise.all([runScenarios(placed, { ...deps, restoring: createShop(options) }), ...telling]);
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

async function conclude({ runs, before }: Prepared, shop: Shop): Promise<number> {
  const placed = runs.filter(({ notRun }) => notRun === undefined);
  for (const line of ends({ runs, columns: columnsNow(), paint })) write(line);
  // what customers are told goes its own way, and may have come later
  for (const run of placed) run.journal = await shop.journal(run.orderId);
  const books = closeBooks(placed);
  tellFindings('The books of these orders, in USD', books);
  const tell = (text: string) => wrap(text, columnsNow() - 1).forEach((line) => write(paint('dim', line)));
  const told = countMessages(placed);
  tellFindings('What customers were told', [told]);
  const own = ownReservations(placed);
  tellFindings('The stock, in units', [own]);
  const reserved = await reservedStock(placed, { shop, before, tell });
  for (const finding of reserved) tellFinding(finding);
  const right = placed.filter((run) => surprises(run).length === 0).length;
  const skipped = runs.length - placed.length;
  write('');
  write(paint('bold', `${right} of ${placed.length} ended as expected${skipped > 0 ? `; ${skipped} not run` : ''}.`));
  const wrong = [...books, told, own, ...reserved].some(({ verdict }) => verdict === 'wrong');
  return right === placed.length && !wrong ? 0 : 1;
}

function tellFindings(title: string, findings: readonly Finding[]): void {
  write('');
  write(paint('bold', title));
  for (const finding of findings) tellFinding(finding);
}

function tellFinding(finding: Finding): void {
  for (const line of linesOf(finding, { columns: columnsNow(), paint })) write(line);
}
