import { GetCommand } from '@aws-sdk/lib-dynamodb';
import pino from 'pino';
import type { BreakerRow } from '../../../src/gateway/ports';
import type { BreakerTable } from '../../../src/adapters/breaker/breaker-mirror';
import { becomes } from '../../../scripts/lib/wait';
import { type Breaker, createBreaker } from '../../../src/adapters/breaker/breaker';
import { type BreakerMirror, mirrorBreaker, ROW_LIFE_S } from '../../../src/adapters/breaker/breaker-mirror';
import { type Breakers, openBreakers } from '../../../src/wiring/connections';
import { connectToEmulator } from '../../support/contracts/emulator';
import { breakerTables } from '../../../src/config';
import { createBreakerTable } from '../../../src/adapters/aws/breaker-table';
import { createMetrics } from '../../../src/metrics';
import { StepError } from '../../../src/domain/failures';
import { uniqueId } from '../../support/orders';

const emulator = connectToEmulator();
afterAll(() => emulator.destroy());

const TableName = emulator.config.BREAKERS_TABLE;
const table = createBreakerTable({ db: emulator.db, tables: breakerTables(emulator.config) });
const down = () => Promise.reject(new StepError('PROVIDER_UNAVAILABLE', 'down'));
const fail = (breaker: Breaker) => breaker.run(down).catch(() => undefined);

