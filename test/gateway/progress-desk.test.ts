import type { OrderId } from '../../src/domain/ids';
import type { Progress } from '../../src/gateway/progress-ports';
import { createProgressDesk, type ProgressDeskDeps } from '../../src/gateway/progress-desk';
import { engineDown } from './support';
import { gate } from '../support/contracts/condition';

const progress: Progress = { state: 'RUNNING', startedAt: '2025-07-09T10:30:00.000Z', activities: [] };
const [FIRST, SECOND, THIRD] = ['ORD-1', 'ORD-2', 'ORD-3'] as OrderId[] as [OrderId, OrderId, OrderId];

/** A desk whose time is in the test's hands, and what it asked. */
function openDesk(answer: () => Promise<Progress | undefined>, deps: Partial<ProgressDeskDeps> = {}) {
  const asked: OrderId[] = [];
  const errors: unknown[] = [];
  const clock = { now: 0 };
  const desk = createProgressDesk({
    progress: { describe: (orderId) => (asked.push(orderId), answer()) },
    onError: (error) => void errors.push(error),
    now: () => clock.now,
    ...deps,
  });
  return { desk, asked, errors, clock };
}

test('two hundred who look at once are one question, and so is everybody in the next 10 s', async () => {
  const { desk, asked, clock } = openDesk(async () => progress);
  const looks = await Promise.all(Array.from({ length: 200 }, () => desk.look(FIRST)));
  expect(new Set(looks.map((look) => JSON.stringify(look))).size).toBe(1);
  expect(looks[0]).toEqual({ kind: 'described', at: '1970-01-01T00:00:00.000Z', progress });
  clock.now = 9_999;
  await desk.look(FIRST);
  expect(asked).toEqual([FIRST]);
  await desk.look(SECOND);
  clock.now = 10_000;
  expect(await desk.look(FIRST)).toMatchObject({ at: '1970-01-01T00:00:10.000Z' });
  expect(asked).toEqual([FIRST, SECOND, FIRST]);
});

test('a clock that is set back by an hour makes no answer last that long', async () => {
  const { desk, asked, clock } = openDesk(async () => progress);
  clock.now = 3_600_000;
  await desk.look(FIRST);
  clock.now = 0;
  expect(await desk.look(FIRST)).toMatchObject({ at: '1970-01-01T00:00:00.000Z' });
  expect(asked).toEqual([FIRST, FIRST]);
});

test('an engine that fails is asked as seldom, told as such, and heard of', async () => {
  const { desk, asked, errors } = openDesk(() => Promise.reject(engineDown()));
  for (let i = 0; i < 3; i++) expect((await desk.look(FIRST)).kind).toBe('unavailable');
  expect(asked).toHaveLength(1);
  expect(errors).toEqual([engineDown()]);
});

test('an answer that takes too long is for those who look later', async () => {
  const { opened, open } = gate();
  const { desk, asked } = openDesk(() => opened.then(() => progress), { patienceMs: 20 });
  expect((await desk.look(FIRST)).kind).toBe('unavailable');
  open();
  expect((await desk.look(FIRST)).kind).toBe('described');
  expect(asked).toHaveLength(1);
});

test('an order that the engine does not have may be there the moment after', async () => {
  let said: Progress | undefined;
  const { desk } = openDesk(async () => said);
  expect((await desk.look(FIRST)).kind).toBe('unknown');
  said = progress;
  expect((await desk.look(FIRST)).kind).toBe('described');
});

test('so many orders are remembered, and the one that was asked about first makes room', async () => {
  const { desk, asked } = openDesk(async () => progress, { size: 2 });
  for (const orderId of [FIRST, SECOND, THIRD, SECOND, THIRD]) await desk.look(orderId);
  expect(asked).toEqual([FIRST, SECOND, THIRD]);
  await desk.look(FIRST);
  expect(asked).toEqual([FIRST, SECOND, THIRD, FIRST]);
});
