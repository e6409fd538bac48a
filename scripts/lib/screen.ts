import { relative } from 'node:path';
import { SAMPLE_ORDER } from './sample-order';

export interface Row {
  name: string;
  address: string;
  /** undefined: it was running before, and is somebody else's */
  process: { pid: number; log: string } | undefined;
}

export interface Screen {
  rows: readonly Row[];
  gateway: string;
  temporalUi: string | undefined;
  /** orders of earlier starts */
  orders: number;
  /** that the start took */
  seconds: number;
  colours: boolean;
}

/** What the user sees once everything runs: a line per process, where to look, and an order to try. */
export function screen({ rows, gateway, temporalUi, orders, seconds, colours }: Screen): string[] {
  const bold = (text: string) => (colours ? `\x1b[1m${text}\x1b[0m` : text);
  const dim = (text: string) => (colours ? `\x1b[2m${text}\x1b[0m` : text);
  const link = (title: string, where: string) => `  ${title.padEnd(12)}${where}`;
  return [
    '',
    bold(`Waybill runs, after ${seconds.toFixed(1)} s. Ctrl-C stops it.`),
    '',
    ...rows.map(({ name, address, process }) => `  ${name.padEnd(12)}${address.padEnd(29)}${dim(describe(process))}`),
    '',
    link('Page', bold(gateway)),
    link('API', `${gateway}/docs`),
    link('Health', '/readyz and /metrics of gateway, worker and consumer'),
    ...(temporalUi ? [link('Temporal UI', temporalUi)] : []),
    link('Sandbox', `${gateway}/sandbox/journal?orderId=…  the providers' journal`),
    link('Orders', orders === 0 ? 'none yet' : `${orders} of earlier starts; those under way go on`),
    link('Demo', 'npm run demo, in another terminal: an order of every scenario'),
    '',
    bold('Place the sample order:'),
    `curl -s ${gateway}/orders -H 'content-type: application/json' -d '${JSON.stringify(SAMPLE_ORDER)}'`,
    '',
    bold('Follow it, with the orderId of the answer, or all of the customer:'),
    `curl -s ${gateway}/orders/ORDER_ID`,
    `curl -s '${gateway}/orders?customerId=${SAMPLE_ORDER.customerId}'`,
    '',
  ];
}

const describe = (process: Row['process']) =>
  process ? `pid ${process.pid}`.padEnd(13) + relative('', process.log) : 'not started here';
