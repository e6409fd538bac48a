import { Type } from '@sinclair/typebox';
import { DEAD_LETTER_CLASSES, DEAD_LETTER_STATES } from '../domain/dead-letters';
import { oneOf, Time } from './schema-parts';

const at = (second: string) => `2025-07-09T10:30:${second}Z`;
const LETTER_ID = 'DL-5f1d0c8a2b7e4a90c3d6e1f2';

const summaryExample = {
  id: LETTER_ID,
  class: 'PERMANENT',
  severity: 'WARNING',
  state: 'PARKED',
  queue: 'order-intake-queue',
  errorType: 'InvalidOrderData',
  reason: 'items: expected a list, got 1',
  deadAt: at('00.100'),
  updatedAt: at('00.240'),
  tries: 0,
  redrives: 0,
} as const;

const summary = {
  id: Type.String(),
  class: oneOf(DEAD_LETTER_CLASSES, 'why it is dead, as far as it says what to do'),
  severity: oneOf(['INFO', 'WARNING', 'CRITICAL']),
  state: oneOf(
    DEAD_LETTER_STATES,
    '`WAITING` for its next automatic try, `REDRIVEN`: in flight, `PARKED` for a person, `RESOLVED`, `DISCARDED`',
  ),
  queue: Type.String({ description: 'what it was for: a queue, or the type of a workflow' }),
  errorType: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
  deadAt: Time('of its first death'),
  updatedAt: Time('of what happened last'),
  tries: Type.Integer({ description: 'automatic redrives' }),
  redrives: Type.Integer({ description: 'all redrives' }),
};

export const DeadLetterPage = Type.Object(
  {
    deadLetters: Type.Array(Type.Object(summary)),
    cursor: Type.Optional(Type.String({ description: 'of the next page; absent on the last' })),
  },
  { $id: 'DeadLetterPage', examples: [{ deadLetters: [summaryExample] }] },
);

const StoryEntry = Type.Object({
  at: Time('when'),
  what: oneOf(['DEAD', 'REDRIVEN', 'FAILED_AGAIN', 'HANDLED', 'RUNS_AGAIN', 'LOST', 'NOT_SENT', 'DISCARDED']),
  by: Type.Optional(Type.String({ description: 'who; `waybill` when it was tried again by itself' })),
  reason: Type.Optional(Type.String()),
  n: Type.Optional(Type.Integer({ description: 'number of the redrive, from 1' })),
});

export const DeadLetter = Type.Object(
  {
    ...summary,
    target: Type.Optional(
      Type.String({ description: 'of what could not be handed over: the ARN of what it was for, where it says so' }),
    ),
    dueAt: Type.Optional(Time('when it is tried again, or counts as lost')),
    workflow: Type.Optional(
      Type.Object({ workflowId: Type.String(), runId: Type.String() }, { description: 'the run that ended in error' }),
    ),
    body: Type.String({ description: 'as it came; may name customers' }),
    attributes: Type.Record(Type.String(), Type.String(), { description: 'of the message' }),
    story: Type.Array(StoryEntry, { description: 'its beginning, and the last 50 things that happened' }),
  },
  {
    $id: 'DeadLetter',
    examples: [
      {
        ...summaryExample,
        body: '{"items":1}',
        attributes: {},
        story: [{ at: at('00.240'), what: 'DEAD', reason: 'InvalidOrderData: items: expected a list, got 1' }],
      },
    ],
  },
);

export const DeadLetterAnswer = Type.Object(
  {
    id: Type.String(),
    state: oneOf(DEAD_LETTER_STATES),
    redrives: Type.Integer({ description: 'number of its last redrive' }),
    isNew: Type.Boolean({ description: 'false: it was done before, or is in flight already' }),
  },
  { $id: 'DeadLetterAnswer', examples: [{ id: LETTER_ID, state: 'REDRIVEN', redrives: 1, isNew: true }] },
);

export const RedriveBatch = Type.Object(
  { batchId: Type.String(), links: Type.Object({ self: Type.String() }) },
  { $id: 'RedriveBatch', examples: [{ batchId: 'pQ3', links: { self: '/dead-letters/batches/pQ3' } }] },
);

export const RedriveProgress = Type.Object(
  {
    batchId: Type.String(),
    state: oneOf(['RUNNING', 'DONE', 'FAILED'], '`FAILED`: it ended in error, or somebody ended it in the engine'),
    redriven: Type.Integer(),
    discarded: Type.Optional(Type.Integer({ description: 'of a bulk discard' })),
    underWay: Type.Integer({ description: 'that were in flight already' }),
    refused: Type.Integer({ description: 'that cannot be' }),
    leftOut: Type.Integer({
      description:
        'workflows that somebody terminated: they run again when asked for by id, by class, or with `terminated`',
    }),
    unanswered: Type.Integer({
      description: 'that did not answer in time; the batch went on, and what was asked of them may still be done',
    }),
    unansweredIds: Type.Array(Type.String(), { description: 'of those, 20 at most' }),
    startedAt: Time('only what died before is meant'),
  },
  {
    $id: 'RedriveProgress',
    examples: [
      {
        batchId: 'pQ3',
        state: 'DONE',
        redriven: 12,
        underWay: 0,
        refused: 1,
        leftOut: 2,
        unanswered: 0,
        unansweredIds: [],
        startedAt: at('00.000'),
      },
    ],
  },
);
