import type { Static } from '@sinclair/typebox';
import type { Known, KnownParcel, Line, Tellers } from './line';
import type { OrderEvent } from '../../domain/events';
import type { OrderStory } from '../story-schemas';
import { counted, sentences } from './words';
import { doing } from './steps';
import { TELL_GOODS } from './tell-goods';
import { TELL_MONEY } from './tell-money';
import { TELL_ORDER } from './tell-order';
import { TELL_PARCELS } from './tell-parcels';

type Timeline = Static<typeof OrderStory>['timeline'];

/** Every event has its words: one that has none does not compile. */
const TELLERS: Tellers = { ...TELL_ORDER, ...TELL_GOODS, ...TELL_MONEY, ...TELL_PARCELS };

/** What happened to an order in plain words, oldest first. @param events all of the order's, in sequence */
export function timelineOf(events: readonly OrderEvent[]): Timeline {
  const parcels = new Map<string, KnownParcel>();
  return events.map((event) => {
    const { shipmentId, carrier, trackingNumber } = event.data as Partial<KnownParcel & { shipmentId: string }>;
    if (shipmentId && carrier && trackingNumber) parcels.set(shipmentId, { carrier, trackingNumber });
    return entryOf(event, { parcels });
  });
}

function entryOf(event: OrderEvent, known: Known): Timeline[number] {
  const { at, sequence, operator: asked } = event;
  const by = asked === undefined ? {} : { by: asked.by };
  const { kind, title, detail, operator = asked } = wordsOf(event, { ...known, ...by });
  const more = sentences(detail, triesOf(event));
  return {
    at,
    sequence,
    kind,
    title,
    ...(more !== undefined && { detail: more }),
    ...(operator && { operator }),
  };
}

function wordsOf({ type, data }: OrderEvent, known: Known): Line {
  const tell = TELLERS[type] as (data: unknown, known: Known) => Line;
  return tell(data, known);
}

/** Steps on the way to the event that had to be tried again. */
function triesOf({ states }: OrderEvent): string | undefined {
  const again = states.filter(({ attempts }) => attempts > 1);
  return again.length === 0
    ? undefined
    : again.map(({ name, attempts }) => `${doing(name)} took ${counted(attempts, 'try', 'tries')}`).join(', ');
}
