import type { Attention } from '../domain/events';
import type { Case, ReconciliationReport } from '../domain/cases';
import type { Finding } from '../domain/reconciliation';
import type { OrderSummary } from './ports';
import type { OrderView } from '../domain/projection';
import { caseIdOf } from '../domain/reconciliation';
import { doing } from './story/steps';
import { plain } from './story/words';
import { toDecimal } from '../domain/money';

/** facts that are money, in minor units */
const MONEY = new Set(['worth', 'charged', 'refunded', 'taken', 'accountedTaken', 'accountedRefunded']);

/** Money as decimals, in the facts too. */
function presentFinding({ kind, subject, orderId, productId, facts, amount, currency }: Finding) {
  const told = Object.entries(facts).map(([name, value]) =>
    currency !== undefined && typeof value === 'number' && MONEY.has(name)
      ? [name, toDecimal(value, currency)]
      : [name, value],
  );
  return {
    kind,
    subject,
    ...(orderId !== undefined && { orderId }),
    ...(productId !== undefined && { productId }),
    facts: Object.fromEntries(told) as Finding['facts'],
    ...(amount !== undefined && currency !== undefined && { amount: toDecimal(amount, currency), currency }),
  };
}

/** A case with what can be done about it. */
export function presentCase(one: Case) {
  const { caseId, state, openedAt, firstSeenAt, lastSeenAt, seen, openings, closedAt, closedBy, reason } = one;
  return {
    caseId,
    ...presentFinding(one),
    state,
    openedAt,
    firstSeenAt,
    lastSeenAt,
    seen,
    openings,
    ...(closedAt !== undefined && { closedAt, closedBy, reason }),
    links: linksOf(one),
  };
}

const pathOf = (caseId: string): string => `/cases/${encodeURIComponent(caseId)}`;

function linksOf({ caseId, kind, state, orderId, productId }: Case): Record<string, string> {
  const self = pathOf(caseId);
  return {
    self,
    ...(orderId !== undefined && { order: `/orders/${orderId}`, events: `/orders/${orderId}/events` }),
    ...(productId !== undefined && { inventory: `/inventory/${encodeURIComponent(productId)}` }),
    ...(kind === 'VIEW_UNFOUNDED' && { rebuild: '/maintenance/rebuild-view' }),
    ...(state === 'OPEN' && { close: `${self}/close` }),
  };
}

export const NEEDS_ATTENTION = 'NEEDS_ATTENTION' as const;

/**
 * An order that waits for a decision, on the same desk.
 *
 * @param view of it: what does not work, and why it has to be done; without it only that it waits
 */
export function presentAttention({ orderId, updatedAt, status }: Waiting, view?: Pick<OrderView, 'attention'>) {
  const { attention } = view ?? {};
  const openedAt = attention?.since ?? updatedAt;
  const caseId = `${NEEDS_ATTENTION}#${orderId}`;
  const order = `/orders/${orderId}`;
  return {
    caseId,
    kind: NEEDS_ATTENTION,
    subject: orderId,
    orderId,
    facts: { status, ...(attention && factsOf(attention)) },
    ...(attention && moneyOf(attention)),
    state: 'OPEN' as const,
    openedAt,
    lastSeenAt: openedAt,
    links: { self: pathOf(caseId), order, events: `${order}/events`, resolution: `${order}/resolution` },
  };
}

type Waiting = Pick<OrderSummary, 'orderId' | 'updatedAt' | 'status'>;

/** in words */
const factsOf = ({ step, error, because }: Attention): Finding['facts'] => ({
  tried: doing(step),
  error: plain(error),
  ...(because !== undefined && { because: plain(because) }),
});

const moneyOf = ({ amount, currency }: Attention) =>
  amount === undefined || currency === undefined ? {} : { amount: toDecimal(amount, currency), currency };

export function presentReport(report: ReconciliationReport) {
  const { runId, by, full, startedAt, finishedAt, orders, charges, findings, repaired, opened, closed, undecided } =
    report;
  const { unasked = [] } = report;
  const found = report.found.map((finding) => ({ ...presentFinding(finding), caseId: caseIdOf(finding) }));
  return {
    runId,
    by,
    full,
    startedAt,
    finishedAt,
    orders,
    charges,
    findings,
    found,
    repaired,
    opened,
    closed,
    undecided,
    unasked,
  };
}
