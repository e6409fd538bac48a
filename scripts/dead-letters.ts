import { setTimeout as delay } from 'node:timers/promises';
import type { DeadLetter, DeadLetterState, StoryEntry } from '../src/domain/dead-letters';
import type { DeadLetterSummary } from '../src/gateway/dead-letter-ports';
import { type Command, type Options, readOptions, USAGE } from './dead-letters/options';
import { createGateway, wordsOf } from './lib/gateway';
import { Trouble } from './bootstrap/trouble.cjs';

/** Milliseconds between two looks at a bulk redrive. */
const LOOK_MS = 500;

type Gateway = ReturnType<typeof createGateway>;
type Shown = Omit<DeadLetter, 'run'> & { workflow?: DeadLetter['run'] };

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
  underWay: number;
  refused: number;
}

const write = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Shows what failed, and does something about it.
 *
 * @returns the exit code: 1 when some of many could not be redriven, or nobody got that far
 * @throws Trouble when it was not done
 */
export async function main(): Promise<number> {
  const { url, asJson, command } = readOptions(process.argv.slice(2), process.env);
  const gateway = createGateway({ url });
  const tell = <T>(found: T, lines: (found: T) => string[]) =>
    asJson ? write(JSON.stringify(found, undefined, 2)) : lines(found).forEach(write);
  switch (command.name) {
    case 'help':
      write(USAGE);
      return 0;
    case 'list':
      tell(await get<Page>(gateway, `/dead-letters?${new URLSearchParams(command.query).toString()}`), linesOfPage);
      return 0;
    case 'show':
      tell(await get<Shown>(gateway, pathOf(command.id)), linesOfLetter);
      return 0;
    case 'redrive':
    case 'discard':
      tell(await act(gateway, command), linesOfAnswer);
      return 0;
    case 'redrive-all': {
      const progress = await redriveAll(gateway, command, asJson);
      tell(progress, linesOfProgress);
      return progress.state === 'FAILED' || progress.refused > 0 ? 1 : 0;
    }
    default:
      return command satisfies never;
  }
}

interface Page {
  deadLetters: DeadLetterSummary[];
  cursor?: string;
}

const pathOf = (id: string) => `/dead-letters/${encodeURIComponent(id)}`;

async function get<T>(gateway: Gateway, path: string): Promise<T> {
  const answer = await gateway.ask(path);
  if (answer.status !== 200) throw new Trouble(`${gateway.url} answered GET ${path} with ${wordsOf(answer)}.`);
  return parse(gateway, answer) as T;
}

async function post<T>(gateway: Gateway, path: string, body: object): Promise<T> {
  const answer = await gateway.ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200 && answer.status !== 202) {
    const { errors = [] } = parse(gateway, answer) as { errors?: { pointer: string; detail: string }[] };
    const details = errors.map(({ pointer, detail }) => `\n  ${pointer.slice(1)}: ${detail}`).join('');
    throw new Trouble(`${gateway.url} answered POST ${path} with ${wordsOf(answer)}.${details}`);
  }
  return parse(gateway, answer) as T;
}

function parse(gateway: Gateway, answer: { status: number; body: string }): unknown {
  try {
    return JSON.parse(answer.body) as unknown;
  } catch {
    throw new Trouble(`${gateway.url} answered with ${wordsOf({ ...answer, status: 200 })}.`);
  }
}

const act = (gateway: Gateway, { name, id, ...body }: Extract<Command, { name: 'redrive' | 'discard' }>) =>
  post<Answer>(gateway, `${pathOf(id)}/${name}`, body);

/** Starts it and follows it to its end; it goes on also when nobody follows. */
async function redriveAll(
  gateway: Gateway,
  { filter, name: _name, ...asked }: Extract<Command, { name: 'redrive-all' }>,
  asJson: Options['asJson'],
): Promise<Progress> {
  const { batchId } = await post<{ batchId: string }>(gateway, '/dead-letters/redrive', { ...filter, ...asked });
  if (!asJson) write(`Batch ${batchId} goes on by itself.`);
  for (;;) {
    const progress = await get<Progress>(gateway, `/dead-letters/batches/${batchId}`);
    if (progress.state !== 'RUNNING') return progress;
    await delay(LOOK_MS);
  }
}

function linesOfPage({ deadLetters, cursor }: Page): string[] {
  if (deadLetters.length === 0) return ['There are no such dead letters.'];
  const rows = deadLetters.map((letter) => [
    letter.id,
    letter.class,
    letter.state,
    letter.queue,
    letter.deadAt,
    [letter.errorType, letter.reason].filter((part) => part !== undefined).join(': '),
  ]);
  const table = [['ID', 'CLASS', 'STATE', 'QUEUE', 'DIED', 'WHY'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, ...(cursor === undefined ? [] : [`There are more: --cursor ${cursor}`])];
}

function linesOfLetter(letter: Shown): string[] {
  const why = [letter.errorType, letter.reason].filter((part) => part !== undefined).join(': ');
  return [
    `${letter.id}  ${letter.class} (${letter.severity})  ${letter.state}${letter.dueAt === undefined ? '' : ` until ${letter.dueAt}`}`,
    `for ${letter.queue}, tried again ${letter.redrives} times, ${letter.tries} of them by itself`,
    ...(why === '' ? [] : [why]),
    ...(letter.workflow ? [`workflow ${letter.workflow.workflowId}, run ${letter.workflow.runId}`] : []),
    '',
    ...letter.story.map(lineOfEntry),
    '',
    ...Object.entries(letter.attributes).map(([name, text]) => `${name}: ${text}`),
    letter.body,
  ];
}

const lineOfEntry = ({ at, what, by, reason, n }: StoryEntry): string =>
  [at, what, n === undefined ? '' : `#${n}`, by === undefined ? '' : `by ${by}`, reason ?? '']
    .filter((part) => part !== '')
    .join('  ');

const linesOfAnswer = ({ id, state, redrives, isNew }: Answer): string[] => [
  `${id} is ${state}${state === 'REDRIVEN' ? ` for the ${redrives}. time` : ''}${isNew ? '' : ', as it was before'}.`,
];

const linesOfProgress = ({ state, redriven, underWay, refused }: Progress): string[] => [
  `${redriven} redriven, ${underWay} under way already, ${refused} refused.`,
  ...(state === 'FAILED' ? ['It ended before it was through: start it again for the others.'] : []),
];
