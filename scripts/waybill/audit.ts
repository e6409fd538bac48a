import type { Command } from 'commander';
import type { AuditPage } from '../../src/gateway/audit-schemas';
import type { Desk } from './desk';
import { moreWith, queryOf, table, toSeconds } from './table';

type Filter = Partial<Record<'by' | 'from' | 'to' | 'limit' | 'cursor', string>>;

/** `waybill audit`: who did what by hand. */
export function addAudit(program: Command, desk: Desk): void {
  const audit = program
    .command('audit')
    .description('who did what by hand, when and why; newest first')
    .option('--by <name>', 'only of this name, as it was given')
    .option('--from <time>', 'then or later, ISO 8601; without it, the last 31 days')
    .option('--to <time>', 'then or before')
    .option('--limit <n>', 'entries per page, at most 100')
    .option('--cursor <cursor>', 'of the page before');
  desk.command(audit, "audit --by 'night shift'", async ({ gateway, tell }, { by, from, to, limit, cursor }: Filter) =>
    tell(await gateway.get<AuditPage>(`/audit${queryOf({ by, from, to, limit, cursor })}`), linesOfPage),
  );
}

function linesOfPage({ entries, cursor }: AuditPage, width?: number): string[] {
  // a page may be empty and not the last
  if (entries.length === 0) return ['Nothing was done by hand in that time.', ...moreWith(cursor)];
  const rows = entries.map(({ at, by, action, subject, detail, reason }) => [
    toSeconds(at),
    by,
    action,
    `${subject.id}${detail === undefined ? '' : `: ${detail}`}${reason === undefined ? '' : ` (${reason})`}`,
  ]);
  return [...table(['WHEN', 'WHO', 'DID', 'TO WHAT, AND WHY'], rows, width), ...moreWith(cursor)];
}
