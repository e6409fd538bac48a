import type { Order, OrderStory } from '../types';
import { Badge } from '../parts/status';
import { BREAKER_WORDS, count, money, wordsOf } from '../words';
import { Facts, Panel } from '../parts/panel';
import { missingOf } from './missing';
import { Nothing } from '../parts/notice';
import { Table } from '../parts/table';
import { Due, Said, Time } from '../parts/time';

/** What the engine is about to do. */
export function Pending({ story: { pending, pendingAt } }: { story: OrderStory }) {
  if (pending.length === 0) return null;
  return (
    <Panel title="About to happen">
      <ul class="plain">
        {pending.map(({ step, attempt, isRunning, lastError, nextTryAt, since }) => (
          <li key={step}>
            <p>
              <strong>{wordsOf(step)}</strong>: try {attempt}, {isRunning ? 'running now' : 'not running'}
              {nextTryAt !== undefined && (
                <>
                  ; next try <Due at={nextTryAt} />
                </>
              )}
              {since !== undefined && (
                <>
                  ; since <Time at={since} />
                </>
              )}
            </p>
            {lastError !== undefined && (
              <p>
                Last error:{' '}
                <code>
                  <Said text={lastError} />
                </code>
              </p>
            )}
          </li>
        ))}
      </ul>
      {pendingAt !== undefined && (
        <p class="hint">
          As the engine said it <Time at={pendingAt} />.
        </p>
      )}
    </Panel>
  );
}

/** Companies that the order needs, and that are left alone. */
export function OpenBreakers({ breakers: all, stuck }: Pick<OrderStory, 'breakers' | 'stuck'>) {
  // the one that it waits for is told of above
  const breakers = all.filter(({ dependency }) => dependency !== stuck?.dependency);
  if (breakers.length === 0) return null;
  return (
    <Panel title="Out of order">
      <ul class="plain">
        {breakers.map(({ dependency, state, openUntil }) => (
          <li key={dependency}>
            <Badge tone="bad">
              {wordsOf(dependency)}: {BREAKER_WORDS[state]}
            </Badge>
            {openUntil !== undefined && (
              <>
                {' '}
                asked again <Due at={openUntil} />
              </>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

export function Money({ story }: { story: OrderStory }) {
  const { currency, total, charged, authorized, refunded, outstanding, atStake } = story.money;
  const shown = (amount: number | undefined) => (amount === undefined ? undefined : money(amount, currency));
  return (
    <Panel title="Money">
      <Facts
        facts={[
          ['Total', shown(total)],
          ['Charged', shown(charged)],
          ['Held', shown(authorized || undefined)],
          ['Refunded', shown(refunded)],
          ['Still to be taken', shown(outstanding || undefined)],
          ['At stake', shown(atStake || undefined)],
        ]}
      />
    </Panel>
  );
}

export function Shipments({ shipments }: Pick<Order, 'shipments'>) {
  return (
    <Panel title="Shipments">
      {shipments.length === 0 ? (
        <Nothing>Nothing has shipped.</Nothing>
      ) : (
        <ul class="plain">
          {shipments.map(({ shipmentId, status, carrier, trackingNumber, warehouseId, items, updatedAt }) => (
            <li key={shipmentId}>
              <p>
                <strong>{carrier}</strong> <code>{trackingNumber}</code> from {warehouseId}
              </p>
              <p>
                {wordsOf(status)}
                {updatedAt !== undefined && (
                  <>
                    , <Time at={updatedAt} />
                  </>
                )}
                : {items.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(', ')}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function Returns({ order: { returns = [] } }: { order: Order }) {
  if (returns.length === 0) return null;
  return (
    <Panel title="Returns">
      <ul class="plain">
        {returns.map(({ returnId, status, items }) => (
          <li key={returnId}>
            <strong>{returnId}</strong>: {wordsOf(status)},{' '}
            {items.map(({ productId, quantity }) => `${quantity} × ${productId}`).join(', ')}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

/** Why it did not come to its good end. @param p.said what is said of it already */
export function Failed({ order: { failure: why, errors = [] }, said }: { order: Order; said: string }) {
  // the summary says it, where it is shown
  const failure = why === undefined || said.includes(why) ? undefined : why;
  if (failure === undefined && errors.length === 0) return null;
  return (
    <div class="notice bad">
      {failure !== undefined && (
        <p>
          <span aria-hidden="true">▲</span> <Said text={failure} />
        </p>
      )}
      {errors.length > 0 && (
        <ul>
          {errors.map(({ pointer, detail }) => (
            <li key={pointer + detail}>
              <code>{pointer || 'all of it'}</code>: {detail}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function Notifications({ notifications }: Pick<OrderStory, 'notifications'>) {
  return (
    <Panel title="The customer was told">
      {notifications.length === 0 ? (
        <Nothing>Nothing yet.</Nothing>
      ) : (
        <ul class="plain">
          {notifications.map(({ at, key, about }) => (
            <li key={key}>
              {about}, <Time at={at} />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

export function Ordered({ order }: { order: Order }) {
  const { items = [], currency, customerId, createdAt, shippingAddress, promise, startedAfterSeconds } = order;
  const missing = missingOf(order);
  return (
    <Panel title="What was ordered">
      {items.length > 0 && (
        <Table
          caption={`${count(items.length, 'product')} of this order`}
          isCaptionHidden
          rows={items}
          keyOf={({ productId }) => productId}
          columns={[
            { name: 'Product', cell: ({ productId }) => productId },
            { name: 'Quantity', cell: ({ quantity }) => quantity, isNumber: true },
            ...(missing.size > 0 ? [{ name: 'Missing', cell: missingCell(missing), isNumber: true }] : []),
            { name: 'Price of one', cell: ({ price }) => money(price, currency), isNumber: true },
          ]}
        />
      )}
      <Facts
        facts={[
          ['Customer', customerId && <a href={`#/orders?q=${encodeURIComponent(customerId)}`}>{customerId}</a>],
          ['Ordered', createdAt && <Time at={createdAt} />],
          ['To', shippingAddress && addressOf(shippingAddress)],
          ['Promise of 30 minutes', promise && <Badge tone="bad">{wordsOf(promise)}</Badge>],
          ['Shipping began after', startedAfterSeconds === undefined ? undefined : `${startedAfterSeconds} s`],
        ]}
      />
    </Panel>
  );
}

const missingCell =
  (missing: ReadonlyMap<string, number>) =>
  ({ productId }: { productId: string }) => {
    const units = missing.get(productId);
    return units === undefined ? 0 : <Badge tone="wait">{units}</Badge>;
  };

const addressOf = ({ street, city, zipCode, country }: NonNullable<Order['shippingAddress']>) =>
  `${street}, ${zipCode} ${city}, ${country}`;
