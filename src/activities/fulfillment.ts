import type { Appended, BookkeepingDeps } from './step';
import type { CarrierProvider, LabelRequest, Messenger } from './ports';
import type { EventBatch, Label } from '../domain/events';
import type { OrderId } from '../domain/ids';
import type { Shipment } from '../domain/order';
import { type Delayed, type MayBeDelayed, orDelayed } from './delay';
import { StepError } from '../domain/failures';
import { keys } from '../domain/ids';
import { stockMoves } from '../domain/inventory';
import { asStep, attempts, postSurely } from './step';

export interface FulfillmentDeps extends BookkeepingDeps {
  carriers: CarrierProvider;
  messenger: Messenger;
}

export type PackingInstruction = Parameters<Messenger['instructPacking']>[0];
export type LabelStep = LabelRequest & MayBeDelayed;
export type BookedLabel = ({ kind: 'BOOKED'; carrier: string; trackingNumber: string } | Delayed<'carrier'>) & {
  attempts: number;
};

/** GenerateShippingLabel with its undo, the packing instruction, and CommitTransaction. */
export function createFulfillmentActivities(deps: FulfillmentDeps) {
  const { carriers, messenger } = deps;
  return {
    /** Selects and books the carrier: label and tracking number in one call. */
    generateShippingLabel: asStep(async ({ tellWhenDown, ...request }: LabelStep): Promise<BookedLabel> => {
      const booked = await orDelayed({ dependency: 'carrier', tellWhenDown }, async () => {
        const { carrier, trackingNumber } = await carriers.bookLabel(request);
        return { kind: 'BOOKED' as const, carrier, trackingNumber };
      });
      return { ...booked, attempts: attempts() };
    }),

    cancelShippingLabel: asStep((label: Parameters<CarrierProvider['cancelLabel']>[0]) => carriers.cancelLabel(label)),

    instructPacking: asStep((instruction: PackingInstruction) => messenger.instructPacking(instruction)),

    /**
     * The point of no return: the stock leaves, the shipment is created. Decides together with `decideToGiveBack`:
     * whoever is first in the ledger.
     *
     * @throws StepError GIVEN_BACK when it was decided otherwise
     */
    commitTransaction: asStep(async ({ batch, shipments, labels, part }: CommitInput): Promise<Appended> => {
      const { appended, result } = await postSurely(deps, batch, {
        key: keys.decision(batch.orderId, part),
        result: { shipments, labels } satisfies Shipped,
        stock: stockMoves('ship', shipments),
      });
      if (!isShipped(result)) throw new StepError('GIVEN_BACK', `order ${batch.orderId} was given back`);
      return appended;
    }),

    /**
     * Before anything is given back: decides that it is, unless the order was shipped by an attempt that the workflow
     * does not know of because its workflow task was lost.
     *
     * @returns what was shipped, if it was
     */
    decideToGiveBack: asStep(
      async ({ orderId, part }: { orderId: OrderId; part?: number }): Promise<Shipped | undefined> => {
        const ledger = { key: keys.decision(orderId, part), result: { givenBack: true } };
        const outcome = await deps.books.post({ orderId, ledger, events: [] });
        return outcome.kind === 'step-known' && isShipped(outcome.result) ? outcome.result : undefined;
      },
    ),
  };
}

export interface Shipped extends Record<string, unknown> {
  shipments: Shipment[];
  labels: Label[];
}

const isShipped = (result: Record<string, unknown>): result is Shipped => 'shipments' in result;

export interface CommitInput {
  batch: EventBatch;
  /** of the order; absent: the first */
  part?: number;
  shipments: Shipment[];
  labels: Label[];
}
