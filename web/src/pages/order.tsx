import { useRef } from 'preact/hooks';
import { AddressDialog, CancelDialog, DecisionDialog, ResolutionDialog } from '../order/actions';
import { ask, isMissing } from '../api';
import { DialogButton } from '../parts/dialogs';
import { LinkState, Page } from '../parts/page';
import { Failed, Money, Notifications, OpenBreakers, Ordered, Pending, Returns, Shipments } from '../order/panels';
import { Nothing, Show } from '../parts/notice';
import type { Order, OrderStory } from '../types';
import { Panel } from '../parts/panel';
import { StateMap } from '../order/state-map';
import { Status } from '../parts/status';
import { Said } from '../parts/time';
import { Stuck } from '../order/stuck';
import { STATUS_WORDS, toldOnce } from '../words';
import { Timeline } from '../order/timeline';
import { useInterval, useLoaded, useStream } from '../live';
import { useRefresher } from '../refresher';
import { Way } from '../order/way';

interface Told {
  order: Order;
  story: OrderStory;
}

/** Milliseconds after which an order that stands still is asked why again. */
const STILL_MS = 10_000;
/** Milliseconds that a story may be behind its events before it is read again. */
const BEHIND_MS = 400;

/** One order: where it is, the way it took, and what can be done. */
export function OrderPage({ orderId }: { orderId: string }) {
  const path = `/orders/${encodeURIComponent(orderId)}`;
  const loaded = useLoaded<Told>(path, async (signal) => {
    const [order, story] = await Promise.all([ask<Order>(path, signal), ask<OrderStory>(`${path}/story`, signal)]);
    return { order, story };
  });
  const seen = useRef(0);
  const refresh = useRefresher(async () => {
    await loaded.reload();
    if ((current.current?.story.sequence ?? seen.current) < seen.current) setTimeout(refresh, BEHIND_MS);
  });
  const current = useRef<Told>();
  current.current = loaded.data;
  const isThere = loaded.data !== undefined;
  // from where the first story was on: what came since is read again, once
  const first = useRef<number>();
  if (isThere) first.current ??= loaded.data?.story.sequence ?? 0;
  const link = useStream(
    isThere
      ? {
          url: `${path}/events?after=${first.current ?? 0}`,
          event: 'order-event',
          onNews: (data) => {
            seen.current = Math.max(seen.current, (JSON.parse(data) as { sequence: number }).sequence);
            refresh();
          },
          poll: loaded.reload,
        }
      : undefined,
  );
  useInterval(refresh, isThere && link.state === 'live' ? STILL_MS : undefined);

  return (
    <Page
      title={`Order ${orderId}`}
      aside={
        <>
          {loaded.data && <Status status={loaded.data.order.status} />}
          {isThere && <LinkState link={link} />}
        </>
      }
    >
      {isMissing(loaded.error) && !isThere ? (
        <Nothing>
          There is no order {orderId}. <a href="#/orders">Look for another.</a>
        </Nothing>
      ) : (
        <Show loaded={{ ...loaded, error: isThere ? undefined : loaded.error }}>
          {(told) => <OrderStoryOf {...told} onDone={refresh} />}
        </Show>
      )}
    </Page>
  );
}

function OrderStoryOf({ order, story, onDone }: Told & { onDone: () => void }) {
  const last = story.timeline.at(-1);
  return (
    <>
      {/* why it is stuck says it too, and more */}
      {!story.stuck && (
        <p class="summary">
          <Said text={story.summary} />
        </p>
      )}
      <p class="unseen" role="status">
        {STATUS_WORDS[order.status][0]}
        {last && `. ${toldOnce(last.title, Date.now())}`}
      </p>
      <Failed order={order} said={story.stuck ? '' : story.summary} />
      <Stuck {...{ story, order, onDone }} />
      <Actions {...{ story, order, onDone }} />
      <div class="order">
        <div class="stack">
          <Pending story={story} />
          <OpenBreakers {...story} />
          <Panel title="What happened">
            <Timeline entries={story.timeline} />
          </Panel>
        </div>
        <Panel title="Its way" class="beside">
          <StateMap map={story.map} />
          <Way states={order.states} />
        </Panel>
        <div class="stack">
          <Money story={story} />
          <Shipments shipments={order.shipments} />
          <Returns order={order} />
          <Ordered order={order} />
          <Notifications notifications={story.notifications} />
        </div>
      </div>
    </>
  );
}

/** What can be asked for now; whatever is not here would be refused. */
function Actions({ order, story, onDone }: Told & { onDone: () => void }) {
  const { actions } = order.links;
  const remedy = story.stuck?.remedy;
  // what helps has its button with the reason why
  const dialogs = [
    [remedy === 'resolution' ? undefined : actions.resolution, 'Resolve…', ResolutionDialog],
    [remedy === 'decision' ? undefined : actions.decision, 'Decide…', DecisionDialog],
    [actions.address, 'Correct the address…', AddressDialog],
    [actions.cancel, 'Cancel…', CancelDialog],
  ] as const;
  const links = [
    [story.links.workflow, 'Workflow in Temporal'],
    [story.links.trace, 'Trace'],
    [story.links.events, 'Events as JSON'],
  ] as const;
  return (
    <div class="buttons actions" role="group" aria-label="What can be done">
      {dialogs.map(
        ([path, words, Dialog]) =>
          path !== undefined && (
            <DialogButton key={words} dialog={(onClose) => <Dialog {...{ order, onDone, onClose }} />}>
              {words}
            </DialogButton>
          ),
      )}
      {links.map(
        ([href, words]) =>
          href !== undefined && (
            <a key={words} href={href} class="outside">
              {words}
            </a>
          ),
      )}
    </div>
  );
}
