'use strict';

const { afterBootstrap } = require('./bootstrap.cjs');

afterBootstrap('reconcile', async () => {
  require('tsx/cjs/api').register();
  process.exitCode = await require('./reconcile.ts').main();
});
