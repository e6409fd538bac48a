import type { OrderStatus } from '../../../src/domain/states';
import type { Overview } from '../types';
import { Badge, Status } from '../parts/status';
import { Charts } from '../overview/charts';
import { Figures } from '../overview/figures';
import { LinkState, Page } from '../parts/page';
import { linkTo, linkToOrder } from '../router';
import { Nothing, Show } from '../parts/notice';
import { Panel } from '../parts/panel';
import { Table } from '../parts/table';
import { Due, Said, Time } from '../parts/time';
import { useLoaded, useStream } from '../live';
import { useState } from 'preact/hooks';
import { BREAKER_WORDS, count, duration, whole, wordsOf } from '../words';

/** How everything stands, live. */
export function OverviewPage() {
  const loaded = useLoaded<Overview>('/overview');
  const [told, setTold] = useState<Overview>();
  const link = useStream({
    url: '/live',
    event: 'overview',
    onNews: (data) => setTold(JSON.parse(data) as Overview),
    poll: loaded.reload,
  });
  // whichever was put together later
  const [a, b] = [told, loaded.data];
  const latest = a && b ? (a.at > b.at ? a : b) : (a ?? b);
  return (
    <Page
      title="Overview"
      aside={
        <>
          <LinkState link={link} />
          {latest && link.state !== 'live' && (
            <span class="hint">
              as of <Time at={latest.at} />
            </span>
          )}
        </>
      }
    >
      <Show loaded={{ ...loaded, data: latest, error: latest ? undefined : loaded.error }}>
        {(overview) => <Everything overview={overview} />}
      </Show>
    </Page>
  );
}

function Everything({ overview }: { overview: Overview }) {
  const { unavailable, hours, states, promise, attention, decisions, deadLetters, breakers, queues, workers } =
    overview;
  return (
    <>
      {unavailable.length > 0 && (
        <div class="notice wait" role="status">
          <p>
            <span aria-hidden="true">◷</span> Could not be read just now, and may be old:{' '}
            {unavailable.map(wordsOf).join(', ')}.
          </p>
        </div>
      )}
      <p class="unseen" role="status">
        {inShort(overview)}
      </p>
      <Idle workers={workers} />
      <Behind workers={workers} />
      <OutOfOrder breakers={breakers} />
      <Parked deadLetters={deadLetters} />
      <Figures overview={overview} />
      <div class="columns">
        <Watched
          title="Wait for somebody"
          {...watchedOf(attention)}
          status="NEEDS_ATTENTION"
          none="No order needs attention."
        />
        <Watched
          title="Wait for a choice"
          {...watchedOf(decisions)}
          status="PENDING_DECISION"
          none="No customer has to choose what becomes of an order."
        />
        <Watched title="Late, or about to be" orders={promise.orders} none="No order is late so far." />
      </div>
      <Charts hours={hours} />
      <div class="masonry">
        <Panel title="Orders by state">
          <Table
            caption="How many orders are in each state"
            isCaptionHidden
            rows={states}
            keyOf={({ status }) => status}
            columns={[
              {
                name: 'State',
                cell: ({ status }) => (
                  <a href={linkTo(['orders'], { status })}>
                    <Status status={status} />
                  </a>
                ),
              },
              { name: 'Orders', cell: ({ orders }) => whole(orders), isNumber: true },
            ]}
          />
        </Panel>
        <Panel title="Dead letters" aside={<a href={linkTo(['dead-letters'])}>All</a>}>
          <Table
            caption="Dead letters by class"
            isCaptionHidden
            rows={deadLetters}
            keyOf={({ class: kind }) => kind}
            columns={[
              {
                name: 'Class',
                cell: ({ class: kind }) => <a href={linkTo(['dead-letters'], { class: kind })}>{wordsOf(kind)}</a>,
              },
              {
                name: 'Wait for a person',
                cell: ({ parked }) => (parked > 0 ? <Badge tone="bad">{whole(parked)}</Badge> : '0'),
                isNumber: true,
              },
              { name: 'Tried again', cell: ({ waiting }) => whole(waiting), isNumber: true },
            ]}
          />
        </Panel>
        <Panel title="Outside companies" aside={<a href={linkTo(['breakers'])}>Breakers</a>}>
          <ul class="plain">
            {breakers.map(({ dependency, state, openUntil }) => (
              <li key={dependency}>
                {wordsOf(dependency)}:{' '}
                <Badge tone={state === 'CLOSED' ? 'good' : state === 'OPEN' ? 'bad' : 'wait'}>
                  {BREAKER_WORDS[state]}
                </Badge>
                {openUntil !== undefined && (
                  <>
                    , asked again <Due at={openUntil} />
                  </>
                )}
              </li>
            ))}
          </ul>
        </Panel>
        <Panel title="Queues">
          {queues.length === 0 ? (
            <Nothing>Nothing is known of the queues.</Nothing>
          ) : (
            <Table
              caption="Messages in the queues"
              isCaptionHidden
              rows={queues}
              keyOf={({ queue }) => queue}
              columns={[
                { name: 'Queue', cell: ({ queue }) => wordsOf(queue.replace(/-queue$/, '')) },
                { name: 'Waiting', cell: ({ waiting }) => whole(waiting), isNumber: true },
                { name: 'In hand', cell: ({ inFlight }) => whole(inFlight), isNumber: true },
                {
                  name: 'Dead',
                  cell: ({ dead }) => (dead > 0 ? <Badge tone="bad">{whole(dead)}</Badge> : '0'),
                  isNumber: true,
                },
              ]}
            />
          )}
        </Panel>
      </div>
    </>
  );
}

