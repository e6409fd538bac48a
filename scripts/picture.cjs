'use strict';

require('tsx/cjs/api').register();
require('./picture.ts').main();
