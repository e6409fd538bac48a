import type { Command } from 'commander';
import type { Desk, Session } from './desk';
import type { Overview } from '../../src/gateway/overview-schemas';
import { createLiveRegion } from '../demo/live-region';
import { eventsOf } from './streams';
import { linesOfOverview, wrongIn } from './overview-lines';
import { fit } from '../lib/paint';

/** `waybill overview`: what is wrong now, on one screen. */
export function addOverview(program: Command, desk: Desk): void {
  const overview = program
    .command('overview')
    .description('what is wrong now, and how everything stands, on one screen')
    .option('--watch', 'live, until Ctrl-C')
    .addHelpText(
      'after',
      '\nWith --watch and --json each change is a line of its own.' +
        '\nExit code: 0 when nothing is wrong; 1 when somebody has to see to something.',
    );
  desk.command(overview, 'overview --watch', async (session, { watch }: { watch?: true }) => {
    if (watch) return watchOverview(session);
    const seen = await session.gateway.get<Overview>('/overview');
    if (session.asJson) session.tell(seen, () => []);
    else for (const line of linesOfOverview(seen, session)) session.write(line);
    return wrongIn(seen).length === 0 ? 0 : 1;
  });
}

/** Shows it, and again whenever something else is true. */
async function watchOverview(session: Session): Promise<void> {
  const { asJson, isLive, write } = session;
  const region = createLiveRegion(process.stdout);
  const show = (seen: Overview) => {
    if (!isLive) return [...linesOfOverview(seen, session), ''].forEach(write);
    region.draw(screenful(linesOfOverview(seen, session), process.stdout));
  };
  await session.follow(async (gateway, signal) => {
    for await (const { data } of eventsOf(gateway, { path: '/live', signal, goesOn: 'everything else may go on' }))
      if (asJson) write(data);
      else show(JSON.parse(data) as Overview);
  }, 'Stopped watching.');
}

/** As much as a terminal shows at once: what it rolls away cannot be drawn over. */
function screenful(lines: readonly string[], { rows, columns }: { rows: number; columns: number }): string[] {
  // one that does not tell its size shows everything
  if (!rows || !columns) return [...lines];
  const shown = lines.length < rows ? lines : [...lines.slice(0, rows - 2), '…'];
  // a painted line is short; any other one that is too wide would take two
  return shown.map((line) => (line.length > columns && !line.includes('\u001b') ? fit(line, columns) : line));
}
