import { useId } from 'preact/hooks';
import type { ComponentChildren } from 'preact';

interface FieldProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  name?: string;
  type?: 'text' | 'search' | 'number' | 'date';
  hint?: string;
  isRequired?: boolean;
  max?: number;
  min?: number;
  step?: number;
  placeholder?: string;
  /** rows of a larger one */
  rows?: number;
  isCode?: boolean;
}

/** A labelled input. */
export function Field(p: FieldProps) {
  const id = useId();
  const common = {
    id,
    name: p.name ?? p.label,
    value: p.value,
    required: p.isRequired ?? false,
    placeholder: p.placeholder ?? '',
    autocomplete: 'off',
    class: p.isCode ? 'code' : '',
    onInput: ({ currentTarget }: { currentTarget: { value: string } }) => p.onInput(currentTarget.value),
    ...(p.hint !== undefined && { 'aria-describedby': `${id}-hint` }),
  };
  const limits = {
    ...(p.max !== undefined && { max: p.max }),
    ...(p.min !== undefined && { min: p.min }),
    ...(p.step !== undefined && { step: p.step }),
  };
  return (
    <div class="field">
      <label for={id}>{p.label}</label>
      {p.rows === undefined ? (
        <input type={p.type ?? 'text'} {...common} {...limits} />
      ) : (
        <textarea rows={p.rows} spellcheck={false} {...common} />
      )}
      {p.hint !== undefined && (
        <p id={`${id}-hint`} class="hint">
          {p.hint}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  /** values, and what they are called */
  options: readonly (readonly [value: string, words: string])[];
  name?: string;
}

/** A labelled choice among a few. */
export function Choice({ label, value, onInput, options, name = label }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} value={value} onChange={({ currentTarget }) => onInput(currentTarget.value)}>
        {options.map(([option, words]) => (
          <option key={option} value={option} selected={option === value}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What belongs together in a form, as a row where there is room. */
export const Fields = ({ children }: { children: ComponentChildren }) => <div class="fields">{children}</div>;
