import type { Elsewhere } from '../ports';
import type { Case, Stuck } from './waits';
import type { Look } from '../progress-desk';
import type { OrderId } from '../../domain/ids';
import type { OrderStory } from '../story-schemas';
import type { PendingActivity } from '../progress-ports';
import { presentReceived } from '../present';
import { mapOf } from './map';
import { moneyOf } from './money';
import { stepOf } from './steps';
import { storyLinks } from './links';
import { summaryOf } from '../standing';
import { timelineOf } from './timeline';
import { toldOf } from './told';

interface Found {
  orderId: OrderId;
  stuck: Stuck | undefined;
  /** what the engine said, where it was asked */
  look: Look | undefined;
  elsewhere: Elsewhere;
}

/** The story of an order from its events. */
export function storyOf({ view, events, breakers }: Case, { orderId, stuck, look, elsewhere }: Found): OrderStory {
  const { status, sequence } = view;
  return {
    orderId,
    status,
    sequence,
    summary: summaryOf(view),
    ...(stuck && { stuck }),
    map: mapOf(view),
    timeline: timelineOf(events),
    ...pendingOf(look),
    breakers: [...breakers],
    money: moneyOf(view, events),
    notifications: toldOf(events),
    links: storyLinks(orderId, events, elsewhere),
  };
}

/** The story of an order that the engine has, and that has no event yet. */
export function storyBefore({ orderId, stuck, look, elsewhere }: Found): OrderStory {
  const { status, summary } = presentReceived(orderId);
  return {
    orderId,
    status,
    sequence: 0,
    summary,
    ...(stuck && { stuck }),
    map: mapOf(undefined),
    timeline: [],
    ...pendingOf(look),
    breakers: [],
    money: moneyOf(undefined, []),
    notifications: [],
    links: storyLinks(orderId, [], elsewhere),
  };
}

function pendingOf(look: Look | undefined): Pick<OrderStory, 'pending' | 'pendingAt'> {
  if (look?.kind !== 'described') return { pending: [] };
  return { pending: look.progress.activities.map(presentActivity), pendingAt: look.at };
}

function presentActivity({ name, attempt, isRunning, lastError, nextTryAt, since }: PendingActivity) {
  return {
    step: stepOf(name),
    attempt,
    isRunning,
    ...(lastError !== undefined && { lastError }),
    ...(nextTryAt !== undefined && { nextTryAt }),
    ...(since !== undefined && { since }),
  };
}
