import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';
import { type Compose, ownServices, readCompose, serviceOf } from '../../scripts/lib/image/compose';
import { readStages, type Stage } from '../../scripts/lib/image/dockerfile';
import { STOP_GRACE_MS } from '../../scripts/lib/managed-process';
import { PROJECT_ROOT, tools } from '../../scripts/lib/paths';
import { ENGINE_SETTINGS } from '../../scripts/lib/servers';
import { readSettings } from '../../scripts/lib/settings';
import { PROCESS_NAMES as PROCESSES, type ProcessName, RESOURCE_NAMES } from '../../src/config';
import { configOf, jsonOf, PROGRAMS, textOf, VERSION } from './support';

/** read by the AWS SDK and by Temporal's client themselves */
const OF_LIBRARIES = [
  'AWS_ENDPOINT_URL',
  'AWS_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'TEMPORAL_ADDRESS',
  'TEMPORAL_NAMESPACE',
];

let compose: Compose;
let runtime: Stage;

beforeAll(async () => {
  compose = await readCompose();
  runtime = (await readStages()).at(-1)!;
});

const service = (name: string) => serviceOf(compose, name);
const environmentOf = (name: string) => ({ ...runtime.env, ...service(name).environment });
const isJob = (name: string) => service(name).restart === 'no' && !service(name).volumes?.some(isNamedVolume);
const isNamedVolume = (mount: string) => !mount.startsWith('.');
const servers = () => Object.keys(compose.services).filter((name) => !isJob(name));
/** of a service whose image is not ours, by its name in docker-compose.yml */
const tagOf = (name: string) => service(name).image.split(':')[1];

describe('the specification of Compose', () => {
  const schema = jsonOf('test/support/compose-spec/compose-spec.json') as object;
  const validate = addFormats(new Ajv2020({ strict: false, allErrors: true })).compile(schema);
  const document = () => parse(textOf('docker-compose.yml'), { merge: true }) as Compose;

  test('is kept to', () => {
    validate(document());
    expect(validate.errors ?? []).toEqual([]);
  });

  test('is what would be broken by a word it does not know', () => {
    const wrong = document();
    Object.assign(serviceOf(wrong, 'gateway'), { restarts: 'always' });
    expect(validate(wrong)).toBe(false);
  });
});

