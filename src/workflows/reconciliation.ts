import { sleep, workflowInfo } from '@temporalio/workflow';
import type { ArchivePlace } from '../activities/rebuild';
import type { ChargeName, ChargesLook } from '../activities/reconciliation/charges';
import type { Finding, FindingKind } from '../domain/reconciliation';
import type { Hold } from '../domain/order-books';
import type { Opening } from '../activities/reconciliation/cases';
import type { OrderId } from '../domain/ids';
import type { OrdersLook } from '../activities/reconciliation/orders';
import type { ReconciliationOptions } from './maintenance-messages';
import type { ReconciliationReport } from '../domain/cases';
import { caseIdOf } from '../domain/reconciliation';
import { maintenance } from './maintenance-activities';
import { sumHolds } from '../domain/order-books';

/** Findings that the report tells in full; the others are counted, and have their cases. */
const MAX_FOUND = 200;
/** How often a product that moves is looked at again. */
const MAX_WEIGHINGS = 5;

/**
 * Holds payment company, stock, workflows, read model and event store against each other. What is found counts only when a
 * second look finds it too; views are made again, for the rest a case is opened. Cases of what is gone are closed.
 */
export async function reconciliationWorkflow(options: ReconciliationOptions): Promise<ReconciliationReport> {
  const startedAt = new Date().toISOString();
  const { runId } = workflowInfo();
  const opening = await maintenance.openReconciliation({ full: options.full ?? false });
  const first = await firstLook(opening);
  const findings = await secondLook(opening, first.findings);
  const drifts = findings.filter(({ kind }) => kind === 'VIEW_DRIFT');
  const repaired = await mendViews(drifts);
  const stock = await stockLook(opening, first);
  const all = [...findings, ...stock.findings];

  const cases = all.filter(({ kind }) => kind !== 'VIEW_DRIFT');
  const { undecided } = stock;
  const opened = await openCases(opening, { runId, findings: cases });
  const { closed } = await maintenance.closeCases({ runId, undecided });
  return maintenance.keepReport({
    runId,
    by: options.by,
    full: opening.since === undefined,
    startedAt,
    orders: first.orders,
    charges: first.charges,
    findings: countsOf(all),
    found: all.slice(0, MAX_FOUND),
    repaired,
    opened,
    closed,
    undecided,
    watched: first.watched,
  });
}

interface FirstLook {
  orders: number;
  charges: number;
  findings: Finding[];
  holds: Hold[];
  watched: OrderId[];
}

async function firstLook(opening: Opening): Promise<FirstLook> {
  const { since, statementSince, watched } = opening;
  const look: FirstLook = { orders: 0, charges: 0, findings: [], holds: [], watched: [] };
  const addOrders = ({ orders, findings, holds, watched: more }: OrdersLook) => {
    look.orders += orders;
    look.findings.push(...findings);
    look.holds = sumHolds([...look.holds, ...holds]);
    look.watched.push(...more);
  };
  const addCharges = ({ charges, findings }: ChargesLook) => {
    look.charges += charges;
    look.findings.push(...findings);
  };
  for (const some of chunks(watched)) addOrders(await maintenance.lookAtTheseOrders({ orderIds: some }));
  const period = since === undefined ? {} : { since };
  for (let place: ArchivePlace | undefined = { from: since === undefined ? 'events' : 'views' }; place;) {
    const page: OrdersLook = await maintenance.lookAtOrders({ place, ...period, except: watched });
    addOrders(page);
    place = page.next;
  }
  for (const some of chunks(opening.charges)) addCharges(await maintenance.lookAtTheseCharges({ charges: some }));
  for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
    const input = { since: statementSince, ...(token !== undefined && { token }) };
    const page: ChargesLook = await maintenance.lookAtCharges(input);
    addCharges(page);
    token = page.token;
  }
  return look;
}

const isOfCharge = ({ kind }: Finding): boolean => kind === 'CHARGE_WITHOUT_ORDER' || kind === 'CHARGE_NOT_ACCOUNTED';

/** What is still so after a pause, each once. */
async function secondLook({ pauseS }: Opening, suspected: readonly Finding[]): Promise<Finding[]> {
  if (suspected.length === 0) return [];
  await sleep(pauseS * 1000);
  const [ofCharges, ofOrders] = [suspected.filter(isOfCharge), suspected.filter((finding) => !isOfCharge(finding))];
  const orderIds = [...new Set(ofOrders.flatMap(({ orderId }) => orderId ?? []))];
  const names = ofCharges.map(({ subject: chargeKey, orderId }): ChargeName => ({ chargeKey, orderId: orderId! }));
  const charges = [...new Map(names.map((name) => [name.chargeKey, name])).values()];
  const again: Finding[] = [];
  for (const some of chunks(orderIds))
    again.push(...(await maintenance.lookAtTheseOrders({ orderIds: some })).findings);
  for (const some of chunks(charges)) again.push(...(await maintenance.lookAtTheseCharges({ charges: some })).findings);
  const before = new Set(suspected.map(caseIdOf));
  return again.filter((finding) => before.has(caseIdOf(finding)));
}

/** Answers how many are as they should be then. */
async function mendViews(drifts: readonly Finding[]): Promise<number> {
  let mended = 0;
  for (const some of chunks(drifts.flatMap(({ orderId }) => orderId ?? []))) {
    const { left } = await maintenance.mendViews({ orderIds: some });
    mended += some.length - left.length;
  }
  return mended;
}

/** Answers how many there were not before. */
async function openCases({ previousRun }: Opening, p: { runId: string; findings: Finding[] }): Promise<number> {
  let opened = 0;
  for (const findings of chunks(p.findings)) {
    const before = previousRun === undefined ? {} : { previousRun };
    opened += (await maintenance.openCases({ runId: p.runId, ...before, findings })).opened;
  }
  return opened;
}

/** What one step is given: a message has its limits. */
const CHUNK = 200;

const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK));

/** Products that move are looked at again, in the hope of a quiet moment. */
async function stockLook(opening: Opening, { holds, watched }: FirstLook) {
  const { pauseS, since } = opening;
  const findings: Finding[] = [];
  let { productIds } = await maintenance.takeStock({ holds });
  const unsure: string[] = [];
  for (let n = 0; productIds.length > 0 && n < MAX_WEIGHINGS; n++) {
    await sleep(pauseS * 1000);
    const period = since === undefined ? {} : { since };
    const weighed = await maintenance.weighStock({ productIds, ...period, watched });
    findings.push(...weighed.findings);
    unsure.push(...weighed.undecided.filter((productId) => !weighed.busy.includes(productId)));
    productIds = weighed.busy;
  }
  return { findings, undecided: [...unsure, ...productIds] };
}

function countsOf(findings: readonly Finding[]): Partial<Record<FindingKind, number>> {
  const counts: Partial<Record<FindingKind, number>> = {};
  for (const { kind } of findings) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
