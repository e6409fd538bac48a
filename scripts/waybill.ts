import { CommanderError } from 'commander';
import { createDesk, Misused } from './waybill/desk';
import { createProgram } from './waybill/program';

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
  const program = createProgram(desk);
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
