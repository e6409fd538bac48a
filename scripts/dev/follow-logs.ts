import { open, stat } from 'node:fs/promises';
import { prettyFactory } from 'pino-pretty';

const POLL_MS = 200;
const LEVEL_WARN = 40;

export interface FollowOptions {
  logs: readonly { name: string; log: string }[];
  write: (line: string) => void;
  colours: boolean;
}

/** Shows what the processes write to their logs from now on, readably and under their names. Ends with `stop`. */
export async function followLogs({ logs, write, colours }: FollowOptions): Promise<{ stop: () => void }> {
  const readable = createReadable({ colours });
  const followed = await Promise.all(logs.map(async ({ name, log }) => ({ name, log, from: await sizeOf(log) })));
  const look = async () => {
    for (const file of followed) {
      const size = await sizeOf(file.log);
      // a large log is put aside when its process starts again
      if (size < file.from) file.from = 0;
      if (size === file.from) continue;
      const lines = await readLines(file.log, { from: file.from, to: size });
      file.from += Buffer.byteLength(lines);
      for (const line of lines.split('\n')) for (const shown of readable(file.name, line)) write(shown);
    }
  };
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look()
      .catch((error: unknown) => write(`the logs cannot be followed: ${String(error)}`))
      .finally(() => (looking = undefined));
  }, POLL_MS);
  return { stop: () => clearInterval(timer) };
}

/**
 * A line of a log as it is shown; none for what would drown the rest: requests that were answered well, and the engine's
 * own news. */
function createReadable({ colours }: { colours: boolean }) {
  const pretty = prettyFactory({
    colorize: colours,
    ignore: 'pid,hostname,name',
    translateTime: 'HH:MM:ss',
    singleLine: true,
  });
  return (name: string, line: string): string[] => {
    const entry = parse(line);
    if (line.trim() === '' || (entry && isRoutine(entry))) return [];
    return (entry ? pretty(withoutStacks(entry)) : line)
      .trimEnd()
      .split('\n')
      .map((text) => `${name.padEnd(8)} | ${text}`);
  };
}

type Entry = Partial<Record<string, unknown>>;

/** undefined: not a line of the logger */
function parse(line: string): Entry | undefined {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as Entry) : undefined;
  } catch {
    return undefined;
  }
}

const isRoutine = ({ level, reqId, sdkComponent }: Entry) =>
  (reqId ?? sdkComponent) !== undefined && Number(level) < LEVEL_WARN;

/** what only warns, as a provider that does not answer, says so in a line; the log file has the rest */
function withoutStacks(entry: Entry): Entry {
  if (Number(entry['level']) > LEVEL_WARN) return entry;
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => (isError(value) ? ['reason', value.message] : [key, value])),
  );
}

const isError = (value: unknown): value is { message: unknown } =>
  typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;

/** whole lines only: what is half written is read the next time */
async function readLines(file: string, { from, to }: { from: number; to: number }): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(to - from), position: from });
    return buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1).toString('utf8');
  } finally {
    await handle.close();
  }
}

const sizeOf = (file: string) =>
  stat(file).then(
    ({ size }) => size,
    () => 0,
  );
