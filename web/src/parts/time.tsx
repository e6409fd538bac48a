import { exact, relative, told } from '../words';
import { partsOf } from '../../../src/domain/shown-time';
import { useNow } from '../clock';
import { useRemembered } from '../remembered';

/** From now or exactly, as the reader chose; the other, and UTC, when it is pointed at. */
export function Time({ at, always }: { at: string; always?: 'exact' | 'relative' }) {
  const now = useNow();
  const [chosen] = useRemembered('times');
  const isExact = (always ?? chosen) === 'exact';
  const title = `${isExact ? relative(at, now) : exact(at, now)} · ${utc(at)}`;
  return (
    <time dateTime={at} title={title}>
      {isExact ? exact(at, now) : relative(at, now)}
    </time>
  );
}

/** What the gateway says of times in a sentence, in the zone of whoever reads it. */
export function Said({ text }: { text: string }) {
  const now = useNow();
  return (
    <>
      {partsOf(text).map((part) =>
        typeof part === 'string' ? (
          part
        ) : (
          <time dateTime={part.at} title={utc(part.at)}>
            {told(part, now)}
          </time>
        ),
      )}
    </>
  );
}

/** When something is tried again: what is due is not told as past. */
export function Due({ at }: { at: string }) {
  const now = useNow();
  return Date.parse(at) > now ? <Time at={at} /> : <>any moment now</>;
}

const utc = (at: string) =>
  `${new Date(at)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')} UTC`;

/** Has all times told the one way or the other: what a pointer shows, a keyboard reaches with this. */
export function TimesSwitch() {
  const [chosen, remember] = useRemembered('times');
  const isExact = chosen === 'exact';
  return (
    <button type="button" class="quiet" aria-pressed={isExact} onClick={() => remember(isExact ? '' : 'exact')}>
      Exact times
    </button>
  );
}
