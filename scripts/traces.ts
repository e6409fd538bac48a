import { parseArgs } from 'node:util';
import type { ReceivedSpan } from './traces/otlp';
import { createTraces } from './traces/collect';
import { startReceiver } from './traces/receiver';
import { treeOf } from './traces/tree';
import { printable } from './lib/printable';
import { Trouble } from './bootstrap/trouble.cjs';
import { untilInterrupted } from './lib/until-interrupted';

const USUAL_PORT = 4318;

const USAGE = `Usage: npm run traces -- [--port ${USUAL_PORT}] [--order ORDER] [--json] [--help]
Takes the traces of processes that were started with OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:${USUAL_PORT}, and prints
each as a tree once nothing more of it came for 7 s: all, or those of one order. Ctrl-C ends it.`;

const write = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Prints the traces that are sent here.
 *
 * @returns the exit code: 0, once the user ended it
 * @throws Trouble when it cannot listen
 */
export async function main(): Promise<number> {
  const { port = `${USUAL_PORT}`, order, json = false, help } = optionsOf(process.argv.slice(2));
  if (help) {
    write(USAGE);
    return 0;
  }
  const traces = createTraces({ onRested: (spans) => print(spans, { order, json }) });
  const receiver = await startReceiver({ port: portOf(port), onSpans: traces.add }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Trouble(`Port ${port} cannot be listened on (${reason}); take another with --port.`);
  });
  if (!json) write(`Listening for traces: start Waybill with OTEL_EXPORTER_OTLP_ENDPOINT=${receiver.url}`);
  const forEver = (signal: AbortSignal) =>
    new Promise<number>((done) => signal.addEventListener('abort', () => done(0)));
  try {
    return await untilInterrupted(forEver, traces.flush);
  } finally {
    await receiver.close();
  }
}

function optionsOf(args: string[]) {
  const options = {
    port: { type: 'string' },
    order: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Trouble(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Trouble(`${text} is not a port: it takes a number from 0 to 65535.`);
  return Number(text);
}

function print(spans: ReceivedSpan[], { order, json }: { order: string | undefined; json: boolean }): void {
  if (order !== undefined && !spans.some(({ attributes }) => attributes['waybill.order_id'] === order)) return;
  const { traceId } = spans[0]!;
  if (json) {
    write(JSON.stringify({ traceId, spans }));
    return;
  }
  write(`\nTrace ${traceId}, ${spans.length} spans`);
  // whoever reaches loopback may have sent them, a page in a browser too
  for (const line of treeOf(spans)) write(printable(line));
}
