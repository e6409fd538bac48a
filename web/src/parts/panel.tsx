import type { ComponentChildren } from 'preact';

interface PanelProps {
  title: string;
  /** beside the title */
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

/** A box of the form, with its heading. */
export function Panel({ title, aside, class: name = '', children }: PanelProps) {
  const id = `panel-${title.toLowerCase().replaceAll(/\W+/g, '-')}`;
  return (
    <section class={`panel ${name}`} aria-labelledby={id}>
      <div class="title">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Names and what belongs to them; those without are left out. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
