'use strict';

const { spawn } = require('node:child_process');
const { mkdirSync, readFileSync, rmSync } = require('node:fs');
const path = require('node:path');
const { afterBootstrap, ROOT } = require('./bootstrap.cjs');
const { RESULTS, testSummary } = require('./bootstrap/test-summary.cjs');

const PROVE = '--prove';
const SCREENSHOTS = '--screenshots';
// the AWS SDK's advice about future Nodes, in every test file
const QUIET = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

afterBootstrap('test', async () => {
  mkdirSync(path.dirname(RESULTS), { recursive: true });
  rmSync(RESULTS, { force: true });
  const code = await runJest(process.argv.slice(2));
  console.log(testSummary());
  process.exitCode = code === 0 && testsRun() === 0 ? 1 : code;
});

/**
 * `--prove` runs the same tests at full size, `--screenshots` has those of the page keep their pictures in docs/images;
 * every other argument is Jest's.
 */
function runJest(args) {
  const jest = [require.resolve('jest/bin/jest'), '--json', `--outputFile=${RESULTS}`];
  const child = spawn(process.execPath, [...jest, ...args.filter((arg) => arg !== PROVE && arg !== SCREENSHOTS)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: {
      ...process.env,
      ...QUIET,
      ...(args.includes(PROVE) && { WAYBILL_PROVE: '1' }),
      ...(args.includes(SCREENSHOTS) && { WAYBILL_SCREENSHOTS: '1' }),
    },
  });
  // Jest hears of a Ctrl-C itself; this process stays to pass its exit code on
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve) => child.on('exit', (code) => resolve(code === null ? 1 : code)));
}

function testsRun() {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(RESULTS, 'utf8'));
    return numPassedTests + numFailedTests;
  } catch {
    return 0;
  }
}
