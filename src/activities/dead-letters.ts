import type { AuditLog, DeadLetterBook, DeadLetterChange, DeadLetterFilter } from './dead-letter-ports';
import type { EndedWorkflows, RedriveDesk, SourceQueues, Targets } from './dead-letter-ports';
import type { BulkAction, DeadLetter, DeadLetterStanding } from '../domain/dead-letters';
import type { DeskAnswer, DeskRequest, Sent } from '../domain/dead-letter-desk';
import type { Messenger } from './ports';
import { asStep } from './step';
import { auditOfBulk } from '../domain/audit';
import { keys } from '../domain/ids';
import { messageOfRule } from '../domain/rule-messages';
import { NOWHERE, TERMINATED } from '../domain/dead-letters';
import { StepError } from '../domain/failures';
import { targetOf } from '../domain/undelivered';

export interface DeadLetterDeps {
  messenger: Pick<Messenger, 'reportDeadLetter'>;
  deadLetters: {
    book: DeadLetterBook;
    queues: SourceQueues;
    targets: Targets;
    workflows: EndedWorkflows;
    desk: RedriveDesk;
    audit: AuditLog;
  };
}

/** A dead letter's standing, and which requests are in its story. */
export interface OpenedDeadLetter {
  letter: DeadLetterStanding;
  requests: string[];
}

/** What a page of a bulk redrive, or of a bulk discard, came to. */
export interface RedrivenPage {
  redriven: number;
  /** of a discard */
  discarded?: number;
  /** in flight already, or done by this batch before */
  underWay: number;
  refused: number;
  /** workflows that somebody terminated, and nobody asked for */
  leftOut: number;
  /** ids of those whose workflows did not answer in time: what was asked of them may still be done */
  unanswered: string[];
  /** of the next page; absent on the last */
  cursor?: string;
}

export interface RedrivePageInput {
  filter: DeadLetterFilter;
  request: DeskRequest;
  /** absent: REDRIVE */
  action?: BulkAction;
  /** absent: the first page */
  cursor?: string;
  /** of the bulk redrive, with its first page; `at`: when it began, ISO 8601. Absent in those of earlier releases */
  batch?: { batchId: string; at: string };
}

/** Letters of one page: together well below what an activity has. */
const PAGE = 20;

/** How many are asked at once: each is an update of a workflow, and orders come first. */
const AT_ONCE = 5;

/** What EventBridge and SNS say of a death, and what we do: they are in the record, and a message has ten at most. */
const OF_ITS_DEATH = new Set([
  'deadLetterId',
  'redrive',
  'errorType',
  'reason',
  'ERROR_CODE',
  'ERROR_MESSAGE',
  'EXHAUSTED_RETRY_CONDITION',
  'RETRY_ATTEMPTS',
  'RULE_ARN',
  'TARGET_ARN',
  'ErrorCode',
  'ErrorMessage',
  'RequestID',
]);

