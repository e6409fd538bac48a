import type { Path } from '../../support/paths/path';
import { createOrderBench, type OrderBench } from '../../support/order-bench';
import { PATHS } from '../../support/paths';
import { runPath } from '../../support/paths/run-path';
import { timelineOf } from '../../../src/gateway/story/timeline';

/** What a person reads of orders that were really led along their path. */
let bench: OrderBench;

beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());

const paths = Object.values(PATHS).flat();
const named = (name: string): Path => paths.find((path) => path.name === name)!;

/** The timeline as a page shows it, without what is another one each time. */
async function told(name: string): Promise<string> {
  const { events } = await runPath(bench, named(name));
  const lines = timelineOf(events).map(({ kind, title, detail }) =>
    [kind.padEnd(8), title, detail].filter(Boolean).join(' | '),
  );
  return lines
    .join('\n')
    .replaceAll(events[0]!.orderId, 'ORD')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC/g, 'TIME')
    .replaceAll(/\d+\.\d s after/g, '0.1 s after')
    .replaceAll(/(tracking number) \w+/g, '$1 TN')
    .replaceAll(/payment pay_\w+/g, 'payment pay_1');
}

test.each(process.env['ALL'] ? paths.map(({ name }) => name) : [])('%s', async (name) => {
  console.log(name + '\n' + (await told(name)));
});
