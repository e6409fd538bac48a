import { createInterface } from 'node:readline';
import { Interrupted, Trouble } from '../bootstrap/trouble.cjs';

/**
 * Asks at the terminal whether it is meant.
 *
 * @param what is done for good, as a sentence without its full stop
 * @throws Trouble for every answer but yes; Interrupted after Ctrl-C
 */
export async function confirmed(what: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await new Promise<string>((resolve, reject) => {
    terminal.once('SIGINT', () => reject(new Interrupted('SIGINT')));
    // the end of what is typed is no yes
    terminal.once('close', () => resolve(''));
    terminal.question(`${what}, and that cannot be taken back. Go on? [y/N] `, resolve);
  }).finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new Trouble('Nothing was done.');
}
