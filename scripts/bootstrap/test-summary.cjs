'use strict';

const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

const RESULTS = path.resolve(__dirname, '..', '..', '.waybill', 'test-results.json');

/** The line that ends a test run, from Jest's own counts; a file that could not be run counts as a failed test. */
function testSummary(file = RESULTS) {
  if (!existsSync(file)) return 'Tests: 0 passed, 0 failed';
  const results = JSON.parse(readFileSync(file, 'utf8'));
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `Tests: ${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

module.exports = { testSummary, RESULTS };

if (require.main === module) console.log(testSummary());
