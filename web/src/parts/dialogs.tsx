import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

type Dialog = (close: () => void) => VNode;

let show: (dialog: Dialog | undefined) => void = () => undefined;

/** Where dialogs live: not with the button that opened one, which may be gone with what was done. */
export function Dialogs() {
  const [dialog, setDialog] = useState<{ of: Dialog | undefined }>({ of: undefined });
  useEffect(() => {
    show = (next) => setDialog({ of: next });
    // over another page it would be about something that is not seen there
    const close = () => setDialog({ of: undefined });
    window.addEventListener('hashchange', close);
    return () => window.removeEventListener('hashchange', close);
  }, []);
  return dialog.of ? dialog.of(() => show(undefined)) : null;
}

interface DialogButtonProps {
  dialog: Dialog;
  children: ComponentChildren;
  class?: string;
}

/** A button that opens a dialog. */
export function DialogButton({ dialog, children, class: name = '' }: DialogButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(
    () => () => {
      // it goes with what was done, and the focus with it
      if (document.activeElement === button.current) document.querySelector('h1')?.focus();
    },
    [],
  );
  return (
    <button ref={button} type="button" class={name} aria-haspopup="dialog" onClick={() => show(dialog)}>
      {children}
    </button>
  );
}
