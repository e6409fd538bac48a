import type { BulkAction, DeadLetterStanding, StoryEntry } from './dead-letters';
import type { EventType, OrderEvent, Resolution } from './events';
import type { Operator } from './operator';
import type { ShortageChoice } from './order';
import { eventIdOf } from './ids';
import { shownMoment } from './shown-time';

/** What an operator does by hand, and is written down. */
export const AUDITED_ACTIONS = [
  'CANCEL',
  'DECIDE',
  'CHANGE_ADDRESS',
  'RESOLVE',
  'REDRIVE',
  'DISCARD',
  'BULK_REDRIVE',
  'BULK_DISCARD',
  'RESET_BREAKER',
  'CLOSE_CASE',
] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/** What it is done to. */
export const AUDIT_SUBJECTS = ['order', 'dead-letter', 'dead-letters', 'breaker', 'case'] as const;
export type AuditSubject = (typeof AUDIT_SUBJECTS)[number];

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

/** The events that an operator may have asked for. */
export const AUDITED_EVENTS = [
  'Cancellation Requested',
  'Decision Made',
  'Address Changed',
  'Attention Resolved',
] as const satisfies readonly EventType[];

/** Who asked by hand for what an event tells; what needs attention is only ever resolved by somebody. */
export function operatorOf(event: OrderEvent): Operator | undefined {
  if (event.operator || event.type !== 'Attention Resolved') return event.operator;
  const { by, reason } = event.data;
  return { by, ...(reason !== undefined && { reason }) };
}

/** The line of the audit trail that an event of an order makes; `undefined`: no operator asked for it. */
export function auditOf(event: OrderEvent): AuditEntry | undefined {
  const operator = operatorOf(event);
  const done = operator && doneIn(event);
  if (!done) return undefined;
  const { orderId, sequence, at } = event;
  return { id: eventIdOf(orderId, sequence), at, ...operator, subject: { kind: 'order', id: orderId }, ...done };
}

const CHOSEN: Record<ShortageChoice, string> = {
  SHIP_AVAILABLE: 'ship what is there',
  WAIT: 'wait for the rest',
  CANCEL: 'cancel the order',
};

function doneIn({ type, data }: OrderEvent): Pick<AuditEntry, 'action' | 'detail'> | undefined {
  switch (type) {
    case 'Cancellation Requested':
      return { action: 'CANCEL' };
    case 'Decision Made':
      return { action: 'DECIDE', detail: CHOSEN[data.choice] };
    case 'Address Changed':
      // not the address: the trail outlives what is kept of customers
      return { action: 'CHANGE_ADDRESS', detail: `address ${data.version} of the order` };
    case 'Attention Resolved':
      return { action: 'RESOLVE', detail: resolved(data, data.step) };
    default:
      return undefined;
  }
}

function resolved({ action, reference }: Resolution, step: string): string {
  switch (action) {
    case 'RETRY':
      return `try ${step} again`;
    case 'SKIP':
      return `go on without ${step}`;
    case 'SETTLE':
      return `${step} was done by hand${reference === undefined ? '' : `: ${reference}`}`;
    default:
      return action satisfies never;
  }
}

/** The line of a bulk redrive; each letter of it has one of its own as well. */
export function auditOfBulk({
  batchId,
  action = 'REDRIVE',
  at,
  filter,
  by,
  reason,
}: Operator & {
  batchId: string;
  /** absent: REDRIVE */
  action?: BulkAction;
  /** ISO 8601 */
  at: string;
  filter: { class?: string; queue?: string; since?: string; terminated?: boolean };
}): AuditEntry {
  const which = [
    ...(filter.class === undefined ? [] : [`class ${filter.class}`]),
    ...(filter.queue === undefined ? [] : [`of ${filter.queue}`]),
    ...(filter.since === undefined ? [] : [`since ${shownMoment(filter.since)}`]),
    ...(filter.terminated ? ['with workflows that were terminated'] : []),
  ];
  return {
    id: batchId,
    at,
    by,
    ...(reason !== undefined && { reason }),
    action: `BULK_${action}`,
    subject: { kind: 'dead-letters', id: batchId },
    detail: which.join(', '),
  };
}

/** The line that an entry of a dead letter's story makes; `undefined`: nobody asked for it. */
export function auditOfLetter(
  { id, queue, target = queue }: Pick<DeadLetterStanding, 'id' | 'queue' | 'target'>,
  { at, what, by, reason, n, requestId }: StoryEntry,
): AuditEntry | undefined {
  const isAsked = what === 'REDRIVEN' || what === 'DISCARDED';
  if (!isAsked || by === undefined || requestId === undefined) return undefined;
  return {
    id: `${id}#${requestId}`,
    at,
    by,
    ...(reason !== undefined && { reason }),
    action: what === 'REDRIVEN' ? 'REDRIVE' : 'DISCARD',
    subject: { kind: 'dead-letter', id },
    detail: what === 'REDRIVEN' ? `redrive ${n ?? 1}, to ${target}` : `of ${queue}`,
  };
}
