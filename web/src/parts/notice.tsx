import type { ComponentChildren } from 'preact';
import { NoAnswer, Refused } from '../api';
import type { Loaded } from '../live';

/** What went wrong, in words. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => unknown }) {
  return (
    <div class="notice bad" role="alert">
      <p>
        <span aria-hidden="true">▲</span> <strong>{titleOf(error)}</strong> {detailOf(error)}
      </p>
      {error instanceof Refused && error.problem.errors && (
        <ul>
          {error.problem.errors.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              <code>{pointer || 'all of it'}</code>: {detail}
            </li>
          ))}
        </ul>
      )}
      {retry && (
        <button type="button" onClick={() => retry()}>
          Try again
        </button>
      )}
    </div>
  );
}

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
