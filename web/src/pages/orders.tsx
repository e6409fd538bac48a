import { useState } from 'preact/hooks';
import { ORDER_STATUSES } from '../../../src/domain/states';
import type { OrderPage } from '../types';
import { Choice, Field, Fields } from '../parts/field';
import { goTo, linkTo, linkToOrder } from '../router';
import { count, money, STATUS_WORDS } from '../words';
import { Nothing, Show } from '../parts/notice';
import { Page } from '../parts/page';
import { Pager } from '../parts/pager';
import { Status } from '../parts/status';
import { Table } from '../parts/table';
import { Time } from '../parts/time';
import { searchOf } from '../search';
import { useLoaded } from '../live';

const SEGMENTS = ['orders'];
const FILTERS = ['q', 'status', 'from', 'to'] as const;

type Filter = Record<(typeof FILTERS)[number], string>;

/** Orders, by whatever is known of them; what was searched for is in the address. */
export function OrdersPage({ query }: { query: URLSearchParams }) {
  const filter = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ''])) as Filter;
  const cursor = query.get('cursor') ?? undefined;
  const loaded = useLoaded<OrderPage & { matched?: string }>(`/orders?${searchOf(filter, cursor)}`);
  return (
    <Page title="Orders">
      <SearchForm key={JSON.stringify(filter)} filter={filter} />
      <Show loaded={loaded}>
        {({ orders, cursor: next, matched }) => (
          <div aria-busy={loaded.isLoading}>
            <p class="unseen" role="status">
              {orders.length === 0 ? 'No order was found.' : `${count(orders.length, 'order')} on this page.`}
            </p>
            {matched !== undefined && filter.q !== '' && <p class="hint">Found by {MATCHED[matched] ?? matched}.</p>}
            {orders.length === 0 ? (
              <Nothing>
                {next === undefined ? 'No order is like that.' : 'None on this page; the next may have some.'}
              </Nothing>
            ) : (
              <Found orders={orders} />
            )}
            <Pager segments={SEGMENTS} filter={filter} cursor={cursor} next={next} />
          </div>
        )}
      </Show>
    </Page>
  );
}

const MATCHED: Record<string, string> = {
  orderId: 'its order number',
  trackingNumber: 'a tracking number',
  customerId: 'its customer',
  productId: 'a product',
};

function SearchForm({ filter }: { filter: Filter }) {
  const [draft, setDraft] = useState(filter);
  const set = (name: keyof Filter) => (value: string) => setDraft((before) => ({ ...before, [name]: value }));
  const search = (event: Event) => {
    event.preventDefault();
    goTo(linkTo(SEGMENTS, { ...draft, q: draft.q.trim() }));
  };
  return (
    <form role="search" aria-label="Orders" class="filter" onSubmit={search}>
      <Fields>
        <Field
          label="Order, tracking number, customer or product"
          name="q"
          type="search"
          value={draft.q}
          onInput={set('q')}
        />
        <Choice
          label="State"
          name="status"
          value={draft.status}
          onInput={set('status')}
          options={[['', 'Any'], ...ORDER_STATUSES.map((status) => [status, STATUS_WORDS[status][0]] as const)]}
        />
        <Field label="Ordered from" name="from" type="date" value={draft.from} onInput={set('from')} />
        <Field label="to" name="to" type="date" value={draft.to} onInput={set('to')} />
      </Fields>
      <div class="buttons">
        <button type="submit" class="main">
          Search
        </button>
        {Object.values(filter).some(Boolean) && <a href={linkTo(SEGMENTS)}>Show all</a>}
      </div>
    </form>
  );
}

const Found = ({ orders }: Pick<OrderPage, 'orders'>) => (
  <Table
    caption="Orders, newest first"
    isCaptionHidden
    rows={orders}
    keyOf={({ orderId }) => orderId}
    columns={[
      { name: 'Order', cell: ({ orderId }) => <a href={linkToOrder(orderId)}>{orderId}</a> },
      { name: 'State', cell: ({ status }) => <Status status={status} /> },
      {
        name: 'Customer',
        cell: ({ customerId }) => customerId && <a href={linkTo(SEGMENTS, { q: customerId })}>{customerId}</a>,
      },
      {
        name: 'Total',
        cell: ({ totalAmount, currency }) => totalAmount !== undefined && money(totalAmount, currency),
        isNumber: true,
      },
      { name: 'Ordered', cell: ({ createdAt }) => <Time at={createdAt} /> },
      { name: 'Last news', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
    ]}
  />
);
