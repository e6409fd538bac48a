'use strict';

const { spawn } = require('node:child_process');
const { closeSync, mkdirSync, openSync, readFileSync } = require('node:fs');
const path = require('node:path');

/**
 * Runs a program in a process group of its own, its output in a log file; killed with all its children when aborted.
 *
 * @returns `{ code, output }`; code is undefined when the program could not be started
 */
async function run(command, args, { cwd, log, signal, onSpawn }) {
  mkdirSync(path.dirname(log), { recursive: true });
  const out = openSync(log, 'w');
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', out, out] });
  closeSync(out);
  const kill = () => child.pid && process.kill(-child.pid, 'SIGKILL');
  signal.addEventListener('abort', kill);
  try {
    const code = await new Promise((resolve) => {
      child.on('error', () => resolve(undefined));
      child.on('exit', (status) => resolve(status === null ? 1 : status));
      if (child.pid) onSpawn(child.pid);
    });
    if (signal.aborted) throw signal.reason;
    return { code, output: readFileSync(log, 'utf8') };
  } finally {
    signal.removeEventListener('abort', kill);
  }
}

module.exports = { run };