/** What the workflow of a dead letter does, and that of many. */
export function createDeadLetterActivities({ messenger, deadLetters }: DeadLetterDeps) {
  const { book, queues, targets, workflows, desk, audit } = deadLetters;

  /** Sends a letter to a queue, marked with which redrive it is. */
  async function sendTo(queue: string, letter: DeadLetter, n: number): Promise<Sent> {
    if (!queues.has(queue)) return notSent(`there is no queue ${queue}`);
    const attributes = { deadLetterId: letter.id, redrive: String(n), ...ownAttributes(letter) };
    await queues.send({ queue, body: letter.body, attributes });
    return { outcome: 'SENT' };
  }

  /** Hands on what EventBridge, or a topic, could not: to that queue, or to that topic, and nobody else. */
  async function handOn(letter: DeadLetter, topicArn: string, n: number): Promise<Sent> {
    const target = await targets.find(topicArn);
    switch (target.kind) {
      case 'QUEUE':
        return sendTo(target.queue, letter, n);
      case 'TOPIC': {
        const remade = messageOfRule({ ruleArn: letter.attributes['RULE_ARN'] ?? '', body: letter.body });
        if ('problem' in remade) return notSent(`what ${topicArn} was to get is not known: ${remade.problem}`);
        await targets.publish({ topicArn, message: remade.message });
        return { outcome: 'TAKEN', reason: `published to ${topicArn}` };
      }
      case 'NONE':
        return notSent(target.reason);
      default:
        return target satisfies never;
    }
  }

  return {
    /** How a dead letter stands; `undefined` when there is no such record. The body stays where it is. */
    openDeadLetter: asStep(async ({ id }: { id: string }): Promise<OpenedDeadLetter | undefined> => {
      const letter = await book.read(id);
      if (!letter) return undefined;
      const requests = letter.story.flatMap(({ requestId }) => (requestId === undefined ? [] : [requestId]));
      return { letter: standingOf(letter), requests };
    }),

    saveDeadLetter: asStep((change: DeadLetterChange): Promise<void> => book.save(change)),

    /** Sends a dead letter back to where it was for; one that nobody can send says why. */
    redriveDeadLetter: asStep(async ({ id, n }: { id: string; n: number }): Promise<Sent> => {
      const letter = await book.read(id);
      if (!letter) return notSent('its record is gone');
      if (letter.run)
        return workflows.reset({ ...letter.run, reason: `dead letter ${id}, redrive ${n}`, requestId: `${id}#${n}` });
      const target = targetFor(letter);
      return target === undefined ? sendTo(letter.queue, letter, n) : handOn(letter, target, n);
    }),

    /** Tells operations that a dead letter needs a person. */
    alertDeadLetter: asStep((letter: DeadLetterStanding): Promise<void> => {
      const { id: deadLetterId, class: kind, queue, severity, errorType, reason, deadAt } = letter;
      const why = { ...(errorType !== undefined && { errorType }), ...(reason !== undefined && { reason }) };
      const key = keys.deadLetter(deadLetterId, letter.arrivals + letter.redrives);
      return messenger.reportDeadLetter({ key, deadLetterId, class: kind, queue, severity, deadAt, ...why });
    }),

    /** Redrives or discards a page of dead letters, each once for each request. */
    redriveDeadLetters: asStep(async (p: RedrivePageInput): Promise<RedrivenPage> => {
      const { filter, request, action = 'REDRIVE', cursor, batch } = p;
      // before the letters, whose lines it explains
      if (batch) await audit.write(auditOfBulk({ ...batch, action, filter, ...askerOf(request) }));
      const page = await book.listRedrivable({ filter, limit: PAGE, ...(cursor !== undefined && { cursor }) });
      const [ask, done] =
        action === 'REDRIVE' ? ([desk.redrive, 'redriven'] as const) : ([desk.discard, 'discarded'] as const);
      const wanted = page.letters.filter((letter) => action === 'DISCARD' || isMeant(letter, filter));
      const { answers, unanswered } = await askAll(
        wanted.map(({ id }) => id),
        (id) => ask(id, request),
      );
      const counts = { redriven: 0, [done]: 0, underWay: 0, refused: 0 };
      for (const answer of answers)
        counts[answer.kind === 'refused' ? 'refused' : answer.isNew ? done : 'underWay'] += 1;
      const leftOut = page.letters.length - wanted.length;
      return { ...counts, leftOut, unanswered, ...(page.cursor !== undefined && { cursor: page.cursor }) };
    }),
  };
}

/** What somebody ended on purpose runs again only where somebody means it. */
const isMeant = ({ errorType }: Pick<DeadLetterStanding, 'errorType'>, filter: DeadLetterFilter): boolean =>
  errorType !== TERMINATED || filter.class !== undefined || filter.terminated === true;

/** Asks each, a few at once; who does not answer in time is asked once more, and holds up nobody. */
async function askAll(ids: readonly string[], ask: (id: string) => Promise<DeskAnswer>) {
  const answers: DeskAnswer[] = [];
  let unanswered = [...ids];
  for (let round = 1; round <= 2; round++) {
    const asked = unanswered;
    unanswered = [];
    for (let from = 0; from < asked.length; from += AT_ONCE) {
      const some = asked.slice(from, from + AT_ONCE);
      const given = await Promise.all(some.map((id) => ask(id).catch(nothingInTime)));
      for (const [i, answer] of given.entries()) {
        if (answer) answers.push(answer);
        else unanswered.push(some[i]!);
      }
    }
  }
  return { answers, unanswered };
}

function nothingInTime(error: unknown): undefined {
  if (!(error instanceof StepError) || error.type !== 'SERVICE_UNAVAILABLE') throw error;
}

const askerOf = ({ by, reason }: DeskRequest) => ({ by, ...(reason !== undefined && { reason }) });

function standingOf(letter: DeadLetter): DeadLetterStanding {
  const { body: _body, attributes: _attributes, story: _story, updatedAt: _updatedAt, ...standing } = letter;
  const target = targetFor(letter);
  return { ...standing, ...(target !== undefined && { target }) };
}

/** Records of earlier releases do not have it. */
const targetFor = (letter: DeadLetter): string | undefined =>
  letter.queue === NOWHERE ? (letter.target ?? targetOf(letter)) : undefined;

const notSent = (reason: string): Sent => ({ outcome: 'NOT_SENT', reason });

const ownAttributes = ({ attributes }: DeadLetter) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => !OF_ITS_DEATH.has(name)));
