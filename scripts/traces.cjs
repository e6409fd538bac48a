'use strict';

const { afterBootstrap } = require('./bootstrap.cjs');

afterBootstrap('traces', async () => {
  require('tsx/cjs/api').register();
  process.exitCode = await require('./traces.ts').main();
});
