import type { OrderEvent } from './events';
import type { OrderId } from './ids';
import type { OrderView } from './projection';
import { canonicalJson } from './canonical-json';
import { fold } from './projection';

/** How a view and the events of its order can disagree. */
export const VIEW_FAULTS = [
  'VIEW_MISSING',
  'VIEW_BEHIND',
  'VIEW_DIFFERS',
  /** the view knows of more events than there are */
  'VIEW_AHEAD',
  'VIEW_WITHOUT_EVENTS',
  /** the events have gaps: no view can be made of them */
  'EVENTS_MISSING',
] as const;
export type ViewFault = (typeof VIEW_FAULTS)[number];

/** A field that is not what the events say; the values only of those that tell nothing of a person. */
export interface FieldDifference {
  field: string;
  /** in the view; absent where it is not there */
  before?: string | number;
  /** by the events */
  after?: string | number;
}

export interface ViewDifference {
  orderId: OrderId;
  fault: ViewFault;
  fields: FieldDifference[];
  /** numbers of events that are not there, the first of them */
  missing?: number[];
}

/** What a view can be made of again: the others need somebody to say what is true. */
const MENDABLE: ReadonlySet<ViewFault> = new Set(['VIEW_MISSING', 'VIEW_BEHIND', 'VIEW_DIFFERS']);
/** Where the view tells more than the events, and may be the only trace of what happened. */
const PRUNABLE: ReadonlySet<ViewFault> = new Set(['VIEW_AHEAD', 'VIEW_WITHOUT_EVENTS']);

export const isMendable = ({ fault }: Pick<ViewDifference, 'fault'>): boolean => MENDABLE.has(fault);
export const isPrunable = ({ fault }: Pick<ViewDifference, 'fault'>): boolean => PRUNABLE.has(fault);

/** Fields whose values may be told; of the others only that they differ. */
const TOLD: ReadonlySet<string> = new Set<keyof OrderView>([
  'sequence',
  'status',
  'currentState',
  'charged',
  'refunded',
  'authorized',
  'totalAmount',
  'currency',
  'inventoryStatus',
  'createdAt',
  'updatedAt',
  'closedAt',
]);

/**
 * Where the view of an order is not what its events add up to; `undefined` when it is.
 *
 * @param p.view   as stored, read together with the events: nothing was appended in between
 * @param p.events in the order of their numbers
 */
export function differenceOf(p: {
  orderId: OrderId;
  view: OrderView | undefined;
  events: readonly OrderEvent[];
}): ViewDifference | undefined {
  const { orderId, view, events } = p;
  const missing = gapsIn(events);
  if (missing.length > 0) return { orderId, fault: 'EVENTS_MISSING', fields: [], missing };
  const expected = fold(events);
  if (!expected) return view && { orderId, fault: 'VIEW_WITHOUT_EVENTS', fields: [] };
  if (!view) return { orderId, fault: 'VIEW_MISSING', fields: [] };
  const fields = fieldsThatDiffer(view, expected);
  if (fields.length === 0) return undefined;
  return { orderId, fault: faultOf(view, expected), fields };
}

function faultOf(view: OrderView, expected: OrderView): ViewFault {
  if (view.sequence > expected.sequence) return 'VIEW_AHEAD';
  return view.sequence < expected.sequence ? 'VIEW_BEHIND' : 'VIEW_DIFFERS';
}

/** The fields of two views that are not the same, by name. */
export function fieldsThatDiffer(view: OrderView, expected: OrderView): FieldDifference[] {
  const before: Record<string, unknown> = { ...view };
  const after: Record<string, unknown> = { ...expected };
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return names
    .filter((name) => canonicalJson([before[name]]) !== canonicalJson([after[name]]))
    .map((field) => ({ field, ...told('before', field, before[field]), ...told('after', field, after[field]) }));
}

const told = (name: 'before' | 'after', field: string, value: unknown) =>
  TOLD.has(field) && (typeof value === 'string' || typeof value === 'number') ? { [name]: value } : {};

/** as many as say what happened */
const MAX_MISSING = 20;

function gapsIn(events: readonly OrderEvent[]): number[] {
  const there = new Set(events.map(({ sequence }) => sequence));
  const last = events.at(-1)?.sequence ?? 0;
  const missing: number[] = [];
  for (let sequence = 1; sequence < last && missing.length < MAX_MISSING; sequence++)
    if (!there.has(sequence)) missing.push(sequence);
  return missing;
}
