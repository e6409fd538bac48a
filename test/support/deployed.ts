import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { deployToEmulator, EMULATOR_CREDENTIALS, type Template } from '../../infra/deploy';
import { freePort } from '../../scripts/lib/ports';
import { startMinistack } from '../../scripts/lib/servers';
import { synthesizedTemplate } from '../../scripts/lib/template';

/** The infrastructure on an emulator of its own, where nobody else reads the queues. */
export interface Deployed {
  template: Template;
  /** of the last deployment */
  outputs: Record<string, string>;
  /** where the emulator is; another one after a restart */
  endpoint(): string;
  /** a client that is closed in the end */
  connect<Client extends { destroy: () => void }>(Service: new (options: object) => Client): Client;
  deploy(changed?: Template): Promise<Record<string, string>>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startDeployed(): Promise<Deployed> {
  const home = await mkdtemp(join(tmpdir(), 'waybill-deployed-'));
  const clients: { destroy: () => void }[] = [];
  let endpoint = '';
  const boot = async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    return startMinistack({ port, stateDirectory: join(home, 'aws'), log: join(home, 'logs', 'ministack.log') });
  };
  const [first, template] = await Promise.all([boot(), synthesizedTemplate()]);
  let server = first;
  const deploy = (changed = template) => deployToEmulator({ endpoint, region: 'us-east-1', template: changed });
  const deployed: Deployed = {
    template,
    outputs: await deploy(),
    endpoint: () => endpoint,
    connect(Service) {
      const client = new Service({ endpoint, region: 'us-east-1', credentials: EMULATOR_CREDENTIALS });
      clients.push(client);
      return client;
    },
    deploy: async (changed) => (deployed.outputs = await deploy(changed)),
    async restart() {
      await server.stop();
      server = await boot();
    },
    async stop() {
      for (const client of clients) client.destroy();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
  return deployed;
}

/** Takes everything that is in a queue: the bodies, in no order. */
export async function drain(sqs: SQSClient, QueueUrl: string): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 });
    const { Messages = [] } = await sqs.send(receive);
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Body));
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}
