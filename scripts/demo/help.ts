import { SCENARIOS } from '../lib/scenarios';
import { wrap } from '../lib/paint';
import { USAGE } from './options';

const INDENT = 2;
const GAP = 2;
const NARROWEST = 20;

/**
 * How the demo is called, and every scenario.
 *
 * @param columns of the terminal
 */
export function help(columns: number): string[] {
  return [
    ...wrap(USAGE, columns - 1),
    '',
    ...wrap('Places an order of every scenario, or of one, against a running system (`npm start`).', columns - 1),
    '',
    'Scenarios:',
    ...SCENARIOS.flatMap(({ name, happens }) => entry(name, happens, columns)),
  ];
}

function entry(name: string, happens: string, columns: number): string[] {
  const width = Math.max(...SCENARIOS.map((scenario) => scenario.name.length)) + INDENT + GAP;
  const [first = '', ...rest] = wrap(happens, Math.max(NARROWEST, columns - width - 1));
  return [`${' '.repeat(INDENT)}${name}`.padEnd(width) + first, ...rest.map((line) => ' '.repeat(width) + line)];
}
