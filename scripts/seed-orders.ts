import { createProgress } from './bootstrap/progress.cjs';
import { deployedOutputs } from '../infra/deploy';
import { documentsAt, EMULATOR_REGION } from './lib/aws-access';
import { environmentFromOutputs } from '../infra/outputs';
import { type Options, readOptions, USAGE } from './seed-orders/options';
import { readTables } from '../src/config';
import { Trouble } from './bootstrap/trouble.cjs';
import { untilInterrupted } from './lib/until-interrupted';
import { writeOrders } from './seed-orders/write';

/** Orders between two lines about how far it is. */
const STEP = 5000;

/**
 * Writes made-up orders into the emulator of an installation.
 *
 * @returns the exit code: 0 when all of them are there
 * @throws Trouble when they cannot be written; Interrupted when the user stopped it
 */
export async function main(args = process.argv.slice(2), env = process.env): Promise<number> {
  const options = readOptions(args, env);
  if (options === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const tables = await tablesAt(options.endpoint);
  const { line } = createProgress();
  const { first, last, seed, hasEvents } = options;
  let done = first - 1;
  const again = () => `npm run seed-orders -- ${argumentsOf(options, done + 1)}`;
  const db = documentsAt(options.endpoint);
  const write = (signal: AbortSignal) =>
    writeOrders({
      db,
      tables: { view: tables.view, lookups: tables.lookups, ...(hasEvents && { events: tables.events }) },
      seed,
      first,
      count: last - first + 1,
      signal,
      onGroup: (written) => {
        done = first - 1 + written;
        if (done % STEP === 0 || done === last) line(`${done} of ${last} orders`);
      },
    });
  try {
    await untilInterrupted(write, () => line(`Stopped; this goes on: ${again()}`));
  } catch (error) {
    // what was written twice is as if it was written once
    if (error instanceof Error && error.name === 'StepError')
      throw new Trouble(`The emulator did not take an order (${error.message}); this goes on: ${again()}`);
    throw error;
  } finally {
    db.destroy();
  }
  line(`SEED-${seed.name}-000001 to ${String(last).padStart(6, '0')} are there.`);
  return 0;
}

async function tablesAt(endpoint: string): Promise<ReturnType<typeof readTables>> {
  const outputs = await deployedOutputs({ endpoint, region: EMULATOR_REGION }).catch(() => undefined);
  if (!outputs) throw new Trouble(`No Waybill has its tables at ${endpoint}: npm start makes them.`);
  return readTables(environmentFromOutputs(outputs));
}

const argumentsOf = ({ last, seed, hasEvents }: Options, from: number): string =>
  [
    `--orders ${last}`,
    `--from ${from}`,
    `--until ${seed.until.slice(0, 'yyyy-mm-dd'.length)}`,
    `--days ${seed.days}`,
    ...(hasEvents ? [] : ['--without-events']),
  ].join(' ');
