'use strict';

const { afterBootstrap } = require('./bootstrap.cjs');

afterBootstrap('start', async () => {
  // the AWS SDK's advice about future Nodes is not for the one who starts a sandbox
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  require('tsx/cjs/api').register();
  const { main } = require('./start.ts');
  const { reloadOnSave } = require('./dev/reload-on-save.ts');
  await main({ whenRunning: reloadOnSave });
});
