import { useState } from 'preact/hooks';
import type { AuditEntry, AuditPage } from '../types';
import { Field, Fields } from '../parts/field';
import { goTo, linkTo, linkToOrder } from '../router';
import { Nothing, Show } from '../parts/notice';
import { Page } from '../parts/page';
import { Pager } from '../parts/pager';
import { Table } from '../parts/table';
import { Said, Time } from '../parts/time';
import { searchOf } from '../search';
import { useLoaded } from '../live';

const SEGMENTS = ['audit'];
const FILTERS = ['by', 'from', 'to'] as const;

type Filter = Record<(typeof FILTERS)[number], string>;

/** What was done by hand. */
export function AuditTrailPage({ query }: { query: URLSearchParams }) {
  const filter = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ''])) as Filter;
  const cursor = query.get('cursor') ?? undefined;
  const loaded = useLoaded<AuditPage>(`/audit?${searchOf(filter, cursor)}`);
  return (
    <Page title="Audit trail">
      <p>What was done by hand, by whom and why. What was refused changed nothing, and is not here.</p>
      <FilterForm key={JSON.stringify(filter)} filter={filter} />
      <Show loaded={loaded}>
        {({ entries, cursor: next }) => (
          <div aria-busy={loaded.isLoading}>
            {entries.length === 0 ? (
              <Nothing>
                {next === undefined ? 'Nothing was done by hand.' : 'Nothing on this page; the next may have some.'}
              </Nothing>
            ) : (
              <Entries entries={entries} />
            )}
            <Pager segments={SEGMENTS} filter={filter} cursor={cursor} next={next} />
          </div>
        )}
      </Show>
    </Page>
  );
}

function FilterForm({ filter }: { filter: Filter }) {
  const [draft, setDraft] = useState(filter);
  const set = (name: keyof Filter) => (value: string) => setDraft((before) => ({ ...before, [name]: value }));
  const search = (event: Event) => {
    event.preventDefault();
    goTo(linkTo(SEGMENTS, { ...draft, by: draft.by.trim() }));
  };
  return (
    <form role="search" aria-label="Audit trail" class="filter" onSubmit={search}>
      <Fields>
        <Field label="By whom" name="by" type="search" value={draft.by} onInput={set('by')} />
        <Field label="From" name="from" type="date" value={draft.from} onInput={set('from')} />
        <Field label="to" name="to" type="date" value={draft.to} onInput={set('to')} />
      </Fields>
      <div class="buttons">
        <button type="submit" class="main">
          Search
        </button>
      </div>
    </form>
  );
}

const ACTIONS: Record<AuditEntry['action'], string> = {
  CANCEL: 'Cancelled',
  DECIDE: 'Decided',
  CHANGE_ADDRESS: 'Corrected the address',
  RESOLVE: 'Resolved',
  REDRIVE: 'Redrove',
  DISCARD: 'Discarded',
  BULK_REDRIVE: 'Redrove many',
  BULK_DISCARD: 'Discarded many',
  RESET_BREAKER: 'Reset the breaker',
  CLOSE_CASE: 'Closed the case',
};

const Entries = ({ entries }: Pick<AuditPage, 'entries'>) => (
  <Table
    caption="What was done by hand, newest first"
    isCaptionHidden
    rows={entries}
    keyOf={({ id }) => id}
    columns={[
      { name: 'When', cell: ({ at }) => <Time at={at} /> },
      { name: 'Who', cell: ({ by }) => by },
      {
        name: 'What',
        isText: true,
        cell: ({ action, detail }) => <Said text={[ACTIONS[action], detail].filter(Boolean).join(': ')} />,
      },
      { name: 'Of', cell: ({ subject }) => subjectLink(subject) },
      { name: 'Why', isText: true, cell: ({ reason }) => reason },
    ]}
  />
);

function subjectLink({ kind, id }: AuditEntry['subject']) {
  if (kind === 'order') return <a href={linkToOrder(id)}>{id}</a>;
  if (kind === 'dead-letter') return <a href={linkTo(['dead-letters', id])}>{id}</a>;
  return id;
}
