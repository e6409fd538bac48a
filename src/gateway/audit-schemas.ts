import { type Static, Type } from '@sinclair/typebox';
import { AUDITED_ACTIONS, AUDIT_SUBJECTS } from '../domain/audit';
import { oneOf, Time } from './schema-parts';

export const AuditEntry = Type.Object({
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
    cursor: Type.Optional(Type.String({ description: 'of the next page' })),
  },
  { $id: 'AuditPage' },
);
export type AuditPage = Static<typeof AuditPage>;
