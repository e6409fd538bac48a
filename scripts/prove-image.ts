import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { EMULATOR_CREDENTIALS } from '../infra/deploy';
import { EMULATOR_REGION } from './lib/aws-access';
import { assemble } from './lib/image/assemble';
import { type Compose, readCompose, serviceOf } from './lib/image/compose';
import { checkHealth, type Container, type Host, startContainer } from './lib/image/container';
import { readStages } from './lib/image/dockerfile';
import { installNode, pathWith } from './lib/image/node';
import type { ManagedProcess } from './lib/managed-process';
import { freePort, LOOPBACK } from './lib/ports';
import { SAMPLE_ORDER } from './lib/sample-order';
import { startMinistack, startTemporal } from './lib/servers';
import { becomes, settlesWithin } from './lib/wait';

const PROCESSES = ['worker', 'consumer', 'gateway'] as const;
type ProcessName = (typeof PROCESSES)[number];

const say = (line: string) => console.log(line);

/** What ends when the proof does. */
interface Session {
  directory: string;
  servers: ManagedProcess[];
  containers: Container[];
}

/**
 * Runs what the image runs, without a container engine: does what the Dockerfile says in directories, on the Node that it
 * names (`--node 20`: another one), and starts the services of docker-compose.yml with their environment. TEMPORAL_ADDRESS
 * names a Temporal server to use instead of the dev server.
 */
async function prove(session: Session): Promise<void> {
  const [stages, compose] = [await readStages(), await readCompose()];
  const stage = stages.at(-1);
  if (!stage) throw new Error('the Dockerfile has no stage');
  const { values } = parseArgs({ options: { node: { type: 'string' } } });
  const wanted = values.node ?? /^node:([\d.]+)/.exec(stage.base)?.[1] ?? '';
  const node = await installNode({ wanted, directory: join(session.directory, 'node') });
  say(`Node ${node.version}`);

  const root = join(session.directory, 'image');
  const env = { ...process.env, PATH: pathWith(node.bin), NODE_ENV: '' };
  const image = await assemble(stages, { root, env, report: say });
  const addresses = await startServers(session);
  const host: Host = { root: image, stage, bin: node.bin, addresses };
  await proveDeployment(session, { host, compose });
  await proveProcesses(session, { host, compose });
}

async function startServers({ directory, servers }: Session): Promise<Host['addresses']> {
  const logs = join(directory, 'logs');
  const onStart = (server: ManagedProcess) => servers.push(server);
  const [aws, engine] = [await freePort(), await freePort()];
  await startMinistack({ port: aws, log: join(logs, 'ministack.log'), onStart });
  const existing = process.env['TEMPORAL_ADDRESS'];
  if (!existing) await startTemporal({ port: engine, log: join(logs, 'temporal.log'), onStart });
  return { 'ministack:4566': `${LOOPBACK}:${aws}`, 'temporal:7233': existing ?? `${LOOPBACK}:${engine}` };
}

/** twice: the second changes nothing */
async function proveDeployment(
  { directory, containers }: Session,
  { host, compose }: { host: Host; compose: Compose },
) {
  const log = join(directory, 'logs', 'deploy.log');
  for (const time of ['deployed', 'deployed again']) {
    const job = startContainer(host, { service: serviceOf(compose, 'deploy'), log });
    containers.push(job);
    expect((await job.exited) === 0, `deploy: ${await readFile(log, 'utf8')}`);
    say(time);
  }
}

async function proveProcesses(session: Session, { host, compose }: { host: Host; compose: Compose }): Promise<void> {
  const gateway = await freePort();
  const services = await servicesHere(compose, gateway);
  const running = Object.fromEntries(
    PROCESSES.map((name) => [name, startContainer(host, { service: services[name], log: logOf(session, name) })]),
  ) as Record<ProcessName, Container>;
  session.containers.push(...Object.values(running));
  for (const name of PROCESSES) await proveHealth(session, { name, host, service: services[name], running });
  await proveOrders(host, gateway);
  for (const name of PROCESSES) await proveStop(running[name], { name, grace: services[name].stop_grace_period });
}

const logOf = ({ directory }: Session, name: string) => join(directory, 'logs', `${name}.log`);

