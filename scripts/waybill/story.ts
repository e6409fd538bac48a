import type { Command } from 'commander';
import type { Desk } from './desk';
import type { OrderStory } from '../../src/gateway/story-schemas';
import { orderPath } from './order-changes';
import { paragraph, quoted, table, toSeconds } from './table';
import { shownMoment } from '../../src/domain/shown-time';

type Stuck = NonNullable<OrderStory['stuck']>;

/** `waybill order story`: what happened to an order, and why it does not go on. */
export function addStory(order: Command, desk: Desk): void {
  const story = order
    .command('story <id>')
    .description('everything that happened to it, and why it does not go on, with what to do');
  desk.command(story, 'order story ORD-2025-001234', async (session, _options, id) =>
    session.tell(await session.gateway.get<OrderStory>(`${orderPath(id)}/story`), linesOfStory),
  );
}

function linesOfStory(story: OrderStory, width?: number): string[] {
  const { orderId, status, summary, stuck, timeline, pending, money, links } = story;
  return [
    ...paragraph(`${orderId}  ${status}  ${summary}`, width),
    ...(stuck ? linesOfStuck(orderId, stuck, width) : []),
    ...paragraph(linesOfMoney(money), width),
    '',
    ...table(
      ['WHEN', 'WHAT'],
      timeline.map(({ at, ...what }) => [toSeconds(at), wordsOf(what)]),
      width,
    ),
    ...pending.flatMap((one) => ['', ...paragraph(wordsOfPending(one), width)]),
    ...(links.workflow === undefined ? [] : ['', ...paragraph(`workflow ${links.workflow}`, width)]),
    ...(links.trace === undefined ? [] : paragraph(`trace ${links.trace}`, width)),
  ];
}

/** An entry of the timeline, with who asked for it. */
export function wordsOf({ title, detail, operator }: Omit<OrderStory['timeline'][number], 'at' | 'sequence' | 'kind'>) {
  const { by, reason } = operator ?? {};
  // some titles say who it was
  const who = by !== undefined && title.startsWith(by) ? [reason] : [by, reason];
  const said = who.filter((part) => part !== undefined).join(': ');
  return `${title}${detail === undefined ? '' : `. ${detail}`}${said === '' ? '' : ` (${said})`}`;
}

const linesOfStuck = (orderId: string, stuck: Stuck, width?: number): string[] => [
  ...paragraph(`It does not go on: ${stuck.sentence}`, width),
  ...remedyOf(orderId, stuck).map((line) => `    → ${line}`),
];

/** What is typed next. */
function remedyOf(orderId: string, { remedy, dependency, deadLetterId }: Stuck): string[] {
  switch (remedy) {
    case 'decision':
      return [`npx waybill order decide ${quoted(orderId)} --choice SHIP_AVAILABLE --reason …`];
    case 'resolution':
      return [`npx waybill order resolve ${quoted(orderId)} --action RETRY`];
    case 'reset-breaker':
      return [`npx waybill breakers reset ${dependency} --reason …`];
    case 'redrive':
      return [
        deadLetterId === undefined
          ? 'npx waybill dead-letters list --state PARKED'
          : `npx waybill dead-letters redrive ${quoted(deadLetterId)}`,
      ];
    case 'start-worker':
      return ['start a worker; orders wait for it durably'];
    default:
      return [];
  }
}

function linesOfMoney({ currency = '', total, charged, refunded, outstanding }: OrderStory['money']): string {
  const parts = Object.entries({ total, charged, refunded, outstanding }).filter(([, amount]) => amount !== undefined);
  return parts.map(([name, amount]) => `${name} ${amount} ${currency}`.trimEnd()).join(', ');
}

function wordsOfPending({ step, attempt, isRunning, lastError, nextTryAt }: OrderStory['pending'][number]): string {
  const when = isRunning || nextTryAt === undefined ? '' : `, tried again at ${shownMoment(nextTryAt)}`;
  return `next: ${step}, attempt ${attempt}${when}${lastError === undefined ? '' : `; last error: ${lastError}`}`;
}
