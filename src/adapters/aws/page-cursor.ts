import { InvalidCursorError } from '../../gateway/ports';

/** Where a page of a list by time ended: the time of its last item, and the items of exactly that time that were shown. */
export interface PageCursor {
  at: string;
  seen: string[];
  /** the filter of the page: a cursor under another one would skip items */
  of: string;
}

/** Of the page after one; @param p.before the cursor that the page came with */
export function cursorAfter(
  page: readonly { at: string; id: string }[],
  p: { before: PageCursor | undefined; of: string },
): string {
  const { at } = page.at(-1)!;
  const seen = page.filter((item) => item.at === at).map(({ id }) => id);
  const cursor: PageCursor = { at, seen: p.before?.at === at ? [...p.before.seen, ...seen] : seen, of: p.of };
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/**
 * @param p.filter what the filter is made of, in words
 * @throws InvalidCursorError when it is none, or came with a page of another filter
 */
export function readCursor(text: string, p: { of: string; filter: string }): PageCursor {
  const { at, seen, of } = parse(text) ?? {};
  if (typeof at !== 'string' || at === '' || !Array.isArray(seen) || !seen.every((id) => typeof id === 'string'))
    throw new InvalidCursorError('expected the cursor of the page before, unchanged');
  if (of !== p.of)
    throw new InvalidCursorError(`expected the same ${p.filter} as of the page that the cursor came with`);
  return { at, seen, of };
}

/** The filter that a cursor came with; `undefined`: it is none. */
export const markIn = (text: string): string | undefined => parse(text)?.of;

function parse(text: string): Partial<PageCursor> | undefined {
  try {
    return (JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<PageCursor> | null) ?? undefined;
  } catch {
    return undefined;
  }
}
