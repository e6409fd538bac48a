import type { Static } from '@sinclair/typebox';
import type { EventData, EventType } from '../../domain/events';
import type { OrderStory } from '../story-schemas';

type Entry = Static<typeof OrderStory>['timeline'][number];

/** An event in plain words. */
export type Line = Pick<Entry, 'kind' | 'title' | 'operator'> & { detail?: string | undefined };

/** What is known of a parcel when something is told of it. */
export interface KnownParcel {
  carrier: string;
  trackingNumber: string;
}

/** What the events before this one told, as far as words need it. */
export interface Known {
  /** by shipment */
  parcels: ReadonlyMap<string, KnownParcel>;
  /** who asked for this one by hand */
  by?: string;
}

export type Tellers = { [T in EventType]: (data: EventData[T], known: Known) => Line };
