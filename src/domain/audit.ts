/** What an operator does by hand, and is written down. */
export const AUDITED_ACTIONS = [
  'CANCEL',
  'DECIDE',
  'CHANGE_ADDRESS',
  'RESOLVE',
  'REDRIVE',
  'DISCARD',
  'BULK_REDRIVE',
  'RESET_BREAKER',
  'CLOSE_CASE',
] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/** What it is done to. */
export const AUDIT_SUBJECTS = ['order', 'dead-letter', 'dead-letters', 'breaker', 'case'] as const;
export type AuditSubject = (typeof AUDIT_SUBJECTS)[number];

/** Who asks for something by hand, and why. */
export interface Operator {
  by: string;
  reason?: string;
}

/** One line of the audit trail. */
export interface AuditEntry extends Operator {
  /** the same for the same action, however often it is sent or written */
  id: string;
  /** ISO 8601 */
  at: string;
  action: AuditedAction;
  subject: { kind: AuditSubject; id: string };
  /** what was chosen, in plain words */
  detail?: string;
}