/** a container has its ports and its interfaces to itself; here each process gets another port, on loopback */
async function servicesHere({ services }: Compose, gateway: number) {
  const at = async (name: ProcessName) => {
    const service = serviceOf({ services } as Compose, name);
    const port = name === 'gateway' ? { PORT: `${gateway}`, HOST: LOOPBACK } : { HEALTH_PORT: `${await freePort()}` };
    return { ...service, environment: { ...service.environment, ...port } };
  };
  return { worker: await at('worker'), consumer: await at('consumer'), gateway: await at('gateway') };
}

/** well when it serves, not when it hangs, and well again */
async function proveHealth(
  session: Session,
  p: {
    name: ProcessName;
    host: Host;
    service: Parameters<typeof checkHealth>[1]['service'];
    running: Record<ProcessName, Container>;
  },
): Promise<void> {
  const check = () => checkHealth(p.host, { service: p.service, log: logOf(session, `${p.name}-health`) });
  const container = p.running[p.name];
  const isWell = async () => (await check()) === 0;
  const log = () => readFile(logOf(session, p.name), 'utf8');
  expect(
    await becomes(isWell, { timeoutMs: 60_000, intervalMs: 500 }),
    `${p.name} did not become healthy: ${await log()}`,
  );
  container.signal('SIGSTOP');
  expect(!(await isWell()), `${p.name} hangs, and its health check says that it is well`);
  container.signal('SIGCONT');
  expect(await becomes(isWell, { timeoutMs: 20_000, intervalMs: 500 }), `${p.name} did not become healthy again`);
  say(`${p.name}: healthy, unhealthy while stopped, healthy again`);
}

async function proveOrders({ addresses }: Host, port: number): Promise<void> {
  const gateway = `http://${LOOPBACK}:${port}`;
  const response = await fetch(`${gateway}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(SAMPLE_ORDER),
  });
  const { orderId } = (await response.json()) as { orderId: string };
  await shipped(gateway, orderId);
  say(`over HTTP: ${response.status}, ${orderId} SHIPPED`);
  const published = `ORD-bus-${process.pid}`;
  await publish(`http://${addresses['ministack:4566']}`, { ...SAMPLE_ORDER, orderId: published });
  await shipped(gateway, published);
  say(`over the bus: ${published} SHIPPED`);
}

async function publish(endpoint: string, order: object): Promise<void> {
  const events = new EventBridgeClient({ endpoint, region: EMULATOR_REGION, credentials: EMULATOR_CREDENTIALS });
  const Detail = JSON.stringify({ ...order, timestamp: new Date().toISOString() });
  const { EVENT_BUS_NAME } = serviceOf(await readCompose(), 'gateway').environment ?? {};
  const event = { Source: 'ecommerce.orders', DetailType: 'Order Placed', EventBusName: EVENT_BUS_NAME, Detail };
  await events.send(new PutEventsCommand({ Entries: [event] }));
  events.destroy();
}

async function shipped(gateway: string, orderId: string): Promise<void> {
  let status = '';
  const isShipped = async () => {
    const response = await fetch(`${gateway}/orders/${orderId}`);
    if (response.ok) ({ status } = (await response.json()) as { status: string });
    return status === 'SHIPPED';
  };
  expect(await becomes(isShipped, { timeoutMs: 60_000, intervalMs: 200 }), `${orderId} ended as ${status}`);
}

async function proveStop(container: Container, { name, grace = '10s' }: { name: string; grace: string | undefined }) {
  container.signal('SIGTERM');
  const stopped = await settlesWithin(container.exited, Number.parseInt(grace, 10) * 1000);
  const code = stopped ? await container.exited : 'none yet';
  expect(code === 0, `${name}: SIGTERM, and after ${grace} the exit code is ${code}`);
  say(`${name}: SIGTERM, exit code 0`);
}

function expect(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

async function main(): Promise<void> {
  // its advice about future Nodes is not about the one that is proved
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const directory = await mkdtemp(join(tmpdir(), 'waybill-image-'));
  await chmod(directory, 0o755); // the image's user is another one
  const session: Session = { directory, servers: [], containers: [] };
  const end = () => {
    for (const container of session.containers) container.signal('SIGKILL');
    for (const server of session.servers) server.kill();
  };
  process.on('exit', end);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  try {
    await prove(session);
    for (const server of session.servers) await server.stop();
    await rm(directory, { recursive: true, force: true });
    say('The image does what it should.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`Left as it was, with logs: ${directory}`);
    process.exit(1);
  }
}

void main();
