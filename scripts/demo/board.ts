import { cells, chooseColumns, type Column, scenarioColumn, titles, widthOf } from './columns';
import { fit, type Paint, seconds, type Style } from '../lib/paint';
import type { Run } from './run';
import { type Mark, STAGES, track } from './track';
import { surprises } from './verdict';

export interface View {
  runs: readonly Run[];
  /** of the terminal */
  columns: number;
  paint: Paint;
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const SPIN_MS = 100;
const MARKS: Record<Mark, string> = { passed: '●', now: '◉', failed: '✗', ahead: '·' };
const EXPLANATION = 34;

/**
 * The orders as they are now: a row each, none wider than the terminal.
 *
 * @param now milliseconds of the runs' clock
 * @param rows of the terminal: when they are too few, orders that have ended give way
 */
export function board({ runs, columns, paint, now, rows }: View & { now: number; rows: number }): string[] {
  const shown = columnsFor(columns - 3, now);
  const line = (run: Run) => `${mark(run, now, paint)} ${cells(shown, { run, paint })}`;
  const ended = runs.filter(({ endedAt }) => endedAt !== undefined).length;
  const summary = `  ${ended} of ${runs.length} ended; amounts in USD`;
  const room = Math.max(1, rows - 3);
  const visible = runs.length <= room ? runs : runs.filter(({ endedAt }) => endedAt === undefined).slice(0, room);
  return [
    paint('dim', fit(`  ${titles(shown)}`, columns - 1)),
    ...visible.map(line),
    paint('dim', fit(summary, columns - 1)),
  ];
}

/** the letters of the stages, explained */
export const legend = (): string => STAGES.map(({ letter, name }) => `${letter} ${name}`).join(', ');

function columnsFor(width: number, now: number): Column[] {
  const state: Column = { title: 'is now', width: 22, text: stateOf, style: styleOf };
  const time: Column = { title: 'time', width: 6, side: 'right', text: (run) => elapsed(run, now) };
  const way: Column = { title: STAGES.map(({ letter }) => letter).join(''), width: STAGES.length, text: marks };
  const money: Column = { title: 'paid', width: 12, side: 'right', text: moneyOf };
  const byPriority = [scenarioColumn, state, time, way, money];
  const chosen = chooseColumns(width, { byPriority, shown: [scenarioColumn, state, way, money, time] });
  const left = width - widthOf([...chosen, { ...time, width: 0 }]);
  const why: Column = { title: 'what happens', width: left, text: ({ scenario: { happens } }) => happens };
  return left >= EXPLANATION ? [...chosen, why] : chosen;
}

const marks = ({ order }: Run) =>
  track(order)
    .map((each) => MARKS[each])
    .join('');

function mark(run: Run, now: number, paint: Paint): string {
  if (run.notRun !== undefined) return paint('dim', '–');
  if (run.waits) return paint('dim', '·');
  if (run.endedAt === undefined) return paint('cyan', SPINNER[Math.floor(now / SPIN_MS) % SPINNER.length] ?? '');
  return surprises(run).length === 0 ? paint('green', '✓') : paint('red', '✗');
}

/** Where an order is, in a word: its state, or its status once it ended. */
export function stateOf({ order, endedAt, notRun, trouble, waits }: Run): string {
  if (notRun !== undefined) return 'not run';
  if (trouble !== undefined) return 'trouble';
  if (waits) return 'waits for its turn';
  if (!order) return 'placing';
  const open = order.states.find(({ exitedAt }) => exitedAt === null);
  return endedAt === undefined ? (open?.name ?? order.status) : order.status;
}

function styleOf({ order, endedAt, trouble, waits }: Run): Style | undefined {
  if (trouble !== undefined) return 'red';
  if (waits) return 'dim';
  if (endedAt === undefined) return 'cyan';
  return order?.status === 'SHIPPED' || order?.status === 'DELIVERED' ? 'green' : 'yellow';
}

/** What was charged, and given back. */
export function moneyOf({ order }: Run): string {
  if (!order || order.payment.charged === 0) return '';
  const { charged, refunded } = order.payment;
  return refunded === 0 ? charged.toFixed(2) : `${charged.toFixed(2)} −${refunded.toFixed(2)}`;
}

const elapsed = ({ startedAt, endedAt, notRun, waits }: Run, now: number) =>
  notRun === undefined && !waits ? seconds((endedAt ?? now) - startedAt) : '';
