import { readFileSync } from 'node:fs';
import { terminalPicture } from './lib/terminal-picture';

/**
 * Draws what a terminal shows, from standard input to standard output, as SVG. The pictures of the docs are made with
 * tmux: `tmux capture-pane -e -p | node scripts/picture.cjs "npm run demo" > docs/images/demo.svg`.
 */
export function main(): void {
  const title = process.argv[2] ?? '';
  process.stdout.write(terminalPicture({ text: readFileSync(0, 'utf8'), title }));
}
