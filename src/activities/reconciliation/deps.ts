import type {
  CaseAlerts,
  CaseBook,
  DeadLetterRecount,
  OrderArchive,
  OrderRuns,
  PaymentStatements,
  SnapshotArchive,
  StockTaking,
} from '../maintenance-ports';
import type { FindingKind } from '../../domain/reconciliation';
import type { OrderBooks } from '../look';

/** What the reconciliation waits for before it says something, in seconds. */
export interface ReconciliationLimits {
  /** an order without an event for so long does not go on */
  stuckAfterS: number;
  /** a charge, or an order's last event, that is younger may still be on its way to the books */
  settledAfterS: number;
  /** between two looks: what is found counts only when it is found twice */
  pauseS: number;
  /** before a payment is asked for again that could not be asked for, in milliseconds; twice as much the next time */
  askAgainMs: number;
  /** findings, and products that are undecided, that a look at the stock tells at once: what a step answers has its limits */
  toldALook: number;
}

export interface ReconciliationDeps {
  books: OrderBooks;
  archive: OrderArchive;
  snapshots: SnapshotArchive;
  stock: StockTaking;
  runs: OrderRuns;
  statements: PaymentStatements;
  cases: CaseBook;
  letters: DeadLetterRecount;
  alerts: CaseAlerts;
  limits: ReconciliationLimits;
  /** of the last run, by kind */
  tellFindings(counts: Partial<Record<FindingKind, number>>): void;
  /** the time, ISO 8601 */
  now(): string;
}
