import type { Command } from 'commander';
import type { Static } from '@sinclair/typebox';
import type * as schemas from '../../src/gateway/schemas';
import type { Acting, Desk } from './desk';
import { shownMoment } from '../../src/domain/shown-time';
import { table } from './table';

type Breakers = Static<typeof schemas.Breakers>;
type Reset = Static<typeof schemas.BreakerReset>;

/** `waybill breakers`: which outside companies are left alone, and having one asked again. */
export function addBreakers(program: Command, desk: Desk): void {
  const breakers = program.command('breakers').description('outside companies that are left alone');

  const list = breakers
    .command('list', { isDefault: true })
    .description('every company, and the processes that saw it fail');
  desk.command(list, 'breakers list', async ({ gateway, tell }) =>
    tell(await gateway.get<Breakers>('/breakers'), linesOfBreakers),
  );

  const reset = desk
    .acting(breakers.command('reset <company>').description('has a company asked again, by every process within 5 s'))
    .requiredOption('--reason <text>', 'why');
  desk.command(
    reset,
    "breakers reset payment --reason 'the company says that it is back'",
    async ({ gateway, tell }, { by, reason }: Acting, company) =>
      tell(await gateway.post<Reset>(`/breakers/${encodeURIComponent(company)}/reset`, { by, reason }), linesOfReset),
  );
}

function linesOfBreakers({ breakers }: Breakers, width?: number): string[] {
  const rows = breakers.flatMap(({ dependency, state, workers }) => [
    [dependency, state, workers.length === 0 ? 'asked by all' : ''],
    ...workers.map(({ worker, state: own, failures, openUntil }) => [
      '',
      own,
      `${worker}: ${failures} failures in a row${openUntil === undefined ? '' : `, asks again at ${shownMoment(openUntil)}`}`,
    ]),
  ]);
  return table(['COMPANY', 'STATE', 'PROCESSES'], rows, width);
}

const linesOfReset = ({ dependency }: Reset): string[] => [
  `${dependency} is asked again within 5 s; orders that wait for it go on when their wait is over.`,
];
