'use strict';

const MINIMUM = [20, 19];

/** @throws Error when this Node is too old to run Waybill */
function assertNodeVersion(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  throw new Error(
    `Waybill needs Node ${MINIMUM.join('.')} or newer, and this is Node ${version}: install a newer one.`,
  );
}

module.exports = { assertNodeVersion };
