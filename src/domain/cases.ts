import type { Finding, FindingKind } from './reconciliation';
import type { OrderId } from './ids';

export const CASE_STATES = ['OPEN', 'CLOSED'] as const;
export type CaseState = (typeof CASE_STATES)[number];

/** Something that somebody has to see to. */
export interface Case extends Finding {
  caseId: string;
  state: CaseState;
  /** of this opening; ISO 8601, as all times */
  openedAt: string;
  firstSeenAt: string;
  lastSeenAt: string;
  /** in how many runs it was found */
  seen: number;
  /** the run that found it last */
  lastRun: string;
  /** the run that opened it */
  openedRun: string;
  /** how often it was opened */
  openings: number;
  closedAt?: string;
  closedBy?: string;
  reason?: string;
  /** operations have not been told of this opening yet */
  alertDue?: true;
  /** counts the changes: nobody writes over what he has not read */
  version: number;
}

/** What a run of the reconciliation found; kept until the next one is through. */
export interface ReconciliationReport {
  runId: string;
  /** who asked for it */
  by: string;
  /** all orders were looked at, not only those that changed */
  full: boolean;
  startedAt: string;
  finishedAt: string;
  /** when a run that looked at all orders began; ISO 8601 */
  fullAt?: string;
  /** of the views that it saw: where another one is written now, lists of orders may lack old ones */
  viewFormat?: number;
  orders: number;
  charges: number;
  /** by kind; those that there are none of are absent */
  findings: Partial<Record<FindingKind, number>>;
  /** the first of them */
  found: Finding[];
  /** views that were made again */
  repaired: number;
  opened: number;
  closed: number;
  /** products that moved each time they were looked at: nothing is said of them */
  undecided: string[];
  /** ended orders that still count for the stock: the next run looks at them again */
  watched: OrderId[];
  /** orders of which a payment could not be asked for, the first of them: the next run asks again; absent: none */
  unasked?: OrderId[];
}
