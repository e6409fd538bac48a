'use strict';

const { afterBootstrap } = require('./bootstrap.cjs');

afterBootstrap('start', async () => {
  // the AWS SDK's advice about future Nodes is not for the one who starts a sandbox
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  require('tsx/cjs/api').register();
  await require('./start.ts').main();
});
