import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../scripts/lib/paths';

/** The pages that people read, by their path in the project. */
export async function documents(): Promise<string[]> {
  const inFolder = await readdir(join(PROJECT_ROOT, 'docs'), { recursive: true });
  return [
    'README.md',
    'CHANGELOG.md',
    ...inFolder.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`),
  ];
}

export const readDocument = (path: string): Promise<string> => readFile(join(PROJECT_ROOT, path), 'utf8');

/** The rows of the first table whose head starts so, as their cells. */
export function tableBelow(text: string, head: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(head));
  const rest = start === -1 ? [] : lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end === -1 ? undefined : end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}
