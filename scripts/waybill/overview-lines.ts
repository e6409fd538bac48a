import type { Overview } from '../../src/gateway/overview-schemas';
import type { Session } from './desk';
import { type Found, linesOfFinding } from './finding-lines';
import { LOOKS } from './findings';
import { paragraph, table, toSeconds } from './table';

/** What somebody has to see to. */
export const wrongIn = (overview: Overview): Found[] =>
  Object.entries(LOOKS)
    .map(([name, look]) => ({ name, ...look(overview) }))
    .filter(({ state }) => state !== 'ok');

/** One screen: what is wrong now, and below it how everything stands. */
export function linesOfOverview(overview: Overview, session: Pick<Session, 'paint' | 'width'>): string[] {
  const { paint, width } = session;
  const { at, attention, promise, decisions, states, queues } = overview;
  const wrong = wrongIn(overview);
  const watched = [...attention.oldest, ...promise.orders, ...decisions.oldest].map((one) => [
    one.orderId,
    one.status,
    toSeconds(one.since),
    one.reason,
  ]);
  const busy = queues.filter((one) => one.waiting + one.inFlight + one.dead > 0);
  return [
    `${toSeconds(at)}  ${wrong.length === 0 ? paint('green', 'Nothing is wrong.') : paint('bold', 'To be seen to:')}`,
    ...wrong.flatMap((one) => linesOfFinding(one, session)),
    ...(watched.length > 0 ? ['', ...table(['ORDER', 'STATUS', 'SINCE', 'WHY'], watched, width)] : []),
    '',
    ...paragraph(`last hour: ${wordsOfFigures(overview.lastHour)}`, width, '  '),
    ...paragraph(`orders: ${countsOf(states.map(({ status, orders }) => [status, orders]))}`, width, '  '),
    ...(busy.length === 0
      ? ['queues: empty']
      : table(
          ['QUEUE', 'WAITING', 'IN FLIGHT', 'DEAD'],
          busy.map((one) => [one.queue, `${one.waiting}`, `${one.inFlight}`, `${one.dead}`]),
          width,
        )),
  ];
}

function wordsOfFigures({ placed, successRate, averageStartSeconds, revenue }: Overview['lastHour']): string {
  return [
    `${placed} placed`,
    ...(successRate === undefined ? [] : [`${Math.round(successRate * 1000) / 10} % of them went well`]),
    ...(averageStartSeconds === undefined ? [] : [`${averageStartSeconds.toFixed(1)} s until shipping`]),
    ...revenue.map(({ currency, charged, refunded }) => `${charged} ${currency} charged, ${refunded} refunded`),
  ].join(', ');
}

function countsOf(counts: readonly (readonly [name: string, n: number])[]): string {
  const some = counts.filter(([, n]) => n > 0).map(([name, n]) => `${n} ${name}`);
  return some.length === 0 ? 'none' : some.join(', ');
}
