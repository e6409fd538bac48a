import type { Service } from '../lib/supervisor';
import type { Rehearsal } from './rehearse';

/** What the services are started with. */
export interface Surroundings {
  /** environment variables of the resources */
  resources: Record<string, string>;
  /** the path of the workflow bundle */
  bundle: string;
  /** the directory of the page */
  page: string;
}

export interface ReloaderDeps<S extends Surroundings> {
  services: readonly Pick<Service, 'name' | 'restart'>[];
  /** what they run with now */
  surroundings: S;
  /** brings the infrastructure up to date; undefined when there was nothing to do */
  redeploy: () => Promise<S['resources'] | undefined>;
  /** the path of the bundle of the workflows as they are now */
  bundle: () => Promise<string>;
  /** the directory of the page as it is now */
  page: () => Promise<string>;
  /** loads a service's sources without running them */
  rehearse: (service: string) => Promise<Rehearsal>;
  environmentOf: (service: string, surroundings: S) => NodeJS.ProcessEnv;
  /** files, relative to the project, that this very process is made of */
  ownFiles: () => ReadonlySet<string>;
  report: (line: string) => unknown;
}

const REPLAY_HINT =
  '  orders under way are replayed on the new workflow: if it takes other steps than they took, they wait, and Temporal ' +
  'shows their failed workflow task; put the code back, or `npm run reset`';

/**
 * Restarts the services that a change concerns: those that load a changed file, and those whose environment it changed.
 * What cannot be loaded, bundled or deployed is said, and leaves what runs as it is; it is tried again at the next save.
 */
export function createReloader<S extends Surroundings>(deps: ReloaderDeps<S>) {
  const { services, report } = deps;
  const now = { ...deps.surroundings };
  const loaded = new Map<string, ReadonlySet<string>>();
  /** what could not be brought up to date at the last save */
  const behind = new Set<string>();
  let hinted = false;

  /** learns what each service is made of */
  async function prepare(): Promise<void> {
    for (const name of await Promise.all(services.map(async (service) => (await load(service.name)) && service.name)))
      if (name) behind.add(name);
  }

  async function reload(files: readonly string[]): Promise<void> {
    const seconds = stopwatch();
    const before = new Map(services.map(({ name }) => [name, environment(name)]));
    tellOwnFiles(files);
    const deployment = await redeploy(files);
    const bundled = await rebundle();
    const paged = await rebuildPage();
    const concerned = services.filter(
      ({ name }) =>
        !(name === 'worker' && !bundled) &&
        (behind.has(name) || touches(files, loaded.get(name)) || before.get(name) !== environment(name)),
    );
    const why = `${listed(files)} changed`;
    const reloaded = (await Promise.all(concerned.map(restart))).filter((name) => name !== undefined);
    const done = [...deployment, ...(reloaded.length > 0 ? [`${reloaded.join(', ')} reloaded`] : [])];
    if (done.length > 0) report(`↻ ${why}: ${done.join('; ')} in ${seconds()}`);
    else if (concerned.length === 0 && bundled && paged && behind.size === 0)
      report(`· ${why}: nothing that runs uses it`);
  }

  async function redeploy(files: readonly string[]): Promise<string[]> {
    if (!behind.has('infra') && !files.some((file) => file.startsWith('infra'))) return [];
    try {
      const resources = await deps.redeploy();
      behind.delete('infra');
      if (!resources) return ['the template is the same'];
      now.resources = resources;
      return ['infrastructure deployed'];
    } catch (error) {
      behind.add('infra');
      report(`✗ infra: not deployed, what runs goes on with what there was: ${messageOf(error)}`);
      return [];
    }
  }

  /** false: the worker has to go on with the workflows that it has */
  async function rebundle(): Promise<boolean> {
    try {
      const bundle = await deps.bundle();
      if (bundle !== now.bundle && !hinted) report(REPLAY_HINT);
      hinted ||= bundle !== now.bundle;
      now.bundle = bundle;
      return true;
    } catch (error) {
      behind.add('worker');
      report(`✗ worker: goes on as it was. ${messageOf(error)}`);
      return false;
    }
  }

  /** false: the gateway goes on with the page that it has */
  async function rebuildPage(): Promise<boolean> {
    try {
      now.page = await deps.page();
      return true;
    } catch (error) {
      report(`✗ page: goes on as it was. ${messageOf(error)}`);
      return false;
    }
  }

  /** @returns its name when it serves again */
  async function restart({ name, restart: again }: (typeof services)[number]): Promise<string | undefined> {
    behind.add(name);
    const error = await load(name);
    if (error !== undefined) {
      report(`✗ ${name}: cannot be loaded, it goes on as it was: ${error}`);
      return undefined;
    }
    try {
      await again(deps.environmentOf(name, now));
      behind.delete(name);
      return name;
    } catch (failure) {
      report(`✗ ${messageOf(failure)} It is started again at the next save.`);
      return undefined;
    }
  }

  async function load(name: string): Promise<string | undefined> {
    const rehearsal = await deps.rehearse(name);
    if (rehearsal.error !== undefined) return rehearsal.error;
    loaded.set(name, new Set(rehearsal.files));
    return undefined;
  }

  function tellOwnFiles(files: readonly string[]): void {
    const own = deps.ownFiles();
    const ours = files.filter((file) => own.has(file));
    if (ours.length > 0)
      report(`  ${listed(ours)}: \`npm run dev\` itself still uses the old one, until it is restarted`);
  }

  const environment = (name: string) => JSON.stringify(deps.environmentOf(name, now));

  return { prepare, reload };
}

const touches = (files: readonly string[], graph: ReadonlySet<string> | undefined) =>
  files.some((file) => graph?.has(file));

const MANY = 3;

const listed = (files: readonly string[]) =>
  files.length <= MANY ? files.join(', ') : `${files.slice(0, MANY).join(', ')} and ${files.length - MANY} more`;

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error)).trim();

function stopwatch(): () => string {
  const since = performance.now();
  return () => `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
