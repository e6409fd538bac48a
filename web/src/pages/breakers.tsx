import type { Breakers } from '../types';
import { Badge } from '../parts/status';
import { BreakerDialog } from '../parts/breaker-dialog';
import { BREAKER_WORDS, count, wordsOf } from '../words';
import { DialogButton } from '../parts/dialogs';
import { Page } from '../parts/page';
import { Show } from '../parts/notice';
import { Table } from '../parts/table';
import { Due } from '../parts/time';
import { useInterval, useLoaded } from '../live';

type Breaker = Breakers['breakers'][number];

const AGAIN_MS = 3000;

/** The companies that Waybill asks, and those that it leaves alone because they are out of order. */
export function BreakersPage() {
  const loaded = useLoaded<Breakers>('/breakers');
  const reload = () => loaded.reload().catch(() => undefined);
  useInterval(reload, AGAIN_MS);
  return (
    <Page title="Breakers">
      <p>
        A company that fails several times in a row is left alone for a while, and orders wait for it. A breaker that is
        reset has it asked again at once.
      </p>
      <Show loaded={loaded}>
        {({ breakers }) => (
          <Table
            caption="Outside companies"
            isCaptionHidden
            rows={breakers}
            keyOf={({ dependency }) => dependency}
            columns={[
              { name: 'Company', cell: ({ dependency }) => wordsOf(dependency) },
              {
                name: 'State',
                cell: ({ state }) => (
                  <Badge tone={state === 'CLOSED' ? 'good' : state === 'OPEN' ? 'bad' : 'wait'}>
                    {BREAKER_WORDS[state]}
                  </Badge>
                ),
              },
              { name: 'As its processes see it', cell: seenBy },
              {
                name: 'By hand',
                cell: ({ dependency }) => (
                  <DialogButton
                    dialog={(onClose) => <BreakerDialog dependency={dependency} onDone={reload} onClose={onClose} />}
                  >
                    Reset<span class="unseen"> {dependency}</span>…
                  </DialogButton>
                ),
              },
            ]}
          />
        )}
      </Show>
    </Page>
  );
}

function seenBy({ workers }: Breaker) {
  if (workers.length === 0) return 'Nothing to tell';
  return (
    <ul class="plain">
      {workers.map(({ worker, state, failures, openUntil }) => (
        <li key={worker}>
          <code>{worker}</code>: {BREAKER_WORDS[state]}, {count(failures, 'failure')} in a row
          {openUntil !== undefined && (
            <>
              , asks again <Due at={openUntil} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
