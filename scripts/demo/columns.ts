import { fit, type Paint, type Style } from '../lib/paint';
import type { Run } from './run';

/** A column of a table of orders. */
export interface Column {
  title: string;
  /** what does not fit is cut */
  width: number;
  side?: 'left' | 'right';
  text: (run: Run) => string;
  style?: (run: Run) => Style | undefined;
}

const GAP = '  ';

export const scenarioColumn: Column = { title: 'scenario', width: 22, text: ({ scenario: { name } }) => name };

/** Columns that fit a width: the first ones of `byPriority`, in the order of `shown`. */
export function chooseColumns(
  width: number,
  { byPriority, shown }: Record<'byPriority' | 'shown', Column[]>,
): Column[] {
  const chosen = byPriority.filter((_, i) => widthOf(byPriority.slice(0, i + 1)) <= width);
  if (chosen.length === 0) return [{ ...scenarioColumn, width: Math.max(1, width) }];
  return shown.filter((column) => chosen.includes(column));
}

/** The width of a row. */
export const widthOf = (columns: readonly Column[]) =>
  columns.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length);

export const titles = (columns: readonly Column[]) =>
  columns.map(({ title, width, side }) => fit(title, width, side)).join(GAP);

export const cells = (columns: readonly Column[], { run, paint }: { run: Run; paint: Paint }) =>
  columns
    .map(({ text, width, side, style }) => {
      const cell = fit(text(run), width, side);
      const chosen = style?.(run);
      return chosen ? paint(chosen, cell) : cell;
    })
    .join(GAP);
