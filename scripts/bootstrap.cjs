'use strict';

const { assertNodeVersion } = require('./bootstrap/node-version.cjs');

try {
  assertNodeVersion(process.versions.node);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

const path = require('node:path');
const { acquireLock } = require('./bootstrap/lock.cjs');
const { needOfTools } = require('./bootstrap/needs.cjs');
const npm = require('./bootstrap/npm.cjs');
const { createProgress } = require('./bootstrap/progress.cjs');
const python = require('./bootstrap/python.cjs');
const { Interrupted, reportFailure } = require('./bootstrap/trouble.cjs');

const ROOT = path.resolve(__dirname, '..');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Installs what is missing or stale: npm dependencies, and the private Python environment with the local servers.
 * Two at once are safe: the second waits and then finds everything there.
 *
 * @param program what it is for, since not all need everything
 * @throws Trouble in one line, Interrupted when a signal came
 */
async function bootstrap({ root = ROOT, program = 'test' } = {}) {
  const stages = STAGES.filter(({ isWanted }) => isWanted(program));
  if (missing(stages, root).length === 0) return;
  const abort = new AbortController();
  const onSignal = (signal) => abort.abort(new Interrupted(signal));
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    await installMissing(stages, { root, abort });
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

const STAGES = [
  {
    title: 'npm dependencies',
    log: 'npm.log',
    isWanted: () => true,
    isInstalled: npm.isInstalled,
    check: () => undefined,
    install: npm.installPackages,
  },
  {
    title: 'local servers (Python)',
    log: 'pip.log',
    isWanted: (program) => {
      const need = needOfTools(program);
      return need === 'required' || (need === 'welcome' && python.canInstall());
    },
    isInstalled: python.isInstalled,
    check: python.usablePython,
    install: python.installTools,
  },
];

const missing = (stages, root) => stages.filter(({ isInstalled }) => !isInstalled(root));

async function installMissing(wanted, { root, abort }) {
  const { signal } = abort;
  const progress = createProgress();
  const lock = await acquireLock(path.join(root, '.waybill', 'bootstrap.lock'), {
    signal,
    onBusy: once(announce(progress)),
  });
  try {
    const absent = missing(wanted, root);
    for (const { check } of absent) check();
    const stages = absent.map(async ({ title, log, install }) => {
      const options = { root, log: path.join(root, '.waybill', log), signal, onSpawn: lock.adopt };
      try {
        await progress.stage(title, () => install(options));
      } catch (error) {
        abort.abort(error); // the other stage need not go on
        throw error;
      }
    });
    await Promise.allSettled(stages);
    if (signal.aborted) throw signal.reason;
  } finally {
    lock.release();
  }
}

const announce = (progress) => (owner) =>
  progress.line(`Another process installs (pid ${owner.pid}); waiting for it …`);

function once(action) {
  let done = false;
  return (...args) => {
    if (!done) action(...args);
    done = true;
  };
}

/** Runs a program of this project, `start`, `test` or `docs`, after the bootstrap; failures end the process. */
function afterBootstrap(program, run) {
  bootstrap({ program })
    .then(run)
    .catch((error) => {
      process.exitCode = reportFailure(error);
    });
}

module.exports = { bootstrap, afterBootstrap, ROOT };

if (require.main === module) afterBootstrap('test', () => {});
