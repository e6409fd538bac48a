type Filter = { from: string; to: string } & Record<string, string>;

/**
 * What is asked for, as a query: what is empty, or is no day, is left out. Days are the reader's: from the beginning of
 * the first to the end of the last.
 */
export function searchOf({ from, to, ...others }: Filter, cursor = ''): URLSearchParams {
  const given = {
    ...others,
    from: from && instant(`${from}T00:00:00`),
    to: to && instant(`${to}T23:59:59.999`),
    cursor,
  };
  return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== ''));
}

/** ISO 8601, of a time in the reader's zone; nothing where it is none. */
function instant(local: string): string {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
}
