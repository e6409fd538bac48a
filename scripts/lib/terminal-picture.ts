import Anser, { type AnserJsonEntry } from 'anser';

/** pixels */
const CELL = { width: 8.4, height: 18 };
const FONT_SIZE = 14;
const MARGIN = 16;
const TITLE_BAR = 34;

const BACKGROUND = '#16191d';
const FOREGROUND = '#d8dee4';
/** readable on the background, which the colours of old terminals are not */
const COLOURS: Record<string, string> = {
  'ansi-red': '#ff7b72',
  'ansi-green': '#56d364',
  'ansi-yellow': '#e3b341',
  'ansi-blue': '#79c0ff',
  'ansi-magenta': '#d2a8ff',
  'ansi-cyan': '#56d4dd',
};

/**
 * A picture of a terminal.
 *
 * @param text what the terminal shows, with its colours as escape sequences
 * @param title over it
 * @returns SVG
 */
export function terminalPicture({ text, title }: { text: string; title: string }): string {
  const lines = linesOf(text.trimEnd());
  const columns = Math.max(...lines.map((line) => line.reduce((sum, { content }) => sum + content.length, 0)));
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = TITLE_BAR + lines.length * CELL.height + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`,
    ` font-family="ui-monospace, 'SF Mono', Menlo, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}">\n`,
    `<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>\n`,
    ...['#ff5f57', '#febc2e', '#28c840'].map(
      (fill, i) => `<circle cx="${20 + 18 * i}" cy="18" r="5.5" fill="${fill}"/>`,
    ),
    `<text x="50%" y="22" text-anchor="middle" fill="#8b949e">${escape(title)}</text>\n`,
    ...lines.map((line, row) => textLine(line, TITLE_BAR + (row + 0.75) * CELL.height)),
    '</svg>\n',
  ].join('');
}

/** read as a whole, since a terminal keeps its colours over the ends of lines */
function linesOf(text: string): AnserJsonEntry[][] {
  const lines: AnserJsonEntry[][] = [[]];
  for (const entry of Anser.ansiToJson(text, { use_classes: true, remove_empty: true }))
    for (const [i, content] of entry.content.split('\n').entries()) {
      if (i > 0) lines.push([]);
      lines.at(-1)?.push({ ...entry, content });
    }
  return lines;
}

function textLine(entries: readonly AnserJsonEntry[], y: number): string {
  let column = 0;
  const spans = entries.flatMap((entry) => {
    const lead = entry.content.length - entry.content.trimStart().length;
    const x = MARGIN + (column + lead) * CELL.width;
    column += entry.content.length;
    const content = entry.content.trim();
    return content === '' ? [] : [span(entry, { content, x })];
  });
  return spans.length > 0 ? `<text y="${y.toFixed(1)}" xml:space="preserve">${spans.join('')}</text>\n` : '';
}

/** its length is set, so that the columns stand in every font */
function span(entry: AnserJsonEntry, { content, x }: { content: string; x: number }): string {
  const bright = entry.decorations.includes('bold') ? ' font-weight="bold"' : '';
  const dim = entry.decorations.includes('dim') ? ' fill-opacity="0.6"' : '';
  const length = (content.length * CELL.width).toFixed(1);
  const fill = COLOURS[entry.fg] ?? FOREGROUND;
  return `<tspan x="${x.toFixed(1)}" textLength="${length}" fill="${fill}"${bright}${dim}>${escape(content)}</tspan>`;
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
