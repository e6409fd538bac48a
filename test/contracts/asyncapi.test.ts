import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { asyncApiDocument } from '../../src/contracts/asyncapi';
import { CHANNELS } from '../../src/contracts/channels';
import { CONTRACTS } from '../../src/contracts/catalogue';
import { OTHER_MESSAGES } from '../../src/contracts/messages';
import { PROJECT_ROOT } from '../../scripts/lib/paths';
import { WaybillStack } from '../../infra/waybill-stack';
import { QUEUE_NAMES } from '../../infra/queues';

const template = Template.fromStack(new WaybillStack(new App(), 'Waybill'));
const document = JSON.parse(JSON.stringify(asyncApiDocument())) as ReturnType<typeof asyncApiDocument>;

/** of a diagnostic: 0 is an error, 1 a warning, what is above that is advice */
const ADVICE = 2;

test('the document is AsyncAPI 3, without an error and without a warning', async () => {
  const { document: parsed, diagnostics } = await new Parser().parse(JSON.stringify(document));
  const problems = diagnostics.map(({ severity, message }) => [severity as number, message] as const);
  expect(problems.filter(([severity]) => severity < ADVICE)).toEqual([]);
  expect(parsed!.version()).toBe('3.0.0');
  expect(parsed!.allChannels().all()).toHaveLength(Object.keys(CHANNELS).length);
  expect(parsed!.allOperations().all().length).toBeGreaterThan(Object.keys(CHANNELS).length);
});

test('the parser does see errors', async () => {
  const { info: _info, ...broken } = document;
  const { diagnostics } = await new Parser().parse(JSON.stringify(broken));
  expect(diagnostics.map(({ severity }) => severity as number)).toContain(0);
});

test('it has every event, and every message is on a channel', () => {
  const names = [...CONTRACTS.map(({ name }) => name), ...Object.keys(OTHER_MESSAGES)];
  expect(Object.keys(document.components.messages).toSorted()).toEqual(names.toSorted());
  const onChannels = new Set(
    Object.values(CHANNELS).flatMap(({ contracts, others = [] }) => [...contracts.map(({ name }) => name), ...others]),
  );
  expect(names.filter((name) => !onChannels.has(name))).toEqual([]);
});

test('each queue and topic has its channel, under the name that the stack gives it', () => {
  const queues = Object.entries(CHANNELS).filter(([, { kind }]) => kind === 'queue');
  const topics = Object.entries(CHANNELS).filter(([, { kind }]) => kind === 'topic');
  const deployed = Object.values(template.findResources('AWS::SNS::Topic'));
  const topicNames = deployed.map(({ Properties }) => (Properties as { TopicName: string }).TopicName);
  expect(topics.map(([address]) => address).toSorted()).toEqual(topicNames.toSorted());
  const named = QUEUE_NAMES.map((name) => `${name.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()}-queue`);
  expect(queues.map(([address]) => address).toSorted()).toEqual(named.toSorted());
});

interface DeployedRule {
  EventPattern: { source?: string[]; 'detail-type'?: string[]; detail?: Record<string, unknown> };
  Targets: { Arn: Record<string, unknown>; InputTransformer?: object }[];
}

const rules = Object.values(template.findResources('AWS::Events::Rule')).map(
  ({ Properties }) => Properties as DeployedRule,
);

/** The name of what an ARN in the template points at. */
function nameOf(arn: Record<string, unknown>): string {
  const id = 'Ref' in arn ? arn['Ref'] : (arn['Fn::GetAtt'] as string[])[0];
  const { QueueName, TopicName } = template.toJSON().Resources[id as string].Properties as Record<string, string>;
  return (QueueName ?? TopicName)!;
}

test('what a rule brings to a queue or a topic is on its channel, and nothing else', () => {
  const brought = new Map<string, Set<string>>();
  for (const { EventPattern, Targets } of rules) {
    const { 'detail-type': types, detail = {} } = EventPattern;
    for (const { Arn, InputTransformer } of Targets) {
      if (InputTransformer) continue;
      const { origin = [] } = detail as { origin?: unknown[] };
      const isOurs = origin.includes('waybill');
      const isForeign = origin.some((one) => typeof one === 'object');
      const events = CONTRACTS.filter(
        ({ type, direction, source }) =>
          (types ?? [type]).includes(type) &&
          (EventPattern.source ?? [source]).some((one) => typeof one === 'object' || one === source) &&
          !(isOurs && direction === 'accepted') &&
          !(isForeign && direction === 'published'),
      );
      const names = brought.get(nameOf(Arn)) ?? new Set();
      brought.set(nameOf(Arn), new Set([...names, ...events.map(({ name }) => name)]));
    }
  }
  // topics hand on what they get
  for (const queue of ['order-status-queue', 'analytics-queue']) brought.set(queue, brought.get('order-status')!);
  // the forwarder puts it there
  brought.set('replay-sandbox-queue', brought.get('replay-queue')!);
  const expected = Object.fromEntries([...brought].map(([name, events]) => [name, [...events].toSorted()]));
  const listed = Object.entries(CHANNELS)
    .filter(([, { kind, contracts }]) => ['queue', 'topic'].includes(kind) && contracts.length > 0)
    .map(([name, { contracts }]) => [name, contracts.map((contract) => contract.name).toSorted()]);
  expect(Object.fromEntries(listed)).toEqual(expected);
});

test('the document says of each queue whether Waybill reads it', async () => {
  const wiring = join(PROJECT_ROOT, 'src/wiring');
  const texts = await Promise.all((await readdir(wiring)).map((file) => readFile(join(wiring, file), 'utf8')));
  const read = [...texts.join('\n').matchAll(/queueUrl: config\.(\w+)_QUEUE_URL/g)].map(([, name = '']) =>
    `${name}-queue`.toLowerCase().replaceAll('_', '-'),
  );
  const received = Object.entries(CHANNELS).filter(
    ([, { kind, does }]) => kind === 'queue' && does.includes('receive'),
  );
  const byChannel = ['email-queue', 'sms-queue', 'push-queue'];
  expect(received.map(([address]) => address).toSorted()).toEqual([...new Set([...read, ...byChannel])].toSorted());
});

const ajv = addFormats(new Ajv({ strict: true, allErrors: true }));

test.each(Object.entries(OTHER_MESSAGES))('the example of %s is one', (_name, { schema, example }) => {
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema)) as object);
  expect({ valid: validate(JSON.parse(JSON.stringify(example))), errors: validate.errors }).toEqual({
    valid: true,
    errors: null,
  });
});
