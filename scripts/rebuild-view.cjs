'use strict';

const { afterBootstrap } = require('./bootstrap.cjs');

afterBootstrap('rebuild-view', async () => {
  require('tsx/cjs/api').register();
  process.exitCode = await require('./rebuild-view.ts').main();
});
