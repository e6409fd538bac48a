'use strict';

const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');

/**
 * What tells a process from a later one with the same pid: when it was started. Undefined when no such process runs;
 * a zombie does not run.
 */
function processIdentity(pid) {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return undefined;
  }
}

function fromProc(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // the second field is the command in parentheses and may itself hold spaces and parentheses
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : `ticks ${fields[19]}`;
}

function fromPs(pid) {
  const env = { ...process.env, LC_ALL: 'C' };
  const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env, encoding: 'utf8' }).trim();
  const [state, ...started] = line.split(/\s+/);
  return state.startsWith('Z') ? undefined : started.join(' ');
}

/** A process as it is written down: to be found again later, and never mistaken for another. */
function processRecord(pid) {
  return { pid, identity: processIdentity(pid) };
}

function isRunning({ pid, identity }) {
  return identity !== undefined && processIdentity(pid) === identity;
}

module.exports = { processRecord, isRunning };
