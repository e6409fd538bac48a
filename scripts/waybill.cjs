#!/usr/bin/env node
'use strict';

const { afterBootstrap } = require('./bootstrap.cjs');

afterBootstrap('waybill', async () => {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  require('tsx/cjs/api').register();
  process.exitCode = await require('./waybill.ts').main();
});
