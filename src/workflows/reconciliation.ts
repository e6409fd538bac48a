import { continueAsNew, sleep, workflowInfo } from '@temporalio/workflow';
import type { ArchivePlace } from '../activities/rebuild';
import type { ChargeName, ChargesLook } from '../activities/reconciliation/charges';
import type { Finding, FindingKind } from '../domain/reconciliation';
import type { Opening } from '../activities/reconciliation/cases';
import type { OrderId } from '../domain/ids';
import type { OrdersLook } from '../activities/reconciliation/orders';
import type { ProductChoice, Weighed } from '../activities/reconciliation/stock';
import type { ReconciliationOptions } from './maintenance-messages';
import type { ReconciliationReport } from '../domain/cases';
import { addTallies } from '../domain/stock-tally';
import { caseIdOf, isMended } from '../domain/reconciliation';
import { maintenance } from './maintenance-activities';

/** Findings that the report tells in full; the others are counted, and have their cases. */
const MAX_FOUND = 200;
/** How often a product that moves is looked at again. */
const MAX_WEIGHINGS = 5;
/** Pages of products that do not add up, each of them in the history twice; what comes after them is left to the next time. */
const MAX_STOCK_PAGES = 20;
/** Undecided products that the report names. */
const MAX_UNDECIDED = 1000;
/** Orders with payments that could not be asked for which the next run comes back to; the others wait for the next full one. */
const MAX_UNASKED = 1000;
/** Pages, and things that look wrong, after which a run settles what it has and hands over to the next one. */
const PAGES_A_RUN = 100;
const MAX_SUSPECTS = 1000;

/** A reconciliation as far as it is: what one run hands to the next. */
interface Reconciling extends Pick<OrdersLook, 'orders' | 'tally' | 'watched'> {
  /** of the first run: the same for all */
  runId: string;
  startedAt: string;
  opening: Opening;
  /** absent after the last page */
  next?: Place;
  charges: number;
  findings: Partial<Record<FindingKind, number>>;
  /** the first of them */
  found: Finding[];
  repaired: number;
  opened: number;
  /** orders with payments that could not be asked for */
  unasked?: OrderId[];
}

/** What is looked at next; `from` counts those that are looked at by their names. */
type Place =
  | { of: 'watched'; from: number }
  | { of: 'orders'; place: ArchivePlace }
  | { of: 'snapshots'; token?: string }
  | { of: 'charges'; from: number }
  | { of: 'statement'; token?: string };

/**
 * Holds payment company, stock, workflows, read model and event store against each other. What is found counts only when a
 * second look finds it too; views are made again, snapshots removed, and for the rest a case is opened. Cases of what is
 * gone are closed.
 *
 * @param carry so far, of the run before this one
 */
export async function reconciliationWorkflow(
  options: ReconciliationOptions,
  carry?: Reconciling,
): Promise<ReconciliationReport> {
  const progress = carry ?? (await begin(options));
  const suspects: Finding[] = [];
  for (let pages = 0; progress.next; pages++) {
    if (pages === PAGES_A_RUN || suspects.length >= MAX_SUSPECTS) {
      await settle(progress, suspects);
      await continueAsNew<typeof reconciliationWorkflow>(options, progress);
    }
    suspects.push(...(await lookOn(progress, progress.next)));
  }
  await settle(progress, suspects);
  const { undecided, stockLeft } = await stockLook(progress);
  if (progress.opening.since === undefined) await recountLetters(progress);

  const { runId, startedAt, opening } = progress;
  const unasked = progress.unasked ?? [];
  const paymentsLeft = unasked.length > 0;
  const { closed } = await maintenance.closeCases({ runId, startedAt, undecided, stockLeft, paymentsLeft });
  return maintenance.keepReport({
    runId,
    by: options.by,
    full: opening.since === undefined,
    startedAt,
    orders: progress.orders,
    charges: progress.charges,
    findings: progress.findings,
    found: progress.found,
    repaired: progress.repaired,
    opened: progress.opened,
    closed,
    undecided,
    watched: progress.watched,
    ...(paymentsLeft && { unasked }),
  });
}

