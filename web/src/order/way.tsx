import type { Order } from '../types';
import { count, duration, wordsOf } from '../words';
import { Nothing } from '../parts/notice';
import { Time } from '../parts/time';

/** The way of the order through its states, in words. */
export function Way({ states }: { states: Order['states'] }) {
  if (states.length === 0) return <Nothing>It has not begun.</Nothing>;
  return (
    <ol class="way" aria-label="The states that the order passed">
      {states.map((state) => (
        <li key={state.enteredAt + state.name} aria-current={state.exitedAt === null ? 'step' : undefined}>
          <strong>{wordsOf(state.name)}</strong>
          <span>
            <Time at={state.enteredAt} always="exact" />, {spent(state)}
            {(state.attempts ?? 0) > 1 && `, ${count(state.attempts ?? 0, 'try', 'tries')}`}
          </span>
        </li>
      ))}
    </ol>
  );
}

function spent({ enteredAt, exitedAt }: Order['states'][number]): string {
  if (exitedAt === null) return 'and there it is';
  return `for ${duration(Date.parse(exitedAt) - Date.parse(enteredAt))}`;
}
