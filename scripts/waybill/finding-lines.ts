import type { Finding } from './findings';
import type { Session } from './desk';
import { paragraph } from './table';

const MARKS = { ok: '✓', warning: '!', failed: '✗' } as const;
const STYLES = { ok: 'green', warning: 'yellow', failed: 'red' } as const;

export interface Found extends Finding {
  name: string;
}

/** What was found, and what to do about it. */
export function linesOfFinding(
  { name, state, detail, remedy }: Found,
  { paint, width }: Pick<Session, 'paint' | 'width'>,
): string[] {
  const [first, ...rest] = paragraph(`${MARKS[state]} ${name}: ${detail}`, width, '  ');
  return [
    `${paint(STYLES[state], MARKS[state])}${first!.slice(MARKS[state].length)}`,
    ...rest,
    ...(remedy === undefined ? [] : paragraph(`    → ${remedy}`, width, '      ')),
  ];
}
