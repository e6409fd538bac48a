import { existsSync } from 'node:fs';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { tools } from '../../scripts/lib/paths';

/** The one place that makes a time-skipping environment: one per test file, because its time is shared by all in it. */
export function createTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const path = tools.temporalTestServer;
  if (!existsSync(path)) throw new Error(`${path} is missing: run the tests by \`npm test\`, which installs it`);
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
  });
  return TestWorkflowEnvironment.createTimeSkipping({ server: { executable: { type: 'existing-path', path } } });
}