async function begin({ full = false }: ReconciliationOptions): Promise<Reconciling> {
  const { runId } = workflowInfo();
  const startedAt = new Date().toISOString();
  const opening = await maintenance.openReconciliation({ full });
  const none = { orders: 0, charges: 0, tally: {}, watched: [], findings: {}, found: [], repaired: 0, opened: 0 };
  return { runId, startedAt, opening, next: { of: 'watched', from: 0 }, ...none };
}

/** Looks at one page, and answers what looks wrong there. */
async function lookOn(progress: Reconciling, here: Place): Promise<Finding[]> {
  const { since, statementSince, watched, charges } = progress.opening;
  const addOrders = ({ orders, findings, tally, watched: more, unasked }: OrdersLook) => {
    leave(progress, unasked);
    progress.orders += orders;
    progress.tally = addTallies(progress.tally, tally);
    progress.watched.push(...more);
    return findings;
  };
  const addCharges = (look: ChargesLook) => {
    progress.charges += look.charges;
    return look.findings;
  };
  switch (here.of) {
    case 'watched': {
      const orderIds = watched.slice(here.from, here.from + CHUNK);
      const from = here.from + CHUNK;
      const first: Place = { of: 'orders', place: { from: since === undefined ? 'events' : 'views' } };
      progress.next = from < watched.length ? { of: 'watched', from } : first;
      return orderIds.length === 0 ? [] : addOrders(await maintenance.lookAtTheseOrders({ orderIds }));
    }
    case 'orders': {
      const period = since === undefined ? {} : { since };
      const paymentsSince = statementSince;
      const page = await maintenance.lookAtOrders({ place: here.place, ...period, paymentsSince, except: watched });
      const after: Place = since === undefined ? { of: 'snapshots' } : { of: 'charges', from: 0 };
      progress.next = page.next ? { of: 'orders', place: page.next } : after;
      return addOrders(page);
    }
    case 'snapshots': {
      const { findings, token } = await maintenance.lookAtSnapshots(
        here.token === undefined ? {} : { token: here.token },
      );
      progress.next = token === undefined ? { of: 'charges', from: 0 } : { of: 'snapshots', token };
      return findings;
    }
    case 'charges': {
      const some = charges.slice(here.from, here.from + CHUNK);
      const from = here.from + CHUNK;
      progress.next = from < charges.length ? { of: 'charges', from } : { of: 'statement' };
      return some.length === 0 ? [] : addCharges(await maintenance.lookAtTheseCharges({ charges: some }));
    }
    case 'statement': {
      const { token } = here;
      const page = await maintenance.lookAtCharges({ since: statementSince, ...(token !== undefined && { token }) });
      if (page.token === undefined) delete progress.next;
      else progress.next = { of: 'statement', token: page.token };
      return addCharges(page);
    }
    default:
      return here satisfies never;
  }
}

/** Nothing is said of these orders' payments: somebody has to come back to them. */
function leave(progress: Reconciling, unasked: readonly OrderId[] = []): void {
  if (unasked.length === 0) return;
  progress.unasked = [...new Set([...(progress.unasked ?? []), ...unasked])].slice(0, MAX_UNASKED);
}

/** Looks again at what looked wrong, mends views, removes snapshots, and opens cases for the rest. */
async function settle(progress: Reconciling, suspects: readonly Finding[]): Promise<void> {
  const findings = await secondLook(progress, suspects);
  progress.repaired += await mendViews(findings.filter(isDrift));
  progress.repaired += await removeSnapshots(findings.filter(({ kind }) => kind === 'SNAPSHOT_DIFFERS'));
  // a charge may be on pages of two runs
  const isTold = new Set(progress.found.map(caseIdOf));
  await keep(
    progress,
    findings.filter((finding) => !isTold.has(caseIdOf(finding))),
  );
}

async function keep(progress: Reconciling, findings: readonly Finding[]): Promise<void> {
  for (const { kind } of findings) progress.findings[kind] = (progress.findings[kind] ?? 0) + 1;
  progress.found.push(...findings.slice(0, Math.max(0, MAX_FOUND - progress.found.length)));
  progress.opened += await openCases(
    progress,
    findings.filter((finding) => !isMended(finding)),
  );
}

/** Whatever their counters have, the letters are there: nobody has to see to it. */
async function recountLetters(progress: Reconciling): Promise<void> {
  const { findings } = await maintenance.recountDeadLetters();
  progress.repaired += findings.length;
  await keep(progress, findings);
}

