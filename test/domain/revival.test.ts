import { revivalPause } from '../../src/domain/revival';

test('one that fails for good begins again at once, then ever later, an hour at most', () => {
  const pauses = Array.from({ length: 13 }, (_, failures) => revivalPause(failures) / 1000);
  expect(pauses).toEqual([0, 0, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]);
  expect(revivalPause(5000)).toBe(3_600_000);
});