describe.each(PROCESSES)('%s', (name: ProcessName) => {
  test('is told all that it needs', () => {
    expect(() => configOf(name, environmentOf(name))).not.toThrow();
  });

  test('runs a program of the build', () => {
    const [program] = service(name).command ?? runtime.command ?? [];
    expect(PROGRAMS).toContain(program);
    expect(program).toContain(name === 'gateway' ? 'gateway/server' : name);
  });

  test('has a health check that asks where it answers', () => {
    const { test: command = ['CMD', ...(runtime.healthcheck ?? [])] } = service(name).healthcheck ?? {};
    expect(command[0]).toBe('CMD');
    expect(PROGRAMS).toContain(command[2]);
    const asked = environmentOf(name)['HEALTH_PORT'] ?? environmentOf(name)['PORT'];
    const config = configOf(name, environmentOf(name)) as Record<string, unknown>;
    expect(Number(asked)).toBe(name === 'gateway' ? config['PORT'] : config['HEALTH_PORT']);
  });

  test('may drain as long as `npm start` lets it, is restarted, and has nothing that it does not need', () => {
    const { stop_grace_period: grace = '', ...rest } = service(name);
    expect(Number.parseInt(grace, 10) * 1000).toBeGreaterThan(STOP_GRACE_MS);
    expect(rest).toMatchObject({
      init: true,
      read_only: true,
      restart: 'unless-stopped',
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(rest.volumes).toBeUndefined();
  });

  test('starts when the engine has its namespace and the tables are there', () => {
    expect(service(name).depends_on).toEqual({
      'temporal-namespace': { condition: 'service_completed_successfully' },
      deploy: { condition: 'service_completed_successfully' },
    });
  });
});

test('the gateway knows the name that other containers have for it, and no other', () => {
  expect(environmentOf('gateway')).toMatchObject({ HOST: '0.0.0.0', ALLOWED_HOSTS: 'gateway' });
  expect(textOf('ops/prometheus/prometheus.yml')).toContain("targets: ['gateway:3000']");
});

test('nobody is told what nobody reads', () => {
  const known = new Set([...OF_LIBRARIES, ...RESOURCE_NAMES]);
  for (const name of PROCESSES)
    for (const variable of Object.keys(configOf(name, environmentOf(name)))) known.add(variable);
  const told = ownServices(compose).flatMap(([, { environment = {} }]) => Object.keys(environment));
  expect([...new Set([...told, ...Object.keys(runtime.env)])].filter((variable) => !known.has(variable))).toEqual([
    'NODE_ENV',
  ]);
});

test.each(['gateway', 'worker', 'consumer', 'deploy'])('%s is told what the stack really has', (name) => {
  const here = new URL(process.env['AWS_ENDPOINT_URL'] ?? '').host;
  const told = environmentOf(name);
  const there = new URL(told['AWS_ENDPOINT_URL'] ?? '').host;
  const expected = Object.fromEntries(
    RESOURCE_NAMES.map((variable) => [variable, process.env[variable]?.replace(here, there)]),
  );
  expect(Object.fromEntries(RESOURCE_NAMES.map((variable) => [variable, told[variable]]))).toEqual(expected);
  expect(told['AWS_REGION']).toBe(process.env['AWS_REGION']);
});

test('engine and emulator are addressed by service and port', () => {
  for (const name of PROCESSES) {
    const { TEMPORAL_ADDRESS, AWS_ENDPOINT_URL } = environmentOf(name);
    expect(TEMPORAL_ADDRESS).toBe(`temporal:${containerPortOf('temporal')}`);
    expect(AWS_ENDPOINT_URL).toBe(`http://ministack:${containerPortOf('ministack')}`);
  }
  expect(service('ministack').environment?.['GATEWAY_PORT']).toBe(containerPortOf('ministack'));
  expect(service('gateway').environment?.['PORT']).toBe(containerPortOf('gateway'));
  expect(runtime.ports.map(String)).toEqual([containerPortOf('gateway')]);
});

const containerPortOf = (name: string) => service(name).ports?.[0]?.split(':')[2];

test('what is published is published on loopback, where `npm start` has it', async () => {
  const all = Object.values(compose.services);
  for (const port of all.flatMap(({ ports = [] }) => ports)) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  const published = all.filter(({ profiles }) => !profiles).flatMap(({ ports = [] }) => ports);
  const { gatewayPort, temporal, aws } = await readSettings({});
  const places = [gatewayPort, ...Object.values(temporal), ...Object.values(aws)] as unknown[];
  const usual = places.filter((place) => typeof place === 'number');
  expect(new Set(published.map((port) => Number(port.split(':')[1])))).toEqual(new Set(usual));
});

describe('versions', () => {
  test('the cluster and its page are those of the dev server', () => {
    const [, server, ui] = /Server ([\d.]+), UI ([\d.]+)/.exec(run(tools.temporal, ['--version'])) ?? [];
    for (const name of ['temporal', 'temporal-schema', 'temporal-namespace']) expect(tagOf(name)).toBe(server);
    expect(tagOf('temporal-ui')).toBe(ui);
  });

  test('the emulator is the one that is pinned', () => {
    expect(textOf('tools/requirements.txt')).toContain(`ministack==${tagOf('ministack')} `);
  });

  test('our image carries ours, and every other one is named in full', () => {
    for (const [, { image }] of ownServices(compose)) expect(image).toBe(`waybill:${VERSION}`);
    for (const { image } of Object.values(compose.services)) expect(image).toMatch(/:v?\d+\.\d+(\.\d+|-bookworm)$/);
  });
});

describe('metrics', () => {
  interface Scraped {
    scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
  }
  const { scrape_configs: jobs } = parse(textOf('ops/prometheus/prometheus.yml')) as Scraped;

  test('are asked of every process, where it answers other containers too', () => {
    const targets = jobs.map(({ job_name, static_configs }) => [
      job_name,
      static_configs.flatMap((one) => one.targets),
    ]);
    const expected = PROCESSES.map((name) => {
      const { HEALTH_PORT, HEALTH_HOST, HOST, PORT } = environmentOf(name);
      expect(HEALTH_HOST ?? HOST).toBe('0.0.0.0');
      return [name, [`${name}:${HEALTH_PORT ?? PORT}`]];
    });
    expect(Object.fromEntries(targets)).toEqual(Object.fromEntries(expected));
  });

  test('are kept and shown only where somebody asks for it', () => {
    for (const name of ['prometheus', 'grafana']) expect(service(name).profiles).toEqual(['observability']);
  });

  test('are shown to everybody on loopback, and changed by nobody: not as the admin that Grafana comes with either', () => {
    const { GF_AUTH_ANONYMOUS_ORG_ROLE, ...grafana } = service('grafana').environment ?? {};
    expect(GF_AUTH_ANONYMOUS_ORG_ROLE).toBe('Viewer');
    expect(grafana).toMatchObject({ GF_AUTH_DISABLE_LOGIN_FORM: 'true', GF_AUTH_BASIC_ENABLED: 'false' });
  });

  test('are shown by dashboards that are where Grafana is told', () => {
    const provider = parse(textOf('ops/grafana/provisioning/dashboards/waybill.yml')) as {
      providers: { options: { path: string } }[];
    };
    const [source = '', target = ''] = service('grafana').volumes?.[0]?.split(':') ?? [];
    const place = provider.providers[0]?.options.path ?? '';
    expect(place.startsWith(target)).toBe(true);
    expect(existsSync(join(PROJECT_ROOT, source, place.slice(target.length), 'business.json'))).toBe(true);
    const { GF_PATHS_PROVISIONING = '' } = service('grafana').environment ?? {};
    expect(existsSync(join(PROJECT_ROOT, source, GF_PATHS_PROVISIONING.slice(target.length), 'datasources'))).toBe(
      true,
    );
  });
});

describe('the order of the start', () => {
  test('nothing waits for the health of what has no health check, or for the end of what does not end', () => {
    for (const [name, { depends_on: dependencies = {} }] of Object.entries(compose.services))
      for (const [other, { condition }] of Object.entries(dependencies)) {
        const possible = isJob(other) ? 'service_completed_successfully' : 'service_healthy';
        expect({ name, other, condition }).toEqual({ name, other, condition: possible });
      }
  });

  test('every server has a health check', () => {
    const without = servers().filter((name) => !service(name).healthcheck?.test && service(name).build !== '.');
    expect(without).toEqual([]);
  });
});

describe('state', () => {
  test('is in volumes that are declared', () => {
    const mounts = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes);
    const named = mounts.filter(isNamedVolume).map((mount) => mount.split(':')[0]);
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
    expect(named).toHaveLength(Object.keys(compose.volumes).length);
    const { STATE_DIR } = service('ministack').environment ?? {};
    expect(service('ministack').volumes).toEqual([`aws:${STATE_DIR}`]);
  });

  test('the emulator may take as long to save it as with `npm start`, and is not started again without it', () => {
    const { stop_grace_period: grace = '', restart } = service('ministack');
    expect(Number.parseInt(grace, 10) * 1000).toBeGreaterThanOrEqual(STOP_GRACE_MS);
    expect(restart).toBe('no');
  });

  test('files that are mounted are there', () => {
    for (const { volumes = [], command = [], environment = {} } of Object.values(compose.services))
      for (const [source = '', target = ''] of volumes
        .filter((mount) => !isNamedVolume(mount))
        .map((m) => m.split(':')))
        for (const path of [...command, ...Object.values(environment)].filter((word) => word.startsWith(`${target}/`)))
          expect(existsSync(join(PROJECT_ROOT, source, path.slice(target.length)))).toBe(true);
  });
});

describe('Temporal', () => {
  test('is tuned as the dev server is', () => {
    const settings = parse(textOf('containers/temporal/dynamic-config.yaml')) as Record<string, { value: unknown }[]>;
    expect(Object.fromEntries(Object.entries(settings).map(([name, [first]]) => [name, first?.value]))).toEqual(
      ENGINE_SETTINGS,
    );
  });

  test('gets its namespace with its retention, and a second time changes the retention only', () => {
    const namespace = `containers-${process.pid}`;
    const setUp = (retention: string) => {
      const env = { TEMPORAL_ADDRESS: process.env['TEMPORAL_ADDRESS'], TEMPORAL_NAMESPACE: namespace };
      const PATH = `${join(tools.temporal, '..')}:${process.env['PATH']}`;
      return run('sh', ['containers/temporal/set-up-namespace.sh'], {
        ...env,
        PATH,
        NAMESPACE_RETENTION: retention,
      });
    };
    const retention = () => {
      const address = process.env['TEMPORAL_ADDRESS'] ?? '';
      const args = ['operator', 'namespace', 'describe', '--namespace', namespace, '--address', address, '-o', 'json'];
      const { config } = JSON.parse(run(tools.temporal, args)) as {
        config: { workflowExecutionRetentionTtl: string };
      };
      return config.workflowExecutionRetentionTtl;
    };
    expect(setUp('7d')).toContain(`Namespace ${namespace} is ready.`);
    expect(retention()).toBe('604800s');
    expect(setUp('3d')).toContain(`Namespace ${namespace} is ready.`);
    expect(retention()).toBe('259200s');
  });
});

const run = (program: string, args: string[], env: NodeJS.ProcessEnv = process.env) =>
  execFileSync(program, args, { cwd: PROJECT_ROOT, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
