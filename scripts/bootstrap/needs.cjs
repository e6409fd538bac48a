'use strict';

const { accessSync, constants, statSync } = require('node:fs');
const path = require('node:path');

/** the variables that name a Temporal server of the user's; its address may come from a profile */
const ENGINE_NAMES = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE'];

/** programs that start no server */
const WITHOUT_SERVERS = new Set(['docs', 'demo', 'waybill', 'seed-orders']);

/** The variable that names a Temporal server of the user's; undefined when one is started here. */
const namesEngine = (env) => ENGINE_NAMES.find((name) => env[name]);

/** The path of a program on the PATH; undefined when it is not there. */
function onPath(program, env = process.env) {
  return (env.PATH || '')
    .split(path.delimiter)
    .filter(path.isAbsolute)
    .map((directory) => path.join(directory, program))
    .find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * What a program needs of the private Python environment with the local servers: it is `required` for the AWS emulator,
 * `welcome` for Temporal's server, which can come from elsewhere, or `unneeded`.
 *
 * @param program `start`, one of those without servers, or `test` for everything else
 */
function needOfTools(program, env = process.env) {
  if (WITHOUT_SERVERS.has(program)) return 'unneeded';
  if (!env.AWS_ENDPOINT_URL) return 'required';
  if (program === 'start' && (namesEngine(env) || onPath('temporal', env))) return 'unneeded';
  return 'welcome';
}

module.exports = { namesEngine, onPath, needOfTools };
