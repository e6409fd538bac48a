import type { Case, ReconciliationReport } from '../domain/cases';
import type { DeadLetterClass } from '../domain/dead-letters';
import type { FindingKind, RunState, StatedCharge, StockBooks } from '../domain/reconciliation';
import type { OrderId } from '../domain/ids';
import type { OrderView } from '../domain/projection';

/** Where orders are listed from: those that have events, or those that have a view. */
export type OrderSource = 'events' | 'views';

export interface OrderPage {
  orderIds: OrderId[];
  /** of the next page; absent on the last */
  token?: string;
}

/**
 * The orders as a whole, and the views as they are put right. Each order is listed once, in no order; throws `StepError`
 * SERVICE_UNAVAILABLE.
 */
export interface OrderArchive {
  /**
   * @param p.since of views: only those of orders that have not ended, or changed since then (ISO 8601), by indexes: it
   * costs what there is of them. One that ends meanwhile may be listed twice.
   * @param p.limit rows that are looked at
   */
  pageOfOrders(p: { from: OrderSource; since?: string; token?: string; limit: number }): Promise<OrderPage>;
  /**
   * Puts a view in place of the one that was read.
   *
   * @param p.read the sequence of that one; absent: there was none
   * @returns false when it is not there as it was read
   */
  replaceView(p: { view: OrderView; read?: number }): Promise<boolean>;
  removeView(p: { orderId: OrderId; read: number }): Promise<boolean>;
}

/** All that is in stock, as it is stored; each row consistent by itself. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface StockTaking {
  /** Some rows at a time, each on one page; those of a product may be on several. */
  pages(): AsyncIterable<StockBooks>;
}

/** An order as it was at one of its events. */
export interface TakenSnapshot {
  sequence: number;
  view: OrderView;
}

/** The snapshots that orders have. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface SnapshotArchive {
  /**
   * Orders that have some; one may be on two pages.
   *
   * @param p.limit rows that are looked at
   */
  pageOfOrders(p: { token?: string; limit: number }): Promise<OrderPage>;
  ofOrder(orderId: OrderId): Promise<TakenSnapshot[]>;
  /** One that is not there is gone. */
  remove(p: { orderId: OrderId; sequence: number }): Promise<void>;
}

/** Who leads orders on: the engine. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface OrderRuns {
  stateOf(orderId: OrderId): Promise<RunState>;
}

/** What the payment company says it took, a page at a time. Throws like {@link OrderArchive}. */
export interface PaymentStatements {
  /** Charges of which money moved since a time (ISO 8601), and perhaps others. */
  listCharges(p: { since: string; token?: string }): Promise<{ charges: StatedCharge[]; token?: string }>;
  readCharge(p: { chargeKey: string; orderId: OrderId }): Promise<StatedCharge | undefined>;
}

/** The cases, and the report of the last run. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface CaseBook {
  read(caseId: string): Promise<Case | undefined>;
  /** @returns false when it is not there as it was read: version − 1, or not at all with version 1 */
  write(one: Case): Promise<boolean>;
  listOpen(): Promise<Case[]>;
  readReport(): Promise<ReconciliationReport | undefined>;
  writeReport(report: ReconciliationReport): Promise<void>;
}

export interface CaseAlert {
  key: string;
  caseId: string;
  kind: FindingKind;
  orderId?: OrderId;
  amount?: number;
  currency?: string;
}

/** Tells operations of a case that was opened. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface CaseAlerts {
  alert(p: CaseAlert): Promise<void>;
}

/** A counter of dead letters that was wrong, and is not any more. */
export interface Miscount {
  class: DeadLetterClass;
  /** that the counter had */
  counted: number;
  /** that there are */
  there: number;
}

/** Counts the dead letters, and sets right what their counters have. Throws `StepError` SERVICE_UNAVAILABLE. */
export interface DeadLetterRecount {
  /** @param p.onPage called again and again while it goes on */
  recount(p: { onPage(): void }): Promise<Miscount[]>;
}
