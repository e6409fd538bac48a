import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';
export type Paint = (style: Style, text: string) => string;

/** Colours a text, or leaves it as it is. */
export const createPaint =
  (colours: boolean): Paint =>
  (style, text) =>
    // whether to colour is decided already, not once more by what standard output is
    colours ? styleText(style, text, { validateStream: false }) : text;

/** A text of exactly that many columns. */
export function fit(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…`.slice(0, width) : text;
  return side === 'left' ? cut.padEnd(width) : cut.padStart(width);
}

/** Breaks a text between words into lines of at most that many columns; a longer word stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Seconds with one decimal. */
export const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
