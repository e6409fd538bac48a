import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './support';

const { testSummary } = jest.requireActual<{ testSummary: (file: string) => string }>(
  '../../scripts/bootstrap/test-summary.cjs',
);
const home = temporaryDirectory();

const results = (counts: object) => {
  const file = join(home, 'results.json');
  const none = {
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
  };
  writeFileSync(file, JSON.stringify({ ...none, ...counts }));
  return file;
};

test.each([
  [{ numPassedTests: 12 }, 'Tests: 12 passed, 0 failed'],
  [{ numPassedTests: 3, numFailedTests: 2, numPendingTests: 1 }, 'Tests: 3 passed, 2 failed, 1 skipped'],
  [{ numPassedTests: 3, numRuntimeErrorTestSuites: 1 }, 'Tests: 3 passed, 1 failed'],
])('%j', (counts, line) => {
  expect(testSummary(results(counts))).toBe(line);
});

test('when nothing ran', () => {
  expect(testSummary(join(home, 'absent.json'))).toBe('Tests: 0 passed, 0 failed');
});
