import type { Static } from '@sinclair/typebox';
import type { AuditPage } from '../../src/gateway/audit-schemas';
import type {
  DeadLetter as DeadLetterSchema,
  DeadLetterAnswer as DeadLetterAnswerSchema,
  DeadLetterPage as DeadLetterPageSchema,
  RedriveBatch as RedriveBatchSchema,
  RedriveProgress as RedriveProgressSchema,
} from '../../src/gateway/dead-letter-schemas';
import type { Case as CaseSchema } from '../../src/gateway/maintenance-schemas';
import type { Load as LoadSchema, SandboxScenarios as ScenariosSchema } from '../../src/gateway/sandbox-schemas';
import type {
  Breakers as BreakersSchema,
  Order as OrderSchema,
  OrderCancelled as OrderCancelledSchema,
  OrderPage as OrderPageSchema,
  OrderPlaced as OrderPlacedSchema,
  Problem as ProblemSchema,
  Providers as ProvidersSchema,
} from '../../src/gateway/schemas';

/** What the gateway answers, as its own schemas have it. */
export type { Overview } from '../../src/gateway/overview-schemas';
export type { OrderStory } from '../../src/gateway/story-schemas';
export type { AuditPage };
export type AuditEntry = AuditPage['entries'][number];
export type Order = Static<typeof OrderSchema>;
export type OrderPage = Static<typeof OrderPageSchema>;
export type OrderPlaced = Static<typeof OrderPlacedSchema>;
export type OrderCancelled = Static<typeof OrderCancelledSchema>;
export type Problem = Pick<Static<typeof ProblemSchema>, 'title' | 'status' | 'detail' | 'errors'> & { code: string };
export type DeadLetter = Static<typeof DeadLetterSchema>;
export type DeadLetterPage = Static<typeof DeadLetterPageSchema>;
export type DeadLetterAnswer = Static<typeof DeadLetterAnswerSchema>;
export type RedriveBatch = Static<typeof RedriveBatchSchema>;
export type RedriveProgress = Static<typeof RedriveProgressSchema>;
export type Breakers = Static<typeof BreakersSchema>;
export type Load = Static<typeof LoadSchema>;
export type Scenario = Static<typeof ScenariosSchema>['scenarios'][number];
export type Providers = Static<typeof ProvidersSchema>;
export type Case = Static<typeof CaseSchema>;
export type CasePage = { cases: Case[]; cursor?: string };
