import type { InspectionOutcome } from '../../domain/events';
import type { Tellers } from './line';
import { causeName, listed, missing, placed, sentences, shownMoney } from './words';
import { shownTime } from '../../domain/shown-time';

const INSPECTED: Record<InspectionOutcome, string> = {
  RESTOCK: 'back into stock',
  WRITE_OFF: 'written off',
  REJECT: 'refused: not what was sent',
};

/** Stock: what is reserved, missing, waited for, given back; and what customers send back. */
export const TELL_GOODS = {
  'Inventory Reserved': ({ shipments }) => ({ kind: 'stock', title: `Everything is reserved: ${placed(shipments)}` }),
  'Inventory Partially Reserved': ({ shipments, unavailableItems }) => ({
    kind: 'stock',
    title: `A part is reserved: ${placed(shipments)}`,
    detail: sentences(`missing: ${missing(unavailableItems)}`),
  }),
  'Inventory Unavailable': ({ unavailableItems }) => ({
    kind: 'stock',
    title: 'Nothing is in stock',
    detail: sentences(`missing: ${missing(unavailableItems)}`),
  }),
  'Inventory Shortage Reported': ({ unavailableItems, waits }) => ({
    kind: waits ? 'stock' : 'end',
    title: waits ? 'The shortage is reported: the order waits for stock' : 'Ended: nothing is in stock',
    detail: sentences(`missing: ${missing(unavailableItems)}`),
  }),
  'Inventory Released': ({ shipments }) => ({
    kind: 'stock',
    title: `The reservation is given back: ${placed(shipments)}`,
  }),
  'Inventory Restocked': ({ shipments, cause }) => ({
    kind: 'stock',
    title: `Back in stock: ${placed(shipments)}`,
    detail: sentences(`from ${causeName(cause)}`),
  }),
  'Inventory Written Off': ({ items, cause }) => ({
    kind: 'stock',
    title: `Written off: ${listed(items)}`,
    detail: sentences(`from ${causeName(cause)}`),
  }),
  'Stock Low': ({ items }) => ({
    kind: 'stock',
    title: `Running low: ${items.map(({ productId, availableQuantity }) => `${availableQuantity === 0 ? 'no' : `${availableQuantity} ×`} ${productId} left`).join(', ')}`,
  }),
  'Order Backordered': ({ items, until }) => ({
    kind: 'wait',
    title: `Waiting for stock until ${shownTime(until)}: ${listed(items)}`,
  }),
  'Backorder Filled': ({ shipments }) => ({
    kind: 'stock',
    title: `What was waited for is there, and reserved: ${placed(shipments)}`,
  }),
  'Backorder Ended': ({ items, reason }) => ({
    kind: 'stock',
    title: `Not waited for any more: ${listed(items)}`,
    detail: sentences(reason),
  }),
  'Return Requested': ({ returnId, items, reason }, { by }) => ({
    kind: 'action',
    title: `${by === undefined ? 'Return announced' : `${by} announces a return`}: ${listed(items)} (${returnId})`,
    detail: sentences(reason),
  }),
  'Return Received': ({ returnId }) => ({
    kind: 'parcel',
    title: `The return arrived, and is to be inspected (${returnId})`,
  }),
  'Return Expired': ({ returnId }) => ({
    kind: 'parcel',
    title: `The return never came, and is not waited for any more (${returnId})`,
  }),
  'Return Inspected': ({ returnId, items, amount, currency }) => ({
    kind: 'action',
    title: `The return is inspected: ${shownMoney(amount, currency)} go back (${returnId})`,
    detail: sentences(...items.map((item) => `${listed([item])}: ${INSPECTED[item.outcome]}`)),
  }),
} satisfies Partial<Tellers>;
