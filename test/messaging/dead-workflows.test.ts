import type { Arrival } from '../../src/domain/dead-letter-desk';
import type { EndedRun } from '../../src/messaging/dead-letter-ports';
import { connectToEmulator } from '../support/contracts/emulator';
import { createDeadLetterTable } from '../../src/adapters/aws/dead-letter-table';
import { createDeadWorkflows, type DeadWorkflowsDeps } from '../../src/messaging/dead-workflows';
import { createLogger } from '../../src/telemetry';
import { createMetrics } from '../../src/metrics';
import { EngineUnavailableError } from '../../src/client';
import { letterTables } from '../../src/config';
import { TIMES } from '../support/letters';
import { uniqueId } from '../support/orders';

const emulator = connectToEmulator();
const { db, config } = emulator;
const table = createDeadLetterTable({ db, tables: letterTables(config) });
afterAll(() => emulator.destroy());

const ended = (changes: Partial<EndedRun> = {}): EndedRun => {
  const runId = uniqueId('run');
  const names = { workflowId: uniqueId('workflow'), runId, firstRunId: runId, workflowType: 'orderWorkflow' };
  return { ...names, closedAt: new Date().toISOString(), errorType: 'TypeError', reason: 'x', ...changes };
};

let arrivals: [string, Arrival][];
let asked: string[];
beforeEach(() => {
  arrivals = [];
  asked = [];
});

const lookFor = (runs: EndedRun[], changes: Partial<DeadWorkflowsDeps> = {}) =>
  createDeadWorkflows({
    runs: {
      async *endedSince(since) {
        asked.push(since);
        yield* runs;
      },
    },
    register: table,
    letters: { arrived: async (id, arrival) => void arrivals.push([id, arrival]) },
    times: TIMES,
    intervalMs: 1000,
    metrics: createMetrics(),
    logger: createLogger({ name: 'test', level: 'silent' }),
    ...changes,
  });
const died = () => arrivals.map(([, { runId }]) => runId);

test('a failure of any length has its record', async () => {
  const long = ended({ errorType: 'T'.repeat(3000), reason: 'é'.repeat(500_000) });
  expect(await lookFor([long]).run()).toBe(1);
  const [[id, arrival]] = arrivals as [[string, Arrival]];
  expect([arrival.errorType?.length, arrival.reason?.length]).toEqual([256, 1000]);
  expect(await table.read(id)).toMatchObject({ run: { runId: long.runId }, reason: 'é'.repeat(1000) });
});

test('what one run meets keeps no other from its record, and is looked for again', async () => {
  const [odd, other] = [ended(), ended()];
  let isOdd = true;
  const register: DeadWorkflowsDeps['register'] = {
    create: (letter) =>
      isOdd && letter.run?.runId === odd.runId ? Promise.reject(new TypeError('x')) : table.create(letter),
  };
  const look = lookFor([odd, other], { register });
  expect(await look.run()).toBe(1);
  expect(died()).toEqual([other.runId]);
  isOdd = false;
  expect(await look.run()).toBe(1);
  expect(died()).toEqual([other.runId, odd.runId]);
  await look.run();
  expect(died()).toHaveLength(2);
  // from the beginning until nobody was left out
  expect([asked[1] === asked[0], asked[2]! > asked[0]!]).toEqual([true, true]);
});

test('an engine that is out of reach ends the look, and the next one begins where it began', async () => {
  const [first, second] = [ended(), ended()];
  let isDown = true;
  const letters: DeadWorkflowsDeps['letters'] = {
    async arrived(id, arrival) {
      if (isDown) throw new EngineUnavailableError('down');
      arrivals.push([id, arrival]);
    },
  };
  const look = lookFor([first, second], { letters });
  await expect(look.run()).rejects.toThrow(EngineUnavailableError);
  isDown = false;
  expect(await look.run()).toBe(2);
  expect([died(), asked[1] === asked[0]]).toEqual([[first.runId, second.runId], true]);
});
