import { useEffect, useRef, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { newKey, NoAnswer, Refused, send } from '../api';
import { Field } from './field';
import { Trouble } from './notice';
import { useRemembered } from '../remembered';

/** Something that an operator does by hand. */
export interface Act<T = unknown> {
  title: string;
  /** what will happen, in a sentence or two */
  happens: ComponentChildren;
  /** what the button says that does it */
  confirm: string;
  path: string;
  /** what is sent beside the operator's name and reason */
  body?: () => object;
  fields?: ComponentChildren;
  /** in words, from the answer */
  done: (answer: T) => ComponentChildren;
  /** called when it is done */
  onDone?: (answer: T) => unknown;
}

interface ActDialogProps<T> {
  act: Act<T>;
  onClose: () => void;
}

/** The dialog of something done by hand: who, why, what will happen; then what came of it. */
export function ActDialog<T>({ act, onClose }: ActDialogProps<T>) {
  const dialog = useRef<HTMLDialogElement>(null);
  const opener = useRef<Element | null>(null);
  const key = useRef(newKey());
  const [by, rememberBy] = useRemembered('operator');
  const [reason, setReason] = useState('');
  const [outcome, setOutcome] = useState<{ answer: T } | { error: unknown }>();
  const [isSending, setSending] = useState(false);
  const isDone = outcome !== undefined && 'answer' in outcome;

  useEffect(() => {
    opener.current = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener.current?.isConnected && opener.current instanceof HTMLElement) opener.current.focus();
      // what it was opened from may be gone with what was done
      else document.querySelector('h1')?.focus();
    };
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    // a second press sends nothing
    if (isSending) return;
    setSending(true);
    try {
      const body = { ...act.body?.(), by: by.trim(), reason: reason.trim() };
      const answer = await send<T>('POST', act.path, { body, key: key.current });
      setOutcome({ answer });
      await act.onDone?.(answer);
    } catch (error) {
      setOutcome((before) => (before && 'answer' in before ? before : { error }));
      // refused, it did not happen: what is sent next is something new. Unanswered, it may have: the same is done once
      if (error instanceof Refused && error.problem.status < 500) key.current = newKey();
    } finally {
      setSending(false);
    }
  };

  return (
    <dialog ref={dialog} aria-labelledby="act-title" onClose={onClose}>
      <h2 id="act-title">{act.title}</h2>
      {isDone ? (
        <>
          <div class="notice good" role="status">
            <p>
              <span aria-hidden="true">✓</span> {act.done(outcome.answer)}
            </p>
          </div>
          <div class="buttons">
            <button type="button" class="main" ref={focusNow} onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
        </>
      ) : (
        <form onSubmit={(event) => void submit(event)}>
          <p>{act.happens}</p>
          {act.fields}
          <Field
            label="Your name"
            name="by"
            value={by}
            onInput={rememberBy}
            isRequired
            hint="Kept in the audit trail."
          />
          <Field label="Reason" name="reason" value={reason} onInput={setReason} isRequired />
          {outcome && 'error' in outcome && (
            <>
              <Trouble error={outcome.error} />
              {outcome.error instanceof NoAnswer && <p>It may have happened. Sent again from here, it is done once.</p>}
            </>
          )}
          <div class="buttons">
            <button type="button" onClick={() => dialog.current?.close()}>
              Leave it
            </button>
            <button type="submit" class="main" aria-disabled={isSending}>
              {isSending ? 'Sending…' : act.confirm}
            </button>
          </div>
        </form>
      )}
    </dialog>
  );
}

const focusNow = (element: HTMLElement | null) => element?.focus();