/** no order goes on, and nothing else here says why */
function Idle({ workers }: Pick<Overview, 'workers'>) {
  const idle = workers.filter((one) => one.workers === 0).map(({ queue }) => queue);
  if (idle.length === 0) return null;
  return (
    <div class="notice bad" role="status">
      <p>
        <span aria-hidden="true">▲</span> No worker takes tasks of {idle.join(', ')}. Nothing is lost: what waits goes
        on once one is started.
      </p>
    </div>
  );
}

/** Seconds for which a task may wait where all is well. */
const LONG_S = 30;

/** they ask, and nothing goes on: they hang, or are too few */
function Behind({ workers }: Pick<Overview, 'workers'>) {
  const behind = workers.filter((one) => one.workers > 0 && (one.waitingSeconds ?? 0) >= LONG_S);
  if (behind.length === 0) return null;
  return (
    <div class="notice bad" role="status">
      {behind.map(({ queue, workers: asking, waiting = 0, waitingSeconds = 0 }) => (
        <p key={queue}>
          <span aria-hidden="true">▲</span> {count(waiting, 'task')} of {queue} {waiting === 1 ? 'waits' : 'wait'}, the
          oldest for {duration(waitingSeconds * 1000)}, though {count(asking, 'worker asks', 'workers ask')} for tasks:
          too few, or hanging. <code>npx waybill doctor</code> says which; start another, or restart the one that hangs.
        </p>
      ))}
    </div>
  );
}

/** why orders wait though none is late yet: said before all numbers */
function OutOfOrder({ breakers }: Pick<Overview, 'breakers'>) {
  const open = breakers.filter(({ state }) => state === 'OPEN');
  if (open.length === 0) return null;
  return (
    <div class="notice bad" role="status">
      <p>
        <span aria-hidden="true">▲</span> Out of order: {open.map(({ dependency }) => wordsOf(dependency)).join(', ')}.
        Orders wait, and go on by themselves. <a href={linkTo(['breakers'])}>Once it works again, reset its breaker</a>
      </p>
    </div>
  );
}

/** what died, and waits for somebody: its table is further down */
function Parked({ deadLetters }: Pick<Overview, 'deadLetters'>) {
  const parked = parkedOf(deadLetters);
  if (parked === 0) return null;
  return (
    <div class="notice wait">
      <p>
        <span aria-hidden="true">◷</span>{' '}
        <a href={linkTo(['dead-letters'], { state: 'PARKED' })}>
          {count(parked, 'dead letter waits', 'dead letters wait')} for a person
        </a>
      </p>
    </div>
  );
}

const parkedOf = (deadLetters: Overview['deadLetters']): number =>
  deadLetters.reduce((sum, letters) => sum + letters.parked, 0);

/** what those hear who do not see the numbers change */
function inShort({ promise, attention, deadLetters }: Overview): string {
  const parked = parkedOf(deadLetters);
  const late = promise.atRisk + promise.breached;
  return `${count(attention.orders, 'order')} need attention, ${late} late or about to be, ${count(parked, 'dead letter')} wait for a person.`;
}

type WatchedOrders = Overview['promise']['orders'];

const watchedOf = ({ orders, oldest }: Overview['decisions']) => ({ orders: oldest, all: orders });

interface WatchedProps {
  title: string;
  /** the oldest of them */
  orders: WatchedOrders;
  /** how many there are */
  all?: number;
  /** that all of them have */
  status?: OrderStatus;
  none: string;
}

/** Orders of a list that are seen at once: the numbers below it should be, too. */
const AT_ONCE = 4;

function Watched({ title, orders, all = orders.length, status, none }: WatchedProps) {
  const more = orders.slice(AT_ONCE);
  const aside = status && all > 0 && <a href={linkTo(['orders'], { status })}>All {whole(all)}</a>;
  const shown = (some: WatchedOrders) => <WatchedList orders={some} isSame={status !== undefined} />;
  return (
    <Panel title={title} aside={aside}>
      {orders.length === 0 ? <Nothing>{none}</Nothing> : shown(orders.slice(0, AT_ONCE))}
      {more.length > 0 && (
        <details>
          <summary>{`${whole(more.length)} more`}</summary>
          {shown(more)}
        </details>
      )}
    </Panel>
  );
}

/** @param isSame all of them have the status that the title tells of */
const WatchedList = ({ orders, isSame }: { orders: WatchedOrders; isSame: boolean }) => (
  <ul class="plain">
    {orders.map(({ orderId, status, since, reason }) => (
      <li key={orderId}>
        <p>
          <a href={linkToOrder(orderId)}>{orderId}</a> {!isSame && <Status status={status} />}
        </p>
        <p>
          <Said text={reason} />
        </p>
        <p class="hint">
          Since <Time at={since} />
        </p>
      </li>
    ))}
  </ul>
);
