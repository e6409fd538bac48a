import { Context } from '@temporalio/activity';
import type { Case, ReconciliationReport } from '../../domain/cases';
import type { ChargeName } from './charges';
import type { Finding } from '../../domain/reconciliation';
import type { OrderId } from '../../domain/ids';
import type { ReconciliationDeps } from './deps';
import { asStep } from '../step';
import { canonicalJson } from '../../domain/canonical-json';
import { caseIdOf } from '../../domain/reconciliation';
import { VIEW_FORMAT } from '../../domain/projection';

/** What a run looks at beside what it comes across. */
export interface Opening {
  /** absent: all orders are looked at */
  since?: string;
  /** of the payment company's statement */
  statementSince: string;
  pauseS: number;
  /** orders of open cases, and those that matter for the stock though they have ended */
  watched: OrderId[];
  /** charges of open cases */
  charges: ChargeName[];
  /** when the last run began that looked at all orders, ISO 8601 */
  fullAt?: string;
}

export interface FindingsInput {
  runId: string;
  /** as of the opening */
  fullAt?: string;
  findings: Finding[];
}

export interface ClosingInput {
  runId: string;
  /** of the run, ISO 8601 */
  startedAt: string;
  /** products of which nothing can be said */
  undecided: string[];
  /** nothing can be said of some others either, of which there are too many to name them: no product's case is closed */
  stockLeft?: boolean;
  /** some payments could not be asked for: no case of a payment that is not known is closed */
  paymentsLeft?: boolean;
}

/** What moved shortly before the last run began may have been on its way then. */
const OVERLAP_S = 600;
/** All orders are looked at so often, in milliseconds. */
const FULL_EVERY_MS = 86_400_000;
const EVER = new Date(0).toISOString();
/** who closes a case that is not found any more */
const BY_ITSELF = 'reconciliation';

/** Where runs begin and what they leave: cases, and the report. */
export function createCaseSteps(deps: ReconciliationDeps) {
  const { cases, limits } = deps;
  return {
    openReconciliation: asStep(async ({ full = false }: { full?: boolean }): Promise<Opening> => {
      const [last, open] = await Promise.all([cases.readReport(), cases.listOpen()]);
      const since = full ? undefined : sinceOf(last, { now: deps.now(), settledAfterS: limits.settledAfterS });
      const left = [...(last?.watched ?? []), ...(last?.unasked ?? [])];
      const orderIds = [...left, ...open.flatMap(({ orderId }) => orderId ?? [])];
      return {
        ...(since !== undefined && { since }),
        statementSince: since ?? EVER,
        pauseS: limits.pauseS,
        watched: [...new Set(orderIds)],
        charges: open.flatMap(chargeOf),
        ...(last?.fullAt !== undefined && { fullAt: last.fullAt }),
      };
    }),

    /**
     * Opens cases of what a run found, or sees them again; answers how many it opened. One that somebody closed is opened
     * again when its facts change, or when the last run that looked at everything did not find it: the others may have
     * looked elsewhere.
     */
    openCases: asStep(async (p: FindingsInput): Promise<{ opened: number }> => {
      const kept = await Promise.all(p.findings.map((finding) => keep(deps, finding, p)));
      return { opened: kept.filter(({ openedRun, state }) => state === 'OPEN' && openedRun === p.runId).length };
    }),

    /** Closes the cases that this run did not find, and tells operations of those that were opened. */
    closeCases: asStep(
      async ({
        runId,
        startedAt,
        undecided,
        stockLeft = false,
        paymentsLeft = false,
      }: ClosingInput): Promise<{ closed: number }> => {
        const { heartbeat } = Context.current();
        // what another run found meanwhile, this one may have looked at before
        const gone = (await cases.listOpen()).filter(
          ({ lastRun, lastSeenAt, productId, kind }) =>
            lastRun !== runId &&
            lastSeenAt < startedAt &&
            !(productId && (stockLeft || undecided.includes(productId))) &&
            !(paymentsLeft && kind === 'PAYMENT_UNKNOWN'),
        );
        for (const one of gone) {
          await closeCase(deps, one);
          heartbeat();
        }
        for (const one of await cases.listOpen()) {
          if (one.alertDue) await alert(deps, one);
          heartbeat();
        }
        return { closed: gone.length };
      },
    ),

    keepReport: asStep(
      async (
        report: Omit<ReconciliationReport, 'finishedAt' | 'fullAt' | 'viewFormat'>,
      ): Promise<ReconciliationReport> => {
        const last = await cases.readReport();
        const fullAt = report.full ? report.startedAt : last?.fullAt;
        const whole = {
          ...report,
          finishedAt: deps.now(),
          viewFormat: VIEW_FORMAT,
          ...(fullAt !== undefined && { fullAt }),
        };
        await cases.writeReport(whole);
        deps.tellFindings(report.findings);
        return whole;
      },
    ),
  };
}

