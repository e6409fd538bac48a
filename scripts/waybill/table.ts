import { printable } from '../lib/printable';
import { wrap } from '../lib/paint';

/** the last column is beside the others only where it has so much room, and its longest word too */
const LEAST_ROOM = 24;
const GAP = '  ';

/**
 * Columns as wide as their longest cell, but for the last one; two blanks between. Where a terminal is not wide enough
 * the last one is broken between words; and where that leaves it no room, each row between its cells. Nothing is cut.
 *
 * @param width of the terminal, in columns; undefined: as wide as it takes
 */
export function table(titles: readonly string[], rows: readonly (readonly string[])[], width = Infinity): string[] {
  const all = [titles, ...rows].map((row) => row.map(printable));
  const widths = titles.slice(0, -1).map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const room = width - widths.reduce((sum, one) => sum + one + GAP.length, 0);
  const last = all.map((row) => row.at(-1)!);
  const longest = Math.max(...last.map((cell) => cell.length));
  const longestWord = Math.max(...last.flatMap((cell) => cell.split(' ')).map((word) => word.length));
  if (longest > room && room < Math.max(LEAST_ROOM, longestWord)) return all.flatMap((row) => flow(row, width));
  const lineOf = (cells: readonly string[]) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(GAP);
  return all
    .flatMap((row) =>
      broken(row.at(-1)!, room).map((part, line) =>
        lineOf([...row.slice(0, -1).map((cell) => (line === 0 ? cell : '')), part]),
      ),
    )
    .map((line) => line.trimEnd());
}

/** A text as lines of at most that many columns, those after the first one indented. */
export function paragraph(text: string, width = Infinity, indent = ''): string[] {
  const [first = '', ...rest] = broken(printable(text), width - indent.length);
  return [first, ...rest.map((line) => `${indent}${line}`)];
}

const broken = (text: string, width: number): string[] => (text.length <= width ? [text] : wrap(text, width));

/** The cells of a row after each other, on as many lines as it takes. */
function flow(cells: readonly string[], width: number): string[] {
  const indent = '    ';
  const lines: string[] = [];
  for (const cell of cells.filter((one) => one !== '')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + GAP.length + cell.length <= width) lines[lines.length - 1] += GAP + cell;
    else if (last === undefined) lines.push(cell);
    else lines.push(...broken(cell, width - indent.length).map((line) => indent + line));
  }
  return lines;
}

/** Tells how a page is gone on with. */
export const moreWith = (cursor: string | undefined): string[] =>
  cursor === undefined ? [] : [`There are more: --cursor ${quoted(cursor)}`];

/** A word as a shell takes it for one. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

/** A time to the second: it is narrower, and can be given back as it is. */
export const toSeconds = (at: string): string => at.replace(/\.\d+Z$/, 'Z');

/** The options that were given, as a query. */
export function queryOf(given: Record<string, string | undefined>): string {
  const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`;
}
