'use strict';

/** Something the user can put right: shown as its message alone, without a stack. */
class Trouble extends Error {}

/** The user asked to stop before the work was done. */
class Interrupted extends Error {
  constructor(signal) {
    super(`Stopped by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : signal === 'SIGHUP' ? 129 : 143;
  }
}

/** Prints what went wrong, in one line when the user can put it right, and answers the exit code. */
function reportFailure(error) {
  if (error instanceof Interrupted) return error.exitCode;
  process.stderr.write(`${error instanceof Trouble ? error.message : (error && error.stack) || error}\n`);
  return 1;
}

module.exports = { Trouble, Interrupted, reportFailure };
