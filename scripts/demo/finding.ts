import { type Paint, type Style, wrap } from '../lib/paint';

/** One thing that was looked at after the orders. */
export interface Finding {
  verdict: 'right' | 'wrong' | 'not checked';
  text: string;
}

const MARKS: Record<Finding['verdict'], { mark: string; style: Style }> = {
  right: { mark: '✓', style: 'green' },
  wrong: { mark: '✗', style: 'red' },
  'not checked': { mark: '–', style: 'dim' },
};

export const found = (right: boolean, text: string): Finding => ({ verdict: right ? 'right' : 'wrong', text });

/** A finding with its mark, in lines no longer than the terminal is wide. */
export function linesOf({ verdict, text }: Finding, p: { columns: number; paint: Paint }): string[] {
  const { mark, style } = MARKS[verdict];
  return wrap(`${mark} ${text}`, p.columns - 1).map((line) => p.paint(style, line));
}