/** `undefined`: all of them, for the first time, because the last time was long ago, or because views were others then. */
function sinceOf(
  last: ReconciliationReport | undefined,
  { now, settledAfterS }: { now: string; settledAfterS: number },
): string | undefined {
  if (!last?.fullAt || last.viewFormat !== VIEW_FORMAT || Date.parse(now) - Date.parse(last.fullAt) >= FULL_EVERY_MS)
    return undefined;
  return new Date(Date.parse(last.startedAt) - (settledAfterS + OVERLAP_S) * 1000).toISOString();
}

const chargeOf = ({ kind, subject, orderId }: Case): ChargeName[] =>
  orderId && (kind === 'CHARGE_WITHOUT_ORDER' || kind === 'CHARGE_NOT_ACCOUNTED')
    ? [{ chargeKey: subject, orderId }]
    : [];

async function keep(deps: ReconciliationDeps, finding: Finding, p: FindingsInput): Promise<Case> {
  const { cases } = deps;
  for (;;) {
    const before = await cases.read(caseIdOf(finding));
    // an earlier attempt wrote it
    if (before?.lastRun === p.runId) return before;
    const after = isOpened(before, finding, p)
      ? opened(deps, { before, finding, ...p })
      : seen(deps, { before: before!, ...p, finding });
    if (await cases.write(after)) return after;
  }
}

function isOpened(before: Case | undefined, finding: Finding, { fullAt }: FindingsInput): boolean {
  if (!before) return true;
  if (before.state === 'OPEN') return false;
  const isSettled = before.closedBy !== BY_ITSELF && (fullAt === undefined || before.lastSeenAt >= fullAt);
  return !isSettled || canonicalJson(before.facts) !== canonicalJson(finding.facts);
}

type Sighting = FindingsInput & { finding: Finding };

function opened(deps: ReconciliationDeps, { before, finding, runId }: Sighting & { before: Case | undefined }): Case {
  const now = deps.now();
  return {
    ...finding,
    caseId: caseIdOf(finding),
    state: 'OPEN',
    openedAt: now,
    firstSeenAt: before?.firstSeenAt ?? now,
    lastSeenAt: now,
    seen: (before?.seen ?? 0) + 1,
    lastRun: runId,
    openedRun: runId,
    openings: (before?.openings ?? 0) + 1,
    alertDue: true,
    version: (before?.version ?? 0) + 1,
  };
}

const seen = (deps: ReconciliationDeps, { before, finding, runId }: Sighting & { before: Case }): Case => ({
  ...before,
  ...finding,
  lastSeenAt: deps.now(),
  seen: before.seen + 1,
  lastRun: runId,
  version: before.version + 1,
});

/** Unless somebody else was faster. */
async function closeCase({ cases, now }: ReconciliationDeps, { alertDue: _alertDue, ...one }: Case): Promise<void> {
  const closing = { closedAt: now(), closedBy: BY_ITSELF, reason: 'it is not found any more' };
  await cases.write({ ...one, state: 'CLOSED', ...closing, version: one.version + 1 });
}

async function alert({ cases, alerts }: ReconciliationDeps, { alertDue: _alertDue, ...one }: Case): Promise<void> {
  const { caseId, kind, orderId, amount, currency, openings } = one;
  const money = amount !== undefined && currency !== undefined ? { amount, currency } : {};
  await alerts.alert({ key: `case#${caseId}#${openings}`, caseId, kind, ...(orderId && { orderId }), ...money });
  await cases.write({ ...one, version: one.version + 1 });
}
