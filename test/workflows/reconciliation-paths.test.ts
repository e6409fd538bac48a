import { setTimeout as delay } from 'node:timers/promises';
import type { Drive } from '../support/paths/drive';
import type { Finding } from '../../src/domain/reconciliation';
import { createMemoryMaintenance } from '../support/memory/maintenance';
import { createOrderBench, type OrderBench } from '../support/order-bench';
import { lookAtAll } from '../support/reconcile';
import { PATHS } from '../support/paths';
import { runPath } from '../support/paths/run-path';

/** milliseconds in which a step that is under way is through */
const PAUSE_MS = 300;

let bench: OrderBench;
beforeAll(async () => {
  bench = await createOrderBench();
});
afterAll(() => bench.teardown());

/** What is found at a moment, and a moment later again: an order that moves is not found twice. */
async function foundTwice({ world }: Drive): Promise<Finding[]> {
  const maintenance = createMemoryMaintenance(world);
  const first = await lookAtAll(maintenance);
  if (first.length > 0) await delay(PAUSE_MS);
  const again = first.length > 0 ? await lookAtAll(maintenance) : [];
  return again.filter(({ kind, subject }) => first.some((one) => one.kind === kind && one.subject === subject));
}

/** A path that is looked at wherever its order rests. */
function looked(live: ((drive: Drive) => Promise<void>) | undefined, found: Finding[]) {
  return async (drive: Drive) => {
    const look = async () => void found.push(...(await foundTwice(drive)));
    const until: Drive['until'] = async (what) => {
      await drive.until(what);
      await look();
    };
    const soon: Drive['soon'] = async (what) => {
      await drive.soon(what);
      await look();
    };
    await live?.({ ...drive, until, soon });
    await look();
  };
}

/** `npm run prove` looks at every path; otherwise at every third, for they are all gone already elsewhere. */
const STEP = process.env['WAYBILL_PROVE'] ? 1 : 3;

describe.each(Object.entries(PATHS))('nothing is found on a sound system: %s', (_theme, paths) => {
  test.each(paths.filter((_, i) => i % STEP === 0))('$name', async (path) => {
    const found: Finding[] = [];
    let world: Drive['world'] | undefined;
    const live = looked(path.live, found);
    await runPath(bench, {
      ...path,
      live: async (drive) => {
        ({ world } = drive);
        await live(drive);
      },
    });
    found.push(...(await lookAtAll(createMemoryMaintenance(world!))));
    expect(found).toEqual([]);
  });
});
