import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import type { DeadLetter, DeadLetterState, StoryEntry } from '../../src/domain/dead-letters';
import type { DeadLetterSummary } from '../../src/gateway/dead-letter-ports';
import { type Acting, type Desk, type Gateway, Misused, type Session } from './desk';
import { moreWith, queryOf, table, toSeconds } from './table';
import { shownMoment } from '../../src/domain/shown-time';

/** Milliseconds between two looks at a bulk redrive. */
const LOOK_MS = 500;

type Shown = Omit<DeadLetter, 'run'> & { workflow?: DeadLetter['run'] };
type Filter = Partial<Record<'class' | 'state' | 'queue' | 'since' | 'limit' | 'cursor', string>>;

interface Answer {
  id: string;
  state: DeadLetterState;
  redrives: number;
  isNew: boolean;
}

interface Progress {
  batchId: string;
  state: 'RUNNING' | 'DONE' | 'FAILED';
  redriven: number;
  discarded?: number;
  underWay: number;
  refused: number;
  leftOut: number;
  unanswered: number;
  unansweredIds: string[];
}

interface Page {
  deadLetters: DeadLetterSummary[];
  cursor?: string;
}

const pathOf = (id: string) => `/dead-letters/${encodeURIComponent(id)}`;

/** `waybill dead-letters`: shows what failed for good, and does something about it. */
export function addDeadLetters(program: Command, desk: Desk): void {
  const letters = program.command('dead-letters').description('what failed, and what is done about it');

  const list = letters
    .command('list', { isDefault: true })
    .description('newest first')
    .option('--class <class>', 'RETRYABLE, THROTTLED, PERMANENT, POISON, BUG or UNKNOWN')
    .option('--state <state>', 'such as PARKED, which waits for a person')
    .option('--queue <queue>', 'those that were for it, like order-intake-queue')
    .option('--limit <n>')
    .option('--cursor <cursor>', 'of the page before');
  desk.command(
    list,
    'dead-letters list --state PARKED',
    async ({ gateway, tell }, { class: kind, state, queue, limit, cursor }: Filter) =>
      tell(
        await gateway.get<Page>(`/dead-letters${queryOf({ class: kind, state, queue, limit, cursor })}`),
        linesOfPage,
      ),
  );

  const show = letters.command('show <id>').description('with its whole story');
  desk.command(show, 'dead-letters show DL-0198a2b4', async (session, _options, id) =>
    session.tell(await session.gateway.get<Shown>(pathOf(id)), linesOfLetter),
  );

  const redrive = desk
    .acting(letters.command('redrive [id]').description('sends one again, or all of a class, a queue or since a time'))
    .option('--class <class>')
    .option('--since <time>', 'those that died then or later, ISO 8601')
    .option('--queue <queue>')
    .option('--terminated', 'with workflows that somebody terminated, also where no class is asked for')
    .option('--reason <text>');
  desk.command(redrive, "dead-letters redrive --class THROTTLED --reason 'the table has room again'", act('redrive'));

  const discard = desk
    .acting(
      letters
        .command('discard [id]')
        .description('nobody needs one any more, or all of a class, a queue or since a time'),
    )
    .option('--class <class>')
    .option('--since <time>', 'those that died then or later, ISO 8601')
    .option('--queue <queue>')
    .requiredOption('--reason <text>', 'why');
  desk.command(desk.forGood(discard), "dead-letters discard DL-0198a2b4 --reason 'a test order'", act('discard'));
}

/** Does something about one, or about all of a class, a queue or since a time. */
const act =
  (what: 'redrive' | 'discard') =>
  async (
    session: Session,
    { class: kind, since, queue, terminated, by, reason }: Filter & Acting & { terminated?: boolean },
    id?: string,
  ): Promise<number> => {
    const asked = { by, ...(reason !== undefined && { reason }) };
    const confirm = async (which: string) => what === 'discard' && session.confirm(`${which} discarded`);
    if (id !== undefined) {
      await confirm(`${id} is`);
      session.tell(await session.gateway.post<Answer>(`${pathOf(id)}/${what}`, asked), linesOfAnswer);
      return 0;
    }
    const filter = { ...(kind && { class: kind }), ...(since && { since }), ...(queue && { queue }) };
    if (Object.keys(filter).length === 0) throw new Misused(`${what}: expected an ID, or --class, --since or --queue`);
    const which = [kind, since && `since ${shownMoment(since)}`, queue].filter(Boolean).join(', ');
    await confirm(`All dead letters of ${which} are`);
    const progress = await actOnAll(session, what, { ...filter, ...(terminated && { terminated }), ...asked });
    session.tell(progress, linesOfProgress);
    return progress.state === 'FAILED' || progress.refused > 0 || progress.unanswered > 0 ? 1 : 0;
  };

