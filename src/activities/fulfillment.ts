import type { Appended, BookkeepingDeps } from './step';
import type { CarrierProvider, LabelRequest, Messenger } from './ports';
import type { EventBatch } from '../domain/events';
import type { Shipment } from '../domain/order';
import { keys } from '../domain/ids';
import { stockMoves } from '../domain/inventory';
import { asStep, attempts, postEffect } from './step';

export interface FulfillmentDeps extends BookkeepingDeps {
  carriers: CarrierProvider;
  messenger: Messenger;
}

export type PackingInstruction = Parameters<Messenger['instructPacking']>[0];
export type BookedLabel = { carrier: string; trackingNumber: string; attempts: number };

/** GenerateShippingLabel with its undo, the packing instruction, and CommitTransaction. */
export function createFulfillmentActivities(deps: FulfillmentDeps) {
  const { carriers, messenger } = deps;
  return {
    /** Selects and books the carrier: label and tracking number in one call. */
    generateShippingLabel: asStep(async (request: LabelRequest): Promise<BookedLabel> => {
      const { carrier, trackingNumber } = await carriers.bookLabel(request);
      return { carrier, trackingNumber, attempts: attempts() };
    }),

    cancelShippingLabel: asStep((label: Parameters<CarrierProvider['cancelLabel']>[0]) => carriers.cancelLabel(label)),

    instructPacking: asStep((instruction: PackingInstruction) => messenger.instructPacking(instruction)),

    /** The point of no return: the stock leaves, the shipment is created. */
    commitTransaction: asStep(async ({ batch, shipments }: CommitInput): Promise<Appended> => {
      const ledger = { key: keys.ship(batch.orderId), result: { shipments } };
      return postEffect(deps, batch, { ledger, stock: stockMoves('ship', shipments) });
    }),
  };
}

export interface CommitInput {
  batch: EventBatch;
  shipments: Shipment[];
}
