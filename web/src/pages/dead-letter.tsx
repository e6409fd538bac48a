import type { DeadLetter, DeadLetterAnswer } from '../types';
import { ActDialog } from '../parts/act';
import { Badge } from '../parts/status';
import { DialogButton } from '../parts/dialogs';
import { Facts, Panel } from '../parts/panel';
import { isMissing } from '../api';
import { LETTER_STATES } from './dead-letters';
import { linkToOrder } from '../router';
import { Nothing, Show } from '../parts/notice';
import { Page } from '../parts/page';
import { Time } from '../parts/time';
import { useInterval, useLoaded } from '../live';
import { count, wordsOf } from '../words';

/** One dead letter: what it is, what was done about it, and what can be. */
export function DeadLetterPage({ id }: { id: string }) {
  const loaded = useLoaded<DeadLetter>(`/dead-letters/${encodeURIComponent(id)}`);
  const { data } = loaded;
  // what becomes of it is known soon
  useInterval(() => void loaded.reload().catch(() => undefined), data?.state === 'REDRIVEN' ? 1000 : undefined);
  return (
    <Page
      title={`Dead letter ${id}`}
      aside={data && <Badge tone={LETTER_STATES[data.state][1]}>{LETTER_STATES[data.state][0]}</Badge>}
    >
      {isMissing(loaded.error) && !data ? (
        <Nothing>
          There is no dead letter {id}. <a href="#/dead-letters">See those that there are.</a>
        </Nothing>
      ) : (
        <Show loaded={loaded}>{(letter) => <Letter letter={letter} onDone={loaded.reload} />}</Show>
      )}
    </Page>
  );
}

const isOver = ({ state }: DeadLetter): boolean => state === 'RESOLVED' || state === 'DISCARDED';

function Letter({ letter, onDone }: { letter: DeadLetter; onDone: () => Promise<void> }) {
  const { id, errorType, reason, queue, deadAt, dueAt, tries, redrives, workflow, body, attributes, story } = letter;
  const orderId = orderIn(letter);
  return (
    <>
      <p class="summary">{[errorType, reason].filter(Boolean).join(': ') || 'Nobody said why.'}</p>
      {!isOver(letter) && (
        <div class="buttons actions" role="group" aria-label="What can be done">
          <DialogButton class="main" dialog={(onClose) => <RedriveDialog {...{ id, queue, onDone, onClose }} />}>
            Redrive…
          </DialogButton>
          <DialogButton dialog={(onClose) => <DiscardDialog {...{ id, onDone, onClose }} />}>Discard…</DialogButton>
        </div>
      )}
      <div class="columns">
        <Panel title="What it is">
          <Facts
            facts={[
              ['Class', `${wordsOf(letter.class)}, ${wordsOf(letter.severity).toLowerCase()}`],
              ['For', queue],
              ['Order', orderId && <a href={linkToOrder(orderId)}>{orderId}</a>],
              ['Died', <Time at={deadAt} />],
              ['Due', dueAt && <Time at={dueAt} />],
              ['Redriven', redrives === 0 ? 'never' : `${count(redrives, 'time')}, ${tries} of them by itself`],
              ['Workflow', workflow && `${workflow.workflowId}, run ${workflow.runId}`],
            ]}
          />
        </Panel>
        <Panel title="Its story">
          <ol class="way" aria-label="What happened to it">
            {story.map((entry, at) => (
              <li key={`${entry.at} ${at}`}>
                <strong>{STORY[entry.what]}</strong>
                <span>
                  <Time at={entry.at} always="exact" />
                  {entry.by !== undefined && `, by ${entry.by}`}
                  {entry.reason !== undefined && `: ${entry.reason}`}
                </span>
              </li>
            ))}
          </ol>
        </Panel>
        <Panel title="What it says" class="wide">
          {/* focusable, so that a keyboard can scroll it */}
          <pre tabIndex={0} role="region" aria-label="The body of the message">
            {indented(body)}
          </pre>
          <Facts facts={Object.entries(attributes).map(([name, value]) => [wordsOf(name), value] as const)} />
        </Panel>
      </div>
    </>
  );
}

const STORY: Record<DeadLetter['story'][number]['what'], string> = {
  DEAD: 'Died',
  REDRIVEN: 'Sent back',
  FAILED_AGAIN: 'Failed again',
  HANDLED: 'Handled',
  RUNS_AGAIN: 'Runs again',
  LOST: 'Lost: nobody heard of it',
  NOT_SENT: 'Could not be sent back',
  DISCARDED: 'Given up',
};

function indented(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

/** the order that it tells of, where that is plain to see */
const orderIn = ({ body, workflow }: DeadLetter): string | undefined =>
  /"orderId"\s*:\s*"([\w.-]{1,64})"/.exec(body)?.[1] ?? /^order-(.+)$/.exec(workflow?.workflowId ?? '')?.[1];

interface LetterDialogProps {
  id: string;
  onDone: () => unknown;
  onClose: () => void;
}

function RedriveDialog({ id, queue, onDone, onClose }: LetterDialogProps & { queue: string }) {
  const act = {
    title: `Redrive ${id}`,
    happens: `It goes back to ${queue} and is handled once more. Sent twice at once, it goes once; what becomes of it is in its story.`,
    confirm: 'Redrive it',
    path: `/dead-letters/${encodeURIComponent(id)}/redrive`,
    done: ({ isNew }: DeadLetterAnswer) => (isNew ? 'It is on its way back.' : 'It was on its way already.'),
    onDone,
  };
  return <ActDialog act={act} onClose={onClose} />;
}

function DiscardDialog({ id, onDone, onClose }: LetterDialogProps) {
  const act = {
    title: `Discard ${id}`,
    happens: 'It is given up for good: nobody will handle it. Its record stays, with your name and reason.',
    confirm: 'Give it up',
    path: `/dead-letters/${encodeURIComponent(id)}/discard`,
    done: ({ isNew }: DeadLetterAnswer) => (isNew ? 'It is given up.' : 'It was given up before.'),
    onDone,
  };
  return <ActDialog act={act} onClose={onClose} />;
}
