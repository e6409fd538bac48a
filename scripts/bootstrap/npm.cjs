'use strict';

const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { run } = require('./run.cjs');
const { Trouble } = require('./trouble.cjs');

const UNREACHABLE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|network/;

/** Whether node_modules holds what package-lock.json says: npm writes what it installed beside it, at the very end. */
function isInstalled(root) {
  const installed = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const present = packagesOf(installed);
  return (
    Object.keys(present).every((at) => at in wanted) &&
    Object.entries(wanted).every(
      // packages for other platforms are not installed
      ([at, { version, optional }]) => (present[at] ? present[at].version === version : optional),
    )
  );
}

function packagesOf(lockfile) {
  const { packages } = JSON.parse(readFileSync(lockfile, 'utf8'));
  delete packages[''];
  return packages;
}

/**
 * Installs the locked npm packages, the ones for development too: the infrastructure and the tests need them.
 *
 * @throws Trouble
 */
async function installPackages({ root, log, signal, onSpawn }) {
  const [command, ...first] = npm();
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await run(command, args, { cwd: root, log, signal, onSpawn });
  if (code !== 0) throw new Trouble(reason(code, output, log));
}

/** the npm that runs us when one does: another on the PATH may belong to another Node */
function npm() {
  const cli = process.env.npm_execpath;
  return cli && path.basename(cli) === 'npm-cli.js' ? [process.execPath, cli] : ['npm'];
}

function reason(code, output, log) {
  if (code === undefined) return 'npm was not found on the PATH: it comes with Node, install both.';
  if (UNREACHABLE.test(output))
    return `npm could not download the dependencies: check the network and npm's registry and proxy settings, then try again (log: ${log}).`;
  const last = output.split('\n').find((line) => line.startsWith('npm error')) || `exit code ${code}`;
  return `npm ci failed: ${last} (log: ${log}).`;
}

module.exports = { isInstalled, installPackages };
