import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Link } from '../live';
import { relative, SIGNS, type Tone } from '../words';
import { useNow } from '../clock';

interface PageProps {
  title: string;
  /** beside the title */
  aside?: ComponentChildren;
  children: ComponentChildren;
}

/** A page: whoever comes to it hears and is at its title. */
export function Page({ title, aside, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Waybill`;
  }, [title]);
  useEffect(() => {
    // not on the first page: that begins at its beginning
    if (hasMoved) heading.current?.focus();
    hasMoved = true;
  }, []);
  return (
    <main id="main">
      <div class="title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {aside}
      </div>
      {children}
    </main>
  );
}

let hasMoved = false;

const LINKS: Record<Link['state'], readonly [words: string, tone: Tone]> = {
  connecting: ['Connecting', 'busy'],
  live: ['Live', 'good'],
  polling: ['Polling every 5 s: the stream is broken', 'wait'],
  offline: ['Offline', 'bad'],
  ended: ['Ended: nothing more comes', 'over'],
};

/** How news comes. */
export function LinkState({ link }: { link: Link }) {
  const [words, tone] = LINKS[link.state];
  const now = useNow();
  return (
    <p class={`badge ${tone}`}>
      <span aria-hidden="true">{SIGNS[tone]}</span> <span role="status">{words}</span>
      {link.state === 'offline' && ` since ${relative(new Date(link.since).toISOString(), now)}`}
    </p>
  );
}
