'use strict';

const { afterBootstrap } = require('./bootstrap.cjs');

afterBootstrap('docs', async () => {
  require('tsx/cjs/api').register();
  await require('./docs.ts').main({
    check: process.argv.includes('--check'),
    release: process.argv.includes('--release'),
  });
});
