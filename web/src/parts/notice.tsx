import type { ComponentChildren } from 'preact';
import { NoAnswer, Refused } from '../api';
import type { Loaded } from '../live';
import type { Problem } from '../types';
import { linkWithout } from '../router';

/** What went wrong, in words. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => unknown }) {
  const more = error instanceof Refused ? othersOf(error.problem) : [];
  return (
    <div class="notice bad" role="alert">
      <p>
        <span aria-hidden="true">▲</span> <strong>{titleOf(error)}</strong> {detailOf(error)}
      </p>
      {more.length > 0 && (
        <ul>
          {more.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              <code>{pointer || 'all of it'}</code>: {detail}
            </li>
          ))}
        </ul>
      )}
      {isOldPage(error) && <a href={linkWithout('cursor')}>See the first page</a>}
      {retry && !isOldPage(error) && (
        <button type="button" onClick={() => retry()}>
          Try again
        </button>
      )}
    </div>
  );
}

/** what it does not say already */
const othersOf = ({ errors = [], detail: said }: Problem) => errors.filter(({ detail }) => detail !== said);

/** asked for again it is no page either */
const isOldPage = (error: unknown): boolean => error instanceof Refused && error.problem.code === 'invalid_cursor';

function titleOf(error: unknown): string {
  return error instanceof Refused ? `${error.problem.title}.` : 'There is no answer.';
}

function detailOf(error: unknown): string {
  if (error instanceof Refused) return error.problem.detail ?? '';
  return error instanceof NoAnswer ? error.message : String(error);
}

export const Nothing = ({ children }: { children: ComponentChildren }) => <p class="nothing">{children}</p>;

/** What was read; while there is nothing yet, that it is being read, and what went wrong. */
export function Show<T>({ loaded, children }: { loaded: Loaded<T>; children: (data: T) => ComponentChildren }) {
  const { data, error, isLoading, reload } = loaded;
  const retry = () => reload().catch(() => undefined);
  return (
    <>
      {error !== undefined && <Trouble error={error} retry={retry} />}
      {data === undefined && isLoading && error === undefined && <Nothing>Reading…</Nothing>}
      {data !== undefined && children(data)}
    </>
  );
}
