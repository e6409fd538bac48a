import fc from 'fast-check';
import { countChanges, type Counted, COUNTED_STATES, COUNTER_SHARDS } from '../../src/domain/dead-letter-counts';
import { DEAD_LETTER_CLASSES, DEAD_LETTER_STATES } from '../../src/domain/dead-letters';

const id = 'DL-1';
const places = fc.record({
  class: fc.constantFrom(...DEAD_LETTER_CLASSES),
  state: fc.constantFrom(...DEAD_LETTER_STATES),
});

test('a new letter is counted, one that is done with is not any more, and what stays as it was changes nothing', () => {
  const waiting: Counted = { class: 'BUG', state: 'WAITING' };
  expect(countChanges({ id, after: waiting })).toMatchObject([{ class: 'BUG', add: { WAITING: 1 } }]);
  expect(countChanges({ id, before: waiting, after: { ...waiting, state: 'PARKED' } })).toMatchObject([
    { class: 'BUG', add: { WAITING: -1, PARKED: 1 } },
  ]);
  expect(countChanges({ id, before: waiting, after: { class: 'POISON', state: 'PARKED' } })).toMatchObject([
    { class: 'BUG', add: { WAITING: -1 } },
    { class: 'POISON', add: { PARKED: 1 } },
  ]);
  expect(countChanges({ id, before: waiting, after: { ...waiting, state: 'RESOLVED' } })).toMatchObject([
    { class: 'BUG', add: { WAITING: -1 } },
  ]);
  expect(countChanges({ id, before: waiting, after: waiting })).toEqual([]);
  expect(countChanges({ id, after: { class: 'BUG', state: 'DISCARDED' } })).toEqual([]);
});

test('whatever becomes of a letter, it is counted once, where it is, and each row is named once in a change', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(places, { minLength: 1, maxLength: 20 }), (letterId, life) => {
      const counts = new Map<string, number>();
      for (const [i, after] of life.entries()) {
        const before = life[i - 1];
        const changes = countChanges({ id: letterId, ...(before && { before }), after });
        expect(new Set(changes.map((change) => change.class)).size).toBe(changes.length);
        for (const { class: kind, shard, add } of changes) {
          expect(shard).toBeLessThan(COUNTER_SHARDS);
          for (const [state, units] of Object.entries(add))
            counts.set(`${kind} ${state}`, (counts.get(`${kind} ${state}`) ?? 0) + units);
        }
      }
      const { class: kind, state } = life.at(-1)!;
      const left = [...counts].filter(([, units]) => units !== 0);
      expect(left).toEqual(COUNTED_STATES.some((counted) => counted === state) ? [[`${kind} ${state}`, 1]] : []);
    }),
  );
});
