'use strict';

const { existsSync, readFileSync, readdirSync, rmSync } = require('node:fs');
const path = require('node:path');
const { acquireLock } = require('./bootstrap/lock.cjs');
const { isRunning } = require('./bootstrap/process-identity.cjs');
const { reportFailure, Trouble } = require('./bootstrap/trouble.cjs');

const HOME = path.resolve(process.env.WAYBILL_HOME || path.join(__dirname, '..', '.waybill'));
/** orders, stock and money; caches stay */
const FORGOTTEN = /^(temporal\.db.*|aws|logs|tmp|state\.json.*)$/;

/** Forgets every order: removes what `npm start` keeps. Refuses while it runs. */
async function reset() {
  const lock = await acquireLock(path.join(HOME, 'start.lock'), {
    onBusy: ({ pid }) => {
      throw new Trouble(`Waybill runs (pid ${pid}): stop it first.`);
    },
  });
  try {
    assertNothingLeft(path.join(HOME, 'state.json'));
    const removed = readdirSync(HOME).filter((name) => FORGOTTEN.test(name));
    for (const name of removed) rmSync(path.join(HOME, name), { recursive: true });
    const where = path.relative('', HOME) || '.';
    console.log(
      removed.length > 0 ? `Removed from ${where}: ${removed.join(', ')}.` : `Nothing to remove in ${where}.`,
    );
  } finally {
    lock.release();
  }
}

/** a start that was killed leaves its servers */
function assertNothingLeft(stateFile) {
  if (!existsSync(stateFile)) return;
  const left = JSON.parse(readFileSync(stateFile, 'utf8')).processes.filter(isRunning);
  if (left.length === 0) return;
  const pids = left.map(({ pid }) => pid).join(' ');
  throw new Trouble(
    `A start that was killed left ${left.map(({ name }) => name).join(', ')} running: kill ${pids} first.`,
  );
}

reset().catch((error) => {
  process.exitCode = reportFailure(error);
});
