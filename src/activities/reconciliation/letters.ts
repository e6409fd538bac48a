import { Context } from '@temporalio/activity';
import type { Finding } from '../../domain/reconciliation';
import type { ReconciliationDeps } from './deps';
import { asStep } from '../step';

/** The counters of dead letters, held against the letters. */
export function createLetterCounts({ letters }: ReconciliationDeps) {
  return {
    /** Counts all letters; what is found is mended already. */
    recountDeadLetters: asStep<void, { findings: Finding[] }>(async () => {
      const context = Context.current();
      const miscounts = await letters.recount({ onPage: () => context.heartbeat() });
      return {
        findings: miscounts.map(({ class: subject, ...facts }) => ({ kind: 'LETTERS_MISCOUNTED', subject, facts })),
      };
    }),
  };
}