const isDrift = ({ kind }: Finding): boolean => kind === 'VIEW_DRIFT';

const isOfCharge = ({ kind }: Finding): boolean => kind === 'CHARGE_WITHOUT_ORDER' || kind === 'CHARGE_NOT_ACCOUNTED';

/** What is still so after a pause, each once. */
async function secondLook(progress: Reconciling, suspected: readonly Finding[]): Promise<Finding[]> {
  if (suspected.length === 0) return [];
  await sleep(progress.opening.pauseS * 1000);
  const [ofCharges, ofOrders] = [suspected.filter(isOfCharge), suspected.filter((finding) => !isOfCharge(finding))];
  const orderIds = [...new Set(ofOrders.flatMap(({ orderId }) => orderId ?? []))];
  const names = ofCharges.map(({ subject: chargeKey, orderId }): ChargeName => ({ chargeKey, orderId: orderId! }));
  const charges = [...new Map(names.map((name) => [name.chargeKey, name])).values()];
  const again: Finding[] = [];
  for (const some of chunks(orderIds)) {
    const { findings, unasked } = await maintenance.lookAtTheseOrders({ orderIds: some });
    again.push(...findings);
    leave(progress, unasked);
  }
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

/** Answers how many are gone. */
async function removeSnapshots(wrong: readonly Finding[]): Promise<number> {
  const orderIds = [...new Set(wrong.flatMap(({ orderId }) => orderId ?? []))];
  let gone = 0;
  for (const some of chunks(orderIds)) gone += (await maintenance.removeSnapshots({ orderIds: some })).removed;
  return gone;
}

/** Answers how many there were not before. */
async function openCases({ runId, opening }: Reconciling, findings: readonly Finding[]): Promise<number> {
  const { fullAt } = opening;
  let opened = 0;
  for (const some of chunks(findings)) {
    const before = fullAt === undefined ? {} : { fullAt };
    opened += (await maintenance.openCases({ runId, ...before, findings: some })).opened;
  }
  return opened;
}

/** What one step is given: a message has its limits. */
const CHUNK = 200;

const chunks = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / CHUNK) }, (_, i) => all.slice(i * CHUNK, (i + 1) * CHUNK));

/** Weighs what does not seem to add up, a page of products at a time, and keeps what is found. */
async function stockLook(progress: Reconciling): Promise<{ undecided: string[]; stockLeft: boolean }> {
  const { buckets } = await maintenance.takeStock({ tally: progress.tally });
  const undecided: string[] = [];
  let next: ProductChoice | undefined = buckets.length > 0 ? { buckets } : undefined;
  for (let pages = 0; next && pages < MAX_STOCK_PAGES; pages++) {
    const page = await weighPage(progress, next);
    await keep(progress, page.findings);
    undecided.push(...page.undecided);
    next = page.next === undefined ? undefined : { buckets, after: page.next };
  }
  const stockLeft = next !== undefined || undecided.length > MAX_UNDECIDED;
  return { undecided: undecided.slice(0, MAX_UNDECIDED), stockLeft };
}

/** Products that move are looked at again, in the hope of a quiet moment. */
async function weighPage(
  { opening, watched }: Reconciling,
  products: ProductChoice,
): Promise<Pick<Weighed, 'findings' | 'undecided' | 'next'>> {
  const { pauseS, since } = opening;
  const rest = { watched, ...(since !== undefined && { since }) };
  await sleep(pauseS * 1000);
  const { findings, undecided, next, busy: moving } = await maintenance.weighStock({ products, ...rest });
  const unsure = undecided.filter((productId) => !moving.includes(productId));
  let busy = moving;
  for (let n = 1; busy.length > 0 && n < MAX_WEIGHINGS; n++) {
    await sleep(pauseS * 1000);
    const again = await maintenance.weighStock({ products: { productIds: busy }, ...rest });
    findings.push(...again.findings);
    unsure.push(...again.undecided.filter((productId) => !again.busy.includes(productId)));
    // now that they rest there may be more to say of them than is said at once
    const { next: last } = again;
    const left = last === undefined ? [] : busy.filter((productId) => productId > last);
    busy = [...again.busy, ...left];
  }
  return { findings, undecided: [...unsure, ...busy], ...(next !== undefined && { next }) };
}
