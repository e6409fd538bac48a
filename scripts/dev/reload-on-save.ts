import { relative } from 'node:path';
import { synthesizedTemplate } from '../lib/template';
import type { Running } from '../lib/bring-up';
import { documentsAt } from '../lib/aws-access';
import type { Launch } from '../lib/launch';
import { deploy } from '../lib/launch-tables';
import { PROJECT_ROOT } from '../lib/paths';
import { pageDirectory } from '../lib/page';
import { ENTRY_POINTS, serviceEnvironment } from '../lib/services';
import { awsEndpoint } from '../lib/settings';
import { workflowBundle } from '../lib/workflow-bundle';
import { followLogs } from './follow-logs';
import { rehearse } from './rehearse';
import { createReloader } from './reloader';
import { watchSources } from './watch-sources';

/** what the processes, the template and the page are made of */
const WATCHED = ['src', 'infra', 'web'];

/** From a running system on: shows the logs, and reloads what a save concerns. */
export async function reloadOnSave(launch: Launch, running: Running): Promise<void> {
  const { progress, takedown } = launch;
  const { services, resources, bundle, page, healthPorts } = running;
  const stopping = new AbortController();
  const reloader = createReloader({
    services,
    surroundings: { resources, bundle, page },
    redeploy: createRedeploy(launch, (await synthesizedTemplate()).hash),
    bundle: workflowBundle,
    page: pageDirectory,
    rehearse: (name) => rehearse({ entry: ENTRY_POINTS[name] ?? '', signal: stopping.signal }),
    environmentOf: (name, surroundings) => serviceEnvironment(launch, { name, healthPorts, ...surroundings }),
    ownFiles: () => new Set(Object.keys(require.cache).map((file) => relative(PROJECT_ROOT, file))),
    // what fails because everything stops is no news
    report: (line) => stopping.signal.aborted || progress.line(line),
  });
  const colours = process.stdout.isTTY && !process.env['NO_COLOR'];
  const logs = await followLogs({ logs: services, write: progress.line, colours });
  await reloader.prepare();
  const watching = await watchSources({ directories: WATCHED, onChange: reloader.reload });
  takedown.add(stoppable({ watching, logs, stopping }));
  progress.line(`Watching ${WATCHED.join(', ')}: what you save there is reloaded.`);
}

/** deploys when the template is another one than the last that was deployed */
function createRedeploy(launch: Launch, deployed: string) {
  let current = deployed;
  return async () => {
    const template = await synthesizedTemplate();
    if (template.hash === current) return undefined;
    const documents = documentsAt(awsEndpoint(launch.settings));
    try {
      const resources = await deploy(launch, { documents, template });
      current = template.hash;
      return resources;
    } finally {
      documents.destroy();
    }
  };
}

function stoppable(p: { watching: { close(): Promise<void> }; logs: { stop(): void }; stopping: AbortController }) {
  let ended = false;
  const kill = () => {
    ended = true;
    p.stopping.abort();
    p.logs.stop();
  };
  return {
    name: 'the watch',
    hasEnded: () => ended,
    kill,
    stop: async () => {
      kill();
      await p.watching.close();
      return true;
    },
  };
}