describe('a breaker of a process', () => {
  let breakers: Breakers;
  let worker: string | undefined;
  const metrics = createMetrics();
  /** of this process; whatever others have in the table */
  const row = async (): Promise<BreakerRow | undefined> =>
    (await table.list()).find((each) => each.dependency === 'supplier' && each.worker === worker);
  const isSeen = (state: string) => becomes(async () => (await row())?.state === state, { timeoutMs: 5000 });

  beforeAll(() => {
    breakers = openBreakers(
      { ...emulator.config, BREAKER_FAILURES: 2, BREAKER_OPEN_MS: 60_000 },
      { aws: emulator, logger: pino({ level: 'silent' }), metrics },
    );
  });
  afterAll(() => breakers.stop());

  test('is one for each company', () => {
    expect(breakers.of('supplier')).toBe(breakers.of('supplier'));
    expect(breakers.of('supplier')).not.toBe(breakers.of('carrier'));
  });

  test('is seen in the table once it opens, and in the metrics', async () => {
    const supplier = breakers.of('supplier');
    expect(await metrics.text()).toContain('waybill_breaker_state{dependency="supplier"} 0');
    await fail(supplier);
    await fail(supplier);
    expect(await metrics.text()).toContain('waybill_breaker_state{dependency="supplier"} 2');
    worker = await ownWorker(supplier.report().openUntil);
    expect(await row()).toEqual({
      dependency: 'supplier',
      worker: expect.stringMatching(/#\d+$/) as string,
      ...supplier.report(),
      updatedAt: expect.any(String) as string,
    });
  });

  test('expires on its own', async () => {
    const Key = { dependency: 'supplier', worker };
    const { Item } = await emulator.db.send(new GetCommand({ TableName, Key }));
    const left = Number(Item?.['expiresAt']) - Date.now() / 1000;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(ROW_LIFE_S + 1);
  });

  test('obeys a reset, and is seen closed', async () => {
    await table.reset({ dependency: 'supplier' });
    expect(await isSeen('CLOSED')).toBe(true);
    expect(breakers.of('supplier').report()).toEqual({ state: 'CLOSED', failures: 0 });
    expect(await metrics.text()).toContain('waybill_breaker_state{dependency="supplier"} 0');
  });

  test('opens again after a reset, which was obeyed once', async () => {
    const supplier = breakers.of('supplier');
    await fail(supplier);
    await fail(supplier);
    expect(await isSeen('OPEN')).toBe(true);
    expect(supplier.report().state).toBe('OPEN');
  });

  /** the row that says exactly what the breaker says */
  async function ownWorker(openUntil: string | undefined): Promise<string> {
    let found: BreakerRow | undefined;
    await becomes(
      async () => {
        found = (await table.list()).find((each) => each.openUntil === openUntil);
        return found !== undefined;
      },
      { timeoutMs: 5000 },
    );
    return found!.worker;
  }
});

describe('the table', () => {
  const write = (worker: string, changes: object = {}) =>
    table.write({
      dependency: 'notification',
      worker,
      state: 'OPEN',
      failures: 5,
      expiresInS: 60,
      ...changes,
    });
  const workers = async () => (await table.list()).map(({ worker }) => worker);

  test('lists what is not too old, and no resets', async () => {
    const [fresh, old] = [uniqueId('worker'), uniqueId('worker')];
    await write(fresh);
    await write(old, { expiresInS: -1 });
    await table.reset({ dependency: 'notification' });
    expect(await workers()).toContain(fresh);
    expect(await workers()).not.toContain(old);
    expect((await workers()).filter((worker) => worker.includes('reset'))).toEqual([]);
  });

  test('a row replaces the one before', async () => {
    const worker = uniqueId('worker');
    await write(worker, { openUntil: '2025-07-09T10:30:00.000Z' });
    await write(worker, { state: 'CLOSED', failures: 0 });
    const own = (await table.list()).filter((row) => row.worker === worker);
    expect(own).toMatchObject([{ state: 'CLOSED', failures: 0 }]);
    expect(own[0]).not.toHaveProperty('openUntil');
  });

  test('tells when a reset was asked for last', async () => {
    const at = await table.reset({ dependency: 'notification' });
    expect(await table.readReset('notification')).toBe(at);
  });

  test('that cannot be read is unavailable', async () => {
    const nowhere = createBreakerTable({
      db: emulator.db,
      tables: { breakers: uniqueId('nowhere'), audit: uniqueId('nowhere') },
    });
    await expect(nowhere.list()).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
    await expect(nowhere.readReset('payment')).rejects.toMatchObject({ type: 'SERVICE_UNAVAILABLE' });
  });
});

describe('the mirror', () => {
  const POLL_MS = 1000;
  const START = Date.parse('2025-07-09T10:30:00.000Z');
  let breaker: Breaker;
  let mirror: BreakerMirror;
  let rows: { state: string; at: number }[];
  let reads: number;
  let resetAt: string | undefined;
  let isBroken: boolean;
  let errors: unknown[];

  beforeEach(() => {
    jest.useFakeTimers({ now: START });
    [rows, reads, resetAt, isBroken, errors] = [[], 0, undefined, false, []];
    breaker = createBreaker({ dependency: 'payment', failures: 1, openMs: 600_000 });
    const memory: BreakerTable = {
      async write({ state, expiresInS }) {
        if (isBroken) throw new Error('no table');
        rows.push({ state, at: Date.now() });
        expect(expiresInS).toBe(ROW_LIFE_S);
      },
      async readReset() {
        reads++;
        if (isBroken) throw new Error('no table');
        return resetAt;
      },
    };
    const onError = (error: unknown) => void errors.push(error);
    mirror = mirrorBreaker({ breaker, table: memory, worker: 'w', pollMs: POLL_MS, onError });
  });
  afterEach(async () => {
    await mirror.stop();
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const states = () => rows.map(({ state }) => state);

  test('costs nothing before the breaker opens', async () => {
    await breaker.run(async () => 'answer');
    await pass(600_000);
    expect([rows, reads]).toEqual([[], 0]);
  });

  test('looks for a reset once in a while, and writes only what changed or is about to expire', async () => {
    await fail(breaker);
    await pass(10 * POLL_MS);
    expect(reads).toBe(11);
    expect(states()).toEqual(['OPEN']);
    await pass(ROW_LIFE_S * 1000);
    const written = rows.map(({ at }) => at);
    expect(Math.max(...written.slice(1).map((at, i) => at - written[i]!))).toBeLessThan((ROW_LIFE_S * 1000) / 2);
  });

  test('an old reset is not obeyed', async () => {
    resetAt = new Date(START - 1).toISOString();
    await fail(breaker);
    await pass(10 * POLL_MS);
    expect(breaker.report().state).toBe('OPEN');
  });

  test('a new one is, whatever its clock says, and is then old', async () => {
    resetAt = new Date(START - 1).toISOString();
    await fail(breaker);
    await pass(POLL_MS);
    resetAt = new Date(START - 600_000).toISOString();
    await pass(POLL_MS);
    expect(breaker.report().state).toBe('CLOSED');
    await fail(breaker);
    await pass(10 * POLL_MS);
    expect(breaker.report().state).toBe('OPEN');
    expect(states()).toEqual(['OPEN', 'CLOSED', 'OPEN']);
  });

  test('closed and told, it looks no more', async () => {
    await fail(breaker);
    await pass(POLL_MS);
    breaker.reset();
    await pass(POLL_MS);
    const before = reads;
    await pass(600_000);
    expect([states(), reads]).toEqual([['OPEN', 'CLOSED'], before]);
  });

  test('a table that is away is told of, and written when it is back', async () => {
    isBroken = true;
    await fail(breaker);
    await pass(3 * POLL_MS);
    expect(errors.length).toBeGreaterThanOrEqual(3);
    breaker.reset();
    await pass(POLL_MS);
    isBroken = false;
    await pass(2 * POLL_MS);
    expect(states()).toEqual(['CLOSED']);
  });
});
