import type { ComponentChildren } from 'preact';
import type { OrderStatus } from '../../../src/domain/states';
import { SIGNS, STATUS_WORDS, type Tone } from '../words';

/** A word with a sign, and a colour. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{SIGNS[tone]}</span> {children}
    </span>
  );
}

export function Status({ status }: { status: OrderStatus }) {
  const [words, tone] = STATUS_WORDS[status];
  return <Badge tone={tone}>{words}</Badge>;
}
