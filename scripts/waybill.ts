import { Command, CommanderError } from 'commander';
import { addDeadLetters } from './waybill/dead-letters';
import { addDoctor } from './waybill/doctor';
import { addInventory } from './waybill/inventory';
import { addOrder } from './waybill/order';
import { addRebuildView } from './waybill/rebuild-view';
import { addReconcile } from './waybill/reconcile';
import { addReplay } from './waybill/replay';
import { createDesk, Misused } from './waybill/desk';

/** The exit code of a command that was not understood; 1 is one that was, and did not succeed. */
const MISUSED = 2;

/**
 * The command line of those who run Waybill.
 *
 * @returns the exit code: 0 done, 1 not done or something is left to do, 2 not understood
 * @throws Trouble in one sentence; Interrupted when the user stopped it
 */
export async function main(args = process.argv.slice(2), env = process.env): Promise<number> {
  const desk = createDesk(env);
  const program = new Command('waybill')
    .description('Looks after orders, stock and what went wrong, over the HTTP API of a gateway.')
    .showHelpAfterError('(--help tells how it is called)')
    .exitOverride()
    .addHelpText(
      'after',
      '\nThe gateway is that of `npm start`, unless --url, WAYBILL_URL or PORT say otherwise.\n' +
        'Exit code: 0 done; 1 not done, or something is left to do; 2 not understood.',
    );
  for (const add of [addOrder, addInventory, addDeadLetters, addReplay, addRebuildView, addReconcile, addDoctor])
    add(program, desk);
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : MISUSED;
    if (error instanceof Misused) return tellMisuse(error);
    throw error;
  }
  return desk.exitCode();
}

function tellMisuse({ message }: Misused): number {
  process.stderr.write(`error: ${message}\n(--help tells how it is called)\n`);
  return MISUSED;
}
