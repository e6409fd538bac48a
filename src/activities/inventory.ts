import type { Appended, BookkeepingDeps } from './step';
import type { EventBatch, NewEvent } from '../domain/events';
import type { InventoryReport, Messenger } from './ports';
import type { Order, Shipment } from '../domain/order';
import type { LowStock, ReservationPlan, Warehouse } from '../domain/inventory';
import { StepError } from '../domain/failures';
import { keys } from '../domain/ids';
import { lowStock, planReservation, stockMoves } from '../domain/inventory';
import { asStep, post, postEffect } from './step';

export interface InventoryDeps extends BookkeepingDeps {
  messenger: Messenger;
  warehouses: readonly Warehouse[];
  /** units in all warehouses from which on a product is running out */
  lowStockThreshold: number;
}

export interface OrderStep {
  batch: EventBatch;
  order: Order;
}

export type Reservation = ReservationPlan & Appended;

/** CheckInventory (which reserves), its ends, and the undo (requirements D3, D4). */
export function createInventoryActivities(deps: InventoryDeps) {
  const { messenger } = deps;
  return {
    /** Plans over the stock as it is and reserves the plan in one transaction; re-plans when others were faster. */
    checkInventory: asStep(async ({ batch, order }: OrderStep): Promise<Reservation> => {
      const productIds = order.lines.map(({ productId }) => productId);
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const stock = await deps.books.readStock(productIds);
        const plan = planReservation({ order, stock, warehouses: deps.warehouses });
        const low = lowStock({ stock, shipments: plan.shipments, threshold: deps.lowStockThreshold });
        const reservation = await reserve(deps, batch, { plan, low });
        if (reservation) return reservation;
      }
      throw new StepError(
        'SERVICE_UNAVAILABLE',
        `order ${order.orderId}: the stock changed ${MAX_ROUNDS} times while planning`,
      );
    }),

    /** Gives back what the order reserved, or a part of it. */
    releaseInventory: asStep(async ({ batch, orderId, part, shipments }: ReleaseInput): Promise<Appended> => {
      return postEffect(deps, batch, {
        key: keys.release(orderId, part),
        result: { shipments },
        stock: stockMoves('release', shipments),
      });
    }),

    handlePartialInventory: asStep(async (report: InventoryReport): Promise<void> => {
      await messenger.reportPartialInventory(report);
    }),

    inventoryNotAvailable: asStep(async ({ batch, report }: ShortageInput): Promise<Appended> => {
      await messenger.reportShortage(report);
      return postEffect(deps, batch, { key: keys.shortage(report.orderId) });
    }),
  };
}

export interface ReleaseInput {
  batch: EventBatch;
  orderId: Order['orderId'];
  /** 1, the first, when absent */
  part?: number;
  shipments: Shipment[];
}

export interface ShortageInput {
  batch: EventBatch;
  report: InventoryReport;
}

// each round lost means that another order took stock: with many at once for few units, all but the first few lose
const MAX_ROUNDS = 25;

async function reserve(
  deps: BookkeepingDeps,
  batch: EventBatch,
  { plan, low }: { plan: ReservationPlan; low: LowStock[] },
): Promise<Reservation | undefined> {
  const told: NewEvent[] = low.length > 0 ? [{ type: 'Stock Low', data: { items: low } }] : [];
  const full = { ...batch, events: [...batch.events, reservationEvent(plan), ...told] };
  const posted = await post(deps, full, {
    key: keys.reserve(batch.orderId),
    result: { plan },
    stock: stockMoves('reserve', plan.shipments),
  });
  if (posted.kind === 'stock-changed') return undefined;
  // the plan of the attempt that was posted
  const { plan: reserved } = posted.result as { plan: ReservationPlan };
  return { ...reserved, ...posted.appended };
}

function reservationEvent({ status, shipments, availableItems, unavailableItems }: ReservationPlan): NewEvent {
  switch (status) {
    case 'AVAILABLE':
      return { type: 'Inventory Reserved', data: { shipments } };
    case 'PARTIAL':
      return { type: 'Inventory Partially Reserved', data: { shipments, availableItems, unavailableItems } };
    case 'UNAVAILABLE':
      return { type: 'Inventory Unavailable', data: { unavailableItems } };
    default:
      return status satisfies never;
  }
}
