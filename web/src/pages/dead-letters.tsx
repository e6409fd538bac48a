import { useState } from 'preact/hooks';
import { DEAD_LETTER_CLASSES, DEAD_LETTER_STATES, type DeadLetterClass } from '../../../src/domain/dead-letters';
import type { DeadLetterPage, RedriveBatch, RedriveProgress } from '../types';
import { ActDialog } from '../parts/act';
import { Badge } from '../parts/status';
import { Choice, Fields } from '../parts/field';
import { count, type Tone, wordsOf } from '../words';
import { DialogButton } from '../parts/dialogs';
import { goTo, linkTo } from '../router';
import { Nothing, Show, Trouble } from '../parts/notice';
import { Page } from '../parts/page';
import { Pager } from '../parts/pager';
import { Table } from '../parts/table';
import { Time } from '../parts/time';
import { useInterval, useLoaded } from '../live';

const SEGMENTS = ['dead-letters'];

export const LETTER_STATES: Record<(typeof DEAD_LETTER_STATES)[number], readonly [words: string, tone: Tone]> = {
  WAITING: ['Tried again by itself', 'wait'],
  REDRIVEN: ['On its way', 'busy'],
  PARKED: ['Waits for a person', 'bad'],
  RESOLVED: ['Handled', 'good'],
  DISCARDED: ['Given up', 'over'],
};

/** What failed, and what can be done about all of a class. */
export function DeadLettersPage({ query }: { query: URLSearchParams }) {
  const filter = { class: query.get('class') ?? '', state: query.get('state') ?? '' };
  const cursor = query.get('cursor') ?? undefined;
  const given = Object.entries({ ...filter, cursor: cursor ?? '' }).filter(([, value]) => value !== '');
  const loaded = useLoaded<DeadLetterPage>(`/dead-letters?${new URLSearchParams(given)}`);
  const [batch, setBatch] = useState<string>();
  const choose = (name: string) => (value: string) => goTo(linkTo(SEGMENTS, { ...filter, [name]: value }));
  const kind = DEAD_LETTER_CLASSES.find((known) => known === filter.class);
  return (
    <Page title="Dead letters">
      <form class="filter" onSubmit={(event) => event.preventDefault()}>
        <Fields>
          <Choice
            label="Class"
            value={filter.class}
            onInput={choose('class')}
            options={[['', 'Any'], ...DEAD_LETTER_CLASSES.map((known) => [known, wordsOf(known)] as const)]}
          />
          <Choice
            label="State"
            value={filter.state}
            onInput={choose('state')}
            options={[['', 'Any'], ...DEAD_LETTER_STATES.map((known) => [known, LETTER_STATES[known][0]] as const)]}
          />
        </Fields>
        <div class="buttons">
          {kind ? (
            <>
              <DialogButton dialog={(onClose) => <RedriveAllDialog kind={kind} onStart={setBatch} onClose={onClose} />}>
                Redrive all of class {wordsOf(kind)}…
              </DialogButton>
              <DialogButton dialog={(onClose) => <DiscardAllDialog kind={kind} onStart={setBatch} onClose={onClose} />}>
                Discard all of class {wordsOf(kind)}…
              </DialogButton>
            </>
          ) : (
            <p class="hint">Choose a class to redrive or discard all of it.</p>
          )}
        </div>
      </form>
      {batch !== undefined && <BatchProgress key={batch} batchId={batch} onChange={loaded.reload} />}
      <Show loaded={loaded}>
        {({ deadLetters, cursor: next }) => (
          <div aria-busy={loaded.isLoading}>
            {deadLetters.length === 0 ? (
              <Nothing>There is no dead letter like that.</Nothing>
            ) : (
              <Letters letters={deadLetters} />
            )}
            <Pager segments={SEGMENTS} filter={filter} cursor={cursor} next={next} />
          </div>
        )}
      </Show>
    </Page>
  );
}

const Letters = ({ letters }: { letters: DeadLetterPage['deadLetters'] }) => (
  <Table
    caption="Dead letters, newest first"
    isCaptionHidden
    rows={letters}
    keyOf={({ id }) => id}
    columns={[
      { name: 'Letter', cell: ({ id }) => <a href={linkTo(['dead-letters', id])}>{id}</a> },
      {
        name: 'State',
        cell: ({ state }) => <Badge tone={LETTER_STATES[state][1]}>{LETTER_STATES[state][0]}</Badge>,
      },
      { name: 'Class', cell: ({ class: kind }) => wordsOf(kind) },
      { name: 'For', cell: ({ queue }) => queue },
      { name: 'Why', isText: true, cell: ({ errorType, reason }) => [errorType, reason].filter(Boolean).join(': ') },
      { name: 'Died', cell: ({ deadAt }) => <Time at={deadAt} /> },
      { name: 'Redriven', cell: ({ redrives }) => redrives, isNumber: true },
    ]}
  />
);

interface AllProps {
  kind: DeadLetterClass;
  onStart: (batchId: string) => void;
  onClose: () => void;
}

function RedriveAllDialog({ kind, onStart, onClose }: AllProps) {
  const act = {
    title: `Redrive all of class ${wordsOf(kind)}`,
    happens:
      'Every one that waits or is parked now goes back to where it was for. It goes on by itself, whether or not anybody looks.',
    confirm: 'Redrive them',
    path: '/dead-letters/redrive',
    body: () => ({ class: kind }),
    done: () => 'They are on their way; how far it is, is shown above the list.',
    onDone: ({ batchId }: RedriveBatch) => onStart(batchId),
  };
  return <ActDialog act={act} onClose={onClose} />;
}

function DiscardAllDialog({ kind, onStart, onClose }: AllProps) {
  const act = {
    title: `Discard all of class ${wordsOf(kind)}`,
    happens: 'Every one that waits or is parked now is closed for good. What is on its way already stays so.',
    confirm: 'Discard them',
    path: '/dead-letters/discard',
    body: () => ({ class: kind }),
    done: () => 'They are being discarded; how far it is, is shown above the list.',
    onDone: ({ batchId }: RedriveBatch) => onStart(batchId),
  };
  return <ActDialog act={act} onClose={onClose} />;
}

function BatchProgress({ batchId, onChange }: { batchId: string; onChange: () => Promise<void> }) {
  const { data, error, reload } = useLoaded<RedriveProgress>(`/dead-letters/batches/${encodeURIComponent(batchId)}`);
  const isOver = data !== undefined && data.state !== 'RUNNING';
  useInterval(() => Promise.all([reload(), onChange()]).catch(() => undefined), isOver ? undefined : 1000);
  if (error !== undefined && data === undefined) return <Trouble error={error} />;
  if (!data) return null;
  const { state, redriven, discarded, underWay, refused, leftOut, unanswered } = data;
  return (
    <div class={`notice ${state === 'FAILED' ? 'bad' : 'good'}`} role="status">
      <p>
        {state === 'RUNNING' ? 'Under way' : state === 'DONE' ? 'Done' : 'It ended before it was through'}:{' '}
        {discarded === undefined ? `${count(redriven, 'letter')} sent back` : `${count(discarded, 'letter')} discarded`}
        , {underWay} on their way already, {refused} that cannot be.
      </p>
      {leftOut > 0 && (
        <p>
          {count(leftOut, 'workflow')} left out, since somebody terminated them: redrive them one by one, or by class.
        </p>
      )}
      {unanswered > 0 && (
        <p>{count(unanswered, 'letter')} did not answer in time, and may still go: look at them again.</p>
      )}
    </div>
  );
}
