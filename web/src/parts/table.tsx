import type { ComponentChildren } from 'preact';

export interface Column<T> {
  name: string;
  cell: (row: T) => ComponentChildren;
  /** of numbers */
  isNumber?: boolean;
  /** sentences: they have room, and break wherever they have to */
  isText?: boolean;
}

interface TableProps<T> {
  caption: string;
  /** only for those who do not see the page */
  isCaptionHidden?: boolean;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
}

/** A table; on a phone each row is a card. Its first column names the row. */
export function Table<T>({ caption, isCaptionHidden = false, columns, rows, keyOf }: TableProps<T>) {
  // roles by name: a table that is laid out as cards is none any more to some screen readers
  return (
    <table role="table">
      <caption class={isCaptionHidden ? 'unseen' : ''}>{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, isNumber }) => (
            <th key={name} scope="col" role="columnheader" class={isNumber ? 'number' : ''}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map(({ name, cell, isNumber, isText }, at) => {
              const shown = { 'data-name': name, class: isNumber ? 'number' : isText ? 'text' : '' };
              return at === 0 ? (
                <th key={name} scope="row" role="rowheader" {...shown}>
                  {cell(row)}
                </th>
              ) : (
                <td key={name} role="cell" {...shown}>
                  {cell(row)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
