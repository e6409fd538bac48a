'use strict';

const { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { isRunning, processRecord } = require('./process-identity.cjs');

const OWNER = 'owner.json';
const RETRY_MS = 200;

/**
 * Takes a lock that is a directory: it holds who has it, and which processes that one started. A lock whose owner is
 * gone is taken over, and what its owner left running is killed.
 *
 * @param directory the lock
 * @param options.onBusy called with the owner while somebody else has the lock; when it throws, waiting ends
 */
async function acquireLock(directory, { onBusy, signal }) {
  mkdirSync(path.dirname(directory), { recursive: true });
  const owner = { ...processRecord(process.pid), children: [] };
  while (!tryTake(directory, owner)) {
    if (signal && signal.aborted) throw signal.reason;
    const current = readOwner(directory);
    if (!current) continue;
    if (isRunning(current)) {
      onBusy(current);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    } else takeOver(directory, current);
  }
  return {
    /** remembers a process group, so that it is not left behind when this process is killed */
    adopt(pid) {
      owner.children.push(processRecord(pid));
      writeFileSync(path.join(directory, OWNER), JSON.stringify(owner));
    },
    release: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** renaming a directory onto one with content fails, so exactly one contender gets it, and never half written */
function tryTake(directory, owner) {
  const draft = mkdtempSync(path.join(path.dirname(directory), `.${path.basename(directory)}-`));
  writeFileSync(path.join(draft, OWNER), JSON.stringify(owner));
  try {
    renameSync(draft, directory);
    return true;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (error.code === 'ENOTEMPTY' || error.code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(directory) {
  try {
    return JSON.parse(readFileSync(path.join(directory, OWNER), 'utf8'));
  } catch {
    return undefined;
  }
}

function takeOver(directory, dead) {
  const aside = `${directory}.${process.pid}`;
  try {
    renameSync(directory, aside);
  } catch {
    return; // somebody else was faster
  }
  const taken = readOwner(aside);
  if (taken && taken.identity !== dead.identity) {
    renameSync(aside, directory); // a new owner had come in between
    return;
  }
  for (const child of dead.children.filter(isRunning)) process.kill(-child.pid, 'SIGKILL');
  rmSync(aside, { recursive: true, force: true });
}

module.exports = { acquireLock, readOwner };
