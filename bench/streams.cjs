'use strict';

const { afterBootstrap } = require('../scripts/bootstrap.cjs');

afterBootstrap('bench', async () => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  require('tsx/cjs/api').register();
  process.exitCode = await require('./streams.ts').main();
});