/** Starts it and follows it to its end; it goes on also when nobody follows. */
async function actOnAll(
  { gateway, asJson, write, follow }: Session,
  what: 'redrive' | 'discard',
  asked: object,
): Promise<Progress> {
  const { batchId } = await gateway.post<{ batchId: string }>(`/dead-letters/${what}`, asked);
  if (!asJson) write(`Batch ${batchId} goes on by itself.`);
  return follow((watched) => untilOver(watched, batchId), 'Stopped watching; the batch goes on.');
}

async function untilOver(gateway: Gateway, batchId: string): Promise<Progress> {
  for (;;) {
    const progress = await gateway.get<Progress>(`/dead-letters/batches/${batchId}`);
    if (progress.state !== 'RUNNING') return progress;
    await delay(LOOK_MS);
  }
}

const causeOf = ({ errorType, reason }: { errorType?: string | undefined; reason?: string | undefined }) =>
  [errorType, reason].filter((part) => part !== undefined).join(': ');

function linesOfPage({ deadLetters, cursor }: Page, width?: number): string[] {
  if (deadLetters.length === 0) return ['There are no such dead letters.'];
  const rows = deadLetters.map((one) => [one.id, one.class, one.state, one.queue, toSeconds(one.deadAt), causeOf(one)]);
  return [...table(['ID', 'CLASS', 'STATE', 'QUEUE', 'DIED', 'WHY'], rows, width), ...moreWith(cursor)];
}

function linesOfLetter(letter: Shown): string[] {
  const why = causeOf(letter);
  return [
    `${letter.id}  ${letter.class} (${letter.severity})  ${letter.state}${letter.dueAt === undefined ? '' : ` until ${shownMoment(letter.dueAt)}`}`,
    `for ${letter.target ?? letter.queue}, tried again ${letter.redrives} times, ${letter.tries} of them by itself`,
    ...(why === '' ? [] : [why]),
    ...(letter.workflow ? [`workflow ${letter.workflow.workflowId}, run ${letter.workflow.runId}`] : []),
    '',
    ...letter.story.map(lineOfEntry),
    '',
    ...Object.entries(letter.attributes).map(([name, text]) => `${name}: ${text}`),
    ...letter.body.split(/\r?\n/),
  ];
}

const lineOfEntry = ({ at, what, by, reason, n }: StoryEntry): string =>
  [at, what, n === undefined ? '' : `#${n}`, by === undefined ? '' : `by ${by}`, reason ?? '']
    .filter((part) => part !== '')
    .join('  ');

const linesOfAnswer = ({ id, state, redrives, isNew }: Answer): string[] => [
  `${id} is ${state}${state === 'REDRIVEN' ? ` for the ${redrives}. time` : ''}${isNew ? '' : ', as it was before'}.`,
];

const linesOfProgress = ({ state, redriven, discarded, underWay, refused, ...others }: Progress): string[] => [
  `${discarded === undefined ? `${redriven} redriven` : `${discarded} discarded`}, ${underWay} under way already, ${refused} refused.`,
  ...(others.leftOut > 0
    ? [`${others.leftOut} left out: somebody terminated them. Ask for them by ID, with --class, or with --terminated.`]
    : []),
  ...(others.unanswered > 0
    ? [
        `${others.unanswered} did not answer in time, and may still be ${discarded === undefined ? 'redriven' : 'discarded'}; look at:`,
      ]
    : []),
  ...others.unansweredIds.map((id) => `  ${id}`),
  ...(state === 'FAILED' ? ['It ended before it was through: start it again for the others.'] : []),
];
