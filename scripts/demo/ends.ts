import type { View } from './board';
import { cells, chooseColumns, type Column, scenarioColumn, titles, widthOf } from './columns';
import { fit, type Paint, seconds, wrap } from '../lib/paint';
import type { Run } from './run';
import { surprises } from './verdict';
import { wayOf } from './way';

/** from here on what happened fits beside an order, not only below it */
const WIDE = 150;
const INDENT = '    ';

const amount = (value: number | undefined) => value?.toFixed(2) ?? '';

const endColumn: Column = {
  title: 'end',
  width: 21,
  text: ({ order, notRun }) => (notRun === undefined ? (order?.status ?? 'unknown') : 'not run'),
};
const chargedColumn: Column = {
  title: 'charged',
  width: 7,
  side: 'right',
  text: ({ order }) => amount(order?.payment.charged),
};
const refundedColumn: Column = {
  title: 'refunded',
  width: 8,
  side: 'right',
  text: ({ order }) => amount(order?.payment.refunded),
};
const timeColumn: Column = {
  title: 'time',
  width: 7,
  side: 'right',
  text: ({ startedAt, endedAt }) => (endedAt === undefined ? '' : seconds(endedAt - startedAt)),
};
const orderColumn: Column = { title: 'order', width: 14, text: ({ orderId }) => orderId };

/** The table of ends, no line wider than the terminal: what happened to an order is below it, or beside it when wide. */
export function ends({ runs, columns, paint }: View): string[] {
  const shown = chooseColumns(columns - 3, {
    byPriority: [scenarioColumn, endColumn, timeColumn, chargedColumn, refundedColumn, orderColumn],
    shown: [scenarioColumn, orderColumn, endColumn, chargedColumn, refundedColumn, timeColumn],
  });
  const header = `  ${titles(shown)}${columns >= WIDE ? '  what happened' : ''}`;
  return [paint('bold', header.trimEnd()), ...runs.flatMap((run) => entry(run, { columns, paint, shown }))];
}

function entry(run: Run, view: Pick<View, 'columns' | 'paint'> & { shown: Column[] }): string[] {
  const { columns, paint, shown } = view;
  const head = `${verdict(run, paint)} ${cells(shown, { run, paint })}`;
  const way = run.notRun ?? wayOf(run);
  const wrong = run.notRun === undefined ? surprises(run).flatMap((text) => below(text, columns)) : [];
  const trouble = wrong.map((text) => paint('red', text));
  if (columns >= WIDE) return [...beside(head, way, { columns, paint, width: 2 + widthOf(shown) }), ...trouble];
  const words = [...(shown.includes(orderColumn) ? [] : [run.orderId]), ...(way === '' ? [] : [way])].join(': ');
  return [head.trimEnd(), ...below(words, columns).map((text) => paint('dim', text)), ...trouble];
}

const below = (text: string, columns: number) =>
  text === ''
    ? []
    : wrap(text, columns - INDENT.length - 1).map((line) => fit(`${INDENT}${line}`, columns - 1).trimEnd());

function beside(head: string, text: string, p: { columns: number; paint: Paint; width: number }): string[] {
  const [first = '', ...rest] = wrap(text, p.columns - p.width - 3).map((line) => p.paint('dim', line));
  return [`${head}  ${first}`, ...rest.map((line) => `${' '.repeat(p.width + 2)}${line}`)];
}

function verdict(run: Run, paint: Paint): string {
  if (run.notRun !== undefined) return paint('dim', '–');
  return surprises(run).length === 0 ? paint('green', '✓') : paint('red', '✗');
}
