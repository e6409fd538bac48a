import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Puts a program there that prints a line, whatever it is asked; `by` gives other answers to a last argument. */
export function programThatSays(file: string, line: string, by: Record<string, string> = {}): void {
  const cases = Object.entries(by).map(([argument, answer]) => `*${argument}) echo '${answer}' ;;`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, ['#!/bin/sh', 'case "$*" in', ...cases, `*) echo '${line}' ;;`, 'esac', ''].join('\n'));
  chmodSync(file, 0o755);
}
