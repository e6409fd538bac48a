import type { OrderStory } from '../types';
import { Nothing } from '../parts/notice';
import { Said, Time } from '../parts/time';

type Entry = OrderStory['timeline'][number];

/** each with a sign, and a word for those who do not see it; drawn as text, not as pictures */
const KINDS: Record<Entry['kind'], readonly [sign: string, word: string]> = {
  step: ['●', 'Step'],
  money: ['¤', 'Money'],
  stock: ['▦', 'Stock'],
  parcel: ['▣', 'Parcel'],
  message: ['✉\uFE0E', 'Message'],
  wait: ['◷', 'Waits'],
  trouble: ['▲', 'Trouble'],
  action: ['☛\uFE0E', 'By hand'],
  end: ['■', 'End'],
};

/** What happened, newest first. */
export function Timeline({ entries }: { entries: readonly Entry[] }) {
  if (entries.length === 0) return <Nothing>Nothing has happened yet.</Nothing>;
  return (
    <ol class="timeline" reversed>
      {[...entries].reverse().map((entry) => (
        <TimelineEntry key={`${entry.sequence} ${entry.title}`} entry={entry} />
      ))}
    </ol>
  );
}

function TimelineEntry({ entry: { at, kind, title, detail, operator, sequence } }: { entry: Entry }) {
  const [sign, word] = KINDS[kind];
  return (
    <li class={kind} data-sequence={sequence}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <div>
        <p>
          <span class="unseen">{word}: </span>
          <strong>
            <Said text={title} />
          </strong>
        </p>
        {detail !== undefined && (
          <p>
            <Said text={detail} />
          </p>
        )}
        {operator && (
          <p class="operator">
            By {operator.by}
            {operator.reason !== undefined && <>: “{operator.reason}”</>}
          </p>
        )}
      </div>
      <Time at={at} always="exact" />
    </li>
  );
}
