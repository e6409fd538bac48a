import type { Fail } from '../domain/order';
import { type Static, Type } from '@sinclair/typebox';
import { changeParser } from './body';
import { DEAD_LETTER_CLASSES, type DeadLetterClass } from '../domain/dead-letters';
import { isPlainText, MAX_TEXT } from '../domain/order';

const text = (description: string) => Type.Optional(Type.String({ description }));
const DESCRIPTION =
  'Wrong types are refused with 400; what is missing or has a wrong value, with 422 and all of it at once.';

const asker = { by: text('required; who asks for it, as its story is to say') };

const RedriveRequest = Type.Object(
  { ...asker, reason: text('optional') },
  { $id: 'RedriveRequest', description: DESCRIPTION, examples: [{ by: 'kim', reason: 'the catalogue is back' }] },
);
export const parseRedrive = changeParser(RedriveRequest, (body, fail) => checkAsker(body, fail));

const DiscardRequest = Type.Object(
  { ...asker, reason: text('required; why nobody needs it any more') },
  { $id: 'DiscardRequest', description: DESCRIPTION, examples: [{ by: 'kim', reason: 'a test of the shop' }] },
);
export const parseDiscard = changeParser(DiscardRequest, (body, fail) => {
  if (body.reason === undefined) fail('/reason', 'required', 'expected why nobody needs it any more');
  return checkAsker(body, fail);
});

const bulk = {
  class: text(`one of ${DEAD_LETTER_CLASSES.join(', ')}`),
  since: text('ISO 8601; those that died then or later'),
  queue: text('those that were for this queue, like `order-intake-queue`'),
};

const BulkRedriveRequest = Type.Object(
  {
    ...bulk,
    terminated: Type.Optional(
      Type.Boolean({
        description:
          'with workflows that somebody terminated; without it they run again only where a class is asked for',
      }),
    ),
    ...asker,
    reason: text('optional'),
  },
  {
    $id: 'BulkRedriveRequest',
    description: `At least one of class, since and queue; each narrows. ${DESCRIPTION}`,
    examples: [{ class: 'BUG', by: 'kim', reason: 'mended in 1.4.2' }],
  },
);

const BulkDiscardRequest = Type.Object(
  { ...bulk, ...asker, reason: text('required; why nobody needs them any more') },
  {
    $id: 'BulkDiscardRequest',
    description: `At least one of class, since and queue; each narrows. ${DESCRIPTION}`,
    examples: [{ class: 'POISON', by: 'kim', reason: 'a test of the shop' }],
  },
);

export const parseBulkRedrive = changeParser(BulkRedriveRequest, checkBulk);
export const parseBulkDiscard = changeParser(BulkDiscardRequest, (body, fail) => {
  if (body.reason === undefined) fail('/reason', 'required', 'expected why nobody needs them any more');
  return checkBulk(body, fail);
});

function checkBulk({ class: kind, since, queue, terminated, ...body }: Static<typeof BulkRedriveRequest>, fail: Fail) {
  if (kind === undefined && since === undefined && queue === undefined)
    fail('', 'required', 'expected at least one of class, since and queue');
  const isClass = kind === undefined || isDeadLetterClass(kind);
  if (!isClass) fail('/class', 'invalid', `expected one of ${DEAD_LETTER_CLASSES.join(', ')}, got ${shown(kind)}`);
  const time = since === undefined ? undefined : timeOf(since);
  if (since !== undefined && time === undefined)
    fail('/since', 'invalid', `expected a time like 2025-07-09T10:30:00Z, got ${shown(since)}`);
  if (queue !== undefined && !isText(queue)) fail('/queue', 'invalid', 'expected the name of a queue');
  const filter = {
    ...(isClass && kind !== undefined && { class: kind }),
    ...(time !== undefined && { since: time }),
    ...(queue !== undefined && { queue }),
    ...(terminated === true && { terminated }),
  };
  return { filter, ...checkAsker(body, fail) };
}

export const DEAD_LETTER_BODIES = [RedriveRequest, DiscardRequest, BulkRedriveRequest, BulkDiscardRequest];

function checkAsker({ by, reason }: { by?: string; reason?: string }, fail: Fail) {
  if (by === undefined) fail('/by', 'required', 'expected who asks for it');
  else if (!isText(by))
    fail('/by', 'invalid', `expected a name of 1 to ${MAX_TEXT} characters without control characters`);
  if (reason !== undefined && !isText(reason))
    fail('/reason', 'invalid', `expected 1 to ${MAX_TEXT} characters without control characters`);
  return { by: by ?? '', ...(reason !== undefined && { reason }) };
}

const isText = (value: string): boolean => value.trim() !== '' && value.length <= MAX_TEXT && isPlainText(value);

const isDeadLetterClass = (value: string): value is DeadLetterClass =>
  (DEAD_LETTER_CLASSES as readonly string[]).includes(value);

const ISO = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** In UTC, as records have it; `undefined` when it is no time. A day is its beginning in UTC. */
function timeOf(value: string): string | undefined {
  const time = ISO.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

const shown = (value: string): string => JSON.stringify(value.slice(0, 80));
