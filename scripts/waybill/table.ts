/** Columns as wide as their longest cell, but for the last one; two blanks between. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [titles, ...rows];
  const widths = titles.slice(0, -1).map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Tells how a page is gone on with. */
export const moreWith = (cursor: string | undefined): string[] =>
  cursor === undefined ? [] : [`There are more: --cursor ${cursor}`];

/** The options that were given, as a query. */
export function queryOf(given: Record<string, string | undefined>): string {
  const entries = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`;
}
