import type { Case, CasePage } from '../types';
import { ActDialog } from '../parts/act';
import { Choice } from '../parts/field';
import { DialogButton } from '../parts/dialogs';
import { goTo, linkTo, linkToOrder } from '../router';
import { money, wordsOf } from '../words';
import { Nothing, Show } from '../parts/notice';
import { Page } from '../parts/page';
import { Pager } from '../parts/pager';
import { Table } from '../parts/table';
import { Time } from '../parts/time';
import { useLoaded } from '../live';

const SEGMENTS = ['cases'];

/** What somebody has to see to. */
export function CasesPage({ query }: { query: URLSearchParams }) {
  const state = query.get('state') === 'CLOSED' ? 'CLOSED' : 'OPEN';
  const cursor = query.get('cursor') ?? undefined;
  const loaded = useLoaded<CasePage>(
    `/cases?${new URLSearchParams({ state, ...(cursor !== undefined && { cursor }) })}`,
  );
  const filter = { state: state === 'OPEN' ? '' : state };
  return (
    <Page title="Cases">
      <p>Orders that wait for a decision, and what holding the books against each other found and could not mend.</p>
      <form class="filter" onSubmit={(event) => event.preventDefault()}>
        <Choice
          label="State"
          value={state}
          onInput={(value) => goTo(linkTo(SEGMENTS, { state: value === 'OPEN' ? '' : value }))}
          options={[
            ['OPEN', 'Open'],
            ['CLOSED', 'Closed'],
          ]}
        />
      </form>
      <Show loaded={loaded}>
        {({ cases, cursor: next }) => (
          <div aria-busy={loaded.isLoading}>
            {cases.length === 0 ? (
              <Nothing>{state === 'OPEN' ? 'Nobody has to see to anything.' : 'No case was closed.'}</Nothing>
            ) : (
              <Cases cases={cases} onDone={() => loaded.reload().catch(() => undefined)} />
            )}
            <Pager segments={SEGMENTS} filter={filter} cursor={cursor} next={next} />
          </div>
        )}
      </Show>
    </Page>
  );
}

const Cases = ({ cases, onDone }: { cases: Case[]; onDone: () => unknown }) => (
  <Table
    caption="Cases, newest first"
    isCaptionHidden
    rows={cases}
    keyOf={({ caseId }) => caseId}
    columns={[
      { name: 'What', cell: ({ kind }) => wordsOf(kind) },
      {
        name: 'Of',
        cell: ({ orderId, subject }) =>
          orderId === undefined ? subject : <a href={linkToOrder(orderId)}>{orderId}</a>,
      },
      {
        name: 'Facts',
        isText: true,
        cell: ({ kind, facts }) =>
          // what it is called says so already
          Object.entries(facts)
            .filter(([name]) => kind !== 'NEEDS_ATTENTION' || name !== 'status')
            .map(([name, value]) => `${wordsOf(name)}: ${factOf(value)}`)
            .join('; '),
      },
      {
        name: 'At stake',
        cell: ({ amount, currency }) => amount !== undefined && money(amount, currency),
        isNumber: true,
      },
      { name: 'Opened', cell: ({ openedAt }) => <Time at={openedAt} /> },
      { name: 'By hand', cell: (found) => <WhatToDo found={found} onDone={onDone} /> },
    ]}
  />
);

/** what is a name of ours in words, anything else as it is */
const factOf = (value: unknown): string =>
  typeof value === 'string' && /^[A-Z]+(_[A-Z]+)+$/.test(value) ? wordsOf(value) : String(value);

function WhatToDo({ found, onDone }: { found: Case; onDone: () => unknown }) {
  const { links, state, closedBy, closedAt, reason, orderId, caseId } = found;
  if (state === 'CLOSED')
    return (
      <>
        Closed by {closedBy}
        {closedAt !== undefined && (
          <>
            {' '}
            <Time at={closedAt} />
          </>
        )}
        {reason !== undefined && `: ${reason}`}
      </>
    );
  const { close } = links;
  if (close !== undefined)
    return (
      <DialogButton dialog={(onClose) => <CloseDialog {...{ caseId, path: close, onDone, onClose }} />}>
        Close…
      </DialogButton>
    );
  return orderId === undefined ? null : <a href={linkToOrder(orderId)}>Resolve the order</a>;
}

interface CloseDialogProps {
  caseId: string;
  path: string;
  onDone: () => unknown;
  onClose: () => void;
}

function CloseDialog({ caseId, path, onDone, onClose }: CloseDialogProps) {
  const act = {
    title: 'Close a case',
    happens: (
      <>
        <code>{caseId}</code> counts as seen to. It opens again when its facts change, or when it comes back after it
        had gone.
      </>
    ),
    confirm: 'Close it',
    path,
    done: () => 'The case is closed.',
    onDone,
  };
  return <ActDialog act={act} onClose={onClose} />;
}
