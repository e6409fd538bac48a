import { goTo, linkTo } from '../router';

interface PagerProps {
  segments: readonly string[];
  /** the filter, without the cursor */
  filter: Record<string, string | undefined>;
  /** of the page that is shown; none: the first */
  cursor: string | undefined;
  /** of the next page; none: there is none */
  next: string | undefined;
}

/** To the next page and back: cursors lead only onwards, so this tab keeps those that led here. */
export function Pager({ segments, filter, cursor, next }: PagerProps) {
  const before = trail(segments, filter);
  const at = cursor === undefined ? -1 : before.indexOf(cursor);
  const open = (to: string | undefined) => goTo(linkTo(segments, { ...filter, cursor: to }));
  const onwards = () => {
    const passed = cursor === undefined ? [] : before.slice(0, at + 1);
    keepTrail(segments, filter, [...passed, ...(cursor !== undefined && at < 0 ? [cursor] : []), next!]);
    open(next);
  };
  if (cursor === undefined && next === undefined) return null;
  return (
    <nav class="buttons" aria-label="Pages of this list">
      <button type="button" disabled={cursor === undefined} onClick={() => open(at > 0 ? before[at - 1] : undefined)}>
        Previous
      </button>
      <button type="button" disabled={next === undefined} onClick={onwards}>
        Next
      </button>
    </nav>
  );
}

const nameOf = (segments: readonly string[], filter: object) =>
  `waybill.trail.${segments.join('/')}.${JSON.stringify(filter)}`;

function trail(segments: readonly string[], filter: object): string[] {
  try {
    return JSON.parse(sessionStorage.getItem(nameOf(segments, filter)) ?? '[]') as string[];
  } catch {
    return [];
  }
}

function keepTrail(segments: readonly string[], filter: object, cursors: string[]): void {
  try {
    sessionStorage.setItem(nameOf(segments, filter), JSON.stringify(cursors));
  } catch {
    // then Previous leads to the first page
  }
}
