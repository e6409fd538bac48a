import pino from 'pino';
import { loadConfig } from '../src/config';
import { start } from '../src/gateway/server';

/** What a gateway under measurement says of itself. */
export interface Measurement {
  /** bytes, after a collection */
  heap: number;
  rss: number;
  /** to AWS, since the last measurement, by command and table */
  calls: Record<string, number>;
}

/** A gateway as it is, in a process of its own, which measures itself whenever its parent sends something. */
async function main(): Promise<void> {
  let calls: Measurement['calls'] = {};
  const running = await start(loadConfig('gateway'), pino({ level: 'silent' }), ({ command, input }) => {
    const tables = Object.keys((input as { RequestItems?: object }).RequestItems ?? { other: true });
    const name = `${command} ${tables.join()}`;
    calls[name] = (calls[name] ?? 0) + 1;
  });
  process.on('message', () => {
    global.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    process.send?.({ heap: heapUsed, rss, calls } satisfies Measurement);
    calls = {};
  });
  process.once('disconnect', () => void running.stop().then(() => process.exit(0)));
  process.send?.('ready');
}

void main();
