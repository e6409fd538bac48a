import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../../src/gateway/maintenance-schemas';
import type { Acting, Desk } from './desk';
import { moreWith, paragraph, queryOf, quoted, table, toSeconds } from './table';
import { shownMoment } from '../../src/domain/shown-time';

type Case = Static<typeof schemas.Case>;
type Page = { cases: Case[]; cursor?: string };
type Filter = Partial<Record<'state' | 'limit' | 'cursor', string>>;

const pathOf = (caseId: string) => `/cases/${encodeURIComponent(caseId)}`;

/** `waybill cases`: what somebody has to see to. */
export function addCases(program: Command, desk: Desk): void {
  const cases = program.command('cases').description('what somebody has to see to');

  const list = cases
    .command('list', { isDefault: true })
    .description('orders that wait for a decision, then what reconciliation could not mend; newest first')
    .option('--state <state>', 'OPEN or CLOSED; without it, OPEN')
    .option('--limit <n>', 'cases per page, at most 100')
    .option('--cursor <cursor>', 'of the page before');
  desk.command(list, 'cases list', async ({ gateway, tell }, { state, limit, cursor }: Filter) =>
    tell(await gateway.get<Page>(`/cases${queryOf({ state, limit, cursor })}`), linesOfPage),
  );

  const show = cases.command('show <id>').description('what was found, since when, and what can be done');
  desk.command(show, "cases show 'CHARGE_NOT_ACCOUNTED#charge#ORD-2025-001234#1'", async (session, _options, id) =>
    session.tell(await session.gateway.get<Case>(pathOf(id)), linesOfCase),
  );

  const close = desk
    .forGood(desk.acting(cases.command('close <id>').description('it is seen to, or nothing is to be done')))
    .requiredOption('--reason <text>', 'what was done about it, or why nothing is');
  desk.command(
    close,
    "cases close 'CHARGE_NOT_ACCOUNTED#charge#ORD-2025-001234#1' --reason 'refunded at the company, 4711'",
    async (session, { by, reason }: Acting, id) => {
      await session.confirm(`${id} is closed`);
      session.tell(await session.gateway.post<Case>(`${pathOf(id)}/close`, { by, reason }), linesOfClosed);
    },
  );
}

function linesOfPage({ cases, cursor }: Page, width?: number): string[] {
  if (cases.length === 0 && cursor === undefined) return ['There are no such cases.'];
  const rows = cases.map((one) => [one.caseId, toSeconds(one.openedAt), wordsOf(one)]);
  return [...table(['CASE', 'SINCE', 'WHAT'], rows, width), ...moreWith(cursor)];
}

function wordsOf(one: Case): string {
  if (one.kind !== 'NEEDS_ATTENTION') return factsOf(one);
  // that it waits is its status
  const { status: _, ...facts } = one.facts;
  return ['it waits for a decision', factsOf({ ...one, facts })].filter((part) => part !== '').join(': ');
}

const factsOf = ({ facts, amount, currency = '' }: Pick<Case, 'facts' | 'amount' | 'currency'>): string =>
  [
    ...Object.entries(facts).map(([name, value]) => `${name} ${value}`),
    ...(amount === undefined ? [] : [`at stake ${amount} ${currency}`.trimEnd()]),
  ].join(', ');

function linesOfCase(one: Case, width?: number): string[] {
  const { caseId, state, openedAt, lastSeenAt, seen, openings, closedAt, closedBy, reason } = one;
  const often = seen === undefined ? '' : `, in ${seen} reconciliations, opened ${openings ?? 1} times`;
  return [
    `${caseId}  ${state}`,
    ...paragraph(wordsOf(one), width),
    ...paragraph(`open since ${shownMoment(openedAt)}, last found at ${shownMoment(lastSeenAt)}${often}`, width),
    ...(closedAt === undefined ? [] : paragraph(`closed at ${shownMoment(closedAt)} by ${closedBy}: ${reason}`, width)),
    ...remediesOf(one).map((line) => `    → ${line}`),
  ];
}

/** What is typed next. */
function remediesOf({ caseId, orderId, productId, links }: Case): string[] {
  return [
    ...(orderId === undefined ? [] : [`npx waybill order story ${quoted(orderId)}`]),
    ...(productId === undefined ? [] : [`npx waybill inventory get ${quoted(productId)}`]),
    ...('rebuild' in links && orderId !== undefined ? [`npx waybill rebuild-view --order ${quoted(orderId)}`] : []),
    ...('resolution' in links && orderId !== undefined
      ? [`npx waybill order resolve ${quoted(orderId)} --action RETRY`]
      : []),
    ...('close' in links ? [`npx waybill cases close ${quoted(caseId)} --reason …`] : []),
  ];
}

const linesOfClosed = ({ caseId, closedAt = '', closedBy, reason }: Case): string[] => [
  `${caseId} is closed, since ${shownMoment(closedAt)} by ${closedBy}: ${reason}.`,
];
