'use strict';

const { afterBootstrap } = require('./bootstrap.cjs');

afterBootstrap('test', async () => {
  require('tsx/cjs/api').register();
  await require('./engine-postgres.ts').main(process.argv.slice(2));
});
