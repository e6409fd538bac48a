import { PATHS } from '.';

export const PATH_HEAD = ['What happens', 'Ends as', 'Paid', 'Units', 'The customer hears'];

/** The paths as the document tells them: a table for each theme. */
export const pathTables = (): { theme: string; rows: string[][] }[] =>
  Object.entries(PATHS).map(([theme, paths]) => ({
    theme,
    rows: paths.map(({ name, status, money, stock, told }) => [name, status, money, stock, told]),
  }));
