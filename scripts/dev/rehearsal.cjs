'use strict';

// loads an entry point without running it, and tells which files of the project that took, or what went wrong
const path = require('node:path');

const ROOT = path.resolve(__dirname, '../..');
const [, , entry] = process.argv;

process.send(rehearse(path.join(ROOT, entry)), () => process.exit(0));

function rehearse(file) {
  try {
    require(file);
    return { files: Object.keys(require.cache).filter(isOurs).map(relative).filter(isSource) };
  } catch (error) {
    return { error: describe(error) };
  }
}

function describe(error) {
  const { message = String(error), stack = '' } = Object(error);
  const where = stack.split('\n').find((line) => /^\s+at /.test(line) && line.includes(path.join(ROOT, 'src')));
  const what = message.split('\n').filter((line) => line.trim() !== '');
  const lines = [...what.slice(0, 2), ...(where ? [where.trim()] : [])];
  return lines.join(' ').replaceAll(`${ROOT}${path.sep}`, '');
}

function isOurs(file) {
  return file.startsWith(`${ROOT}${path.sep}`) && !file.includes('node_modules');
}

function isSource(file) {
  return file !== path.relative(ROOT, __filename);
}

function relative(file) {
  return path.relative(ROOT, file);
}
