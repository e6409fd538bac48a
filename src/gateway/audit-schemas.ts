import { type Static, Type } from '@sinclair/typebox';
import { AUDITED_ACTIONS, AUDIT_SUBJECTS } from '../domain/audit';
import { oneOf, Time } from './schema-parts';

const example = {
  id: 'ORD-2025-001234#17',
  at: '2025-07-09T10:30:42.117Z',
  by: 'kim',
  reason: 'the customer called',
  action: 'DECIDE',
  subject: { kind: 'order', id: 'ORD-2025-001234' },
  detail: 'wait for the rest',
};

const AuditEntry = Type.Object({
  id: Type.String({ description: 'one for each action, however often it was sent' }),
  at: Time('when it was done'),
  by: Type.String({ description: 'the name that the operator gave' }),
  reason: Type.Optional(Type.String()),
  action: oneOf(AUDITED_ACTIONS),
  subject: Type.Object({ kind: oneOf(AUDIT_SUBJECTS), id: Type.String() }),
  detail: Type.Optional(Type.String({ description: 'what was chosen, in plain words' })),
});

export const AuditPage = Type.Object(
  {
    entries: Type.Array(AuditEntry, { description: 'newest first' }),
    cursor: Type.Optional(Type.String({ description: 'of the next page; absent on the last' })),
  },
  { $id: 'AuditPage', examples: [{ entries: [example] }] },
);
export type AuditPage = Static<typeof AuditPage>;
