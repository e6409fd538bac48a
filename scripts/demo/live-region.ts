const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
/** the terminal shows a frame when it is whole; those that do not know this ignore it */
const BEGIN_FRAME = '\x1b[?2026h';
const END_FRAME = '\x1b[?2026l';

/** Lines at the end of a terminal that are drawn again and again; none may be wider than it. */
export function createLiveRegion(stream: { write(text: string): unknown }) {
  let height = 0;
  let open = false;

  const showCursor = () => {
    if (open) stream.write(SHOW_CURSOR);
    open = false;
  };

  return {
    draw(lines: readonly string[]): void {
      if (!open) stream.write(HIDE_CURSOR);
      if (!open) process.once('exit', showCursor);
      open = true;
      const up = height > 0 ? `\x1b[${height}A` : '';
      const body = lines.map((line) => `${line}\x1b[K\n`).join('');
      stream.write(`${BEGIN_FRAME}${up}\r${body}\x1b[J${END_FRAME}`);
      height = lines.length;
    },
    /** takes the lines away: what is written next takes their place */
    clear(): void {
      if (height > 0) stream.write(`\x1b[${height}A\r\x1b[J`);
      height = 0;
    },
    /** the cursor is the user's again */
    close(): void {
      showCursor();
      process.off('exit', showCursor);
    },
  };
}
