import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { asyncApiDocument } from '../../src/contracts/asyncapi';
import { CHANNELS } from '../../src/contracts/channels';
import { CONTRACTS } from '../../src/contracts/catalogue';
import { OTHER_MESSAGES } from '../../src/contracts/messages';
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
  const named = new Set(QUEUE_NAMES.map((name) => `${name.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()}-queue`));
  expect(queues.map(([address]) => address).filter((address) => !named.has(address))).toEqual([]);
});

const ajv = addFormats(new Ajv({ strict: true, allErrors: true }));

test.each(Object.entries(OTHER_MESSAGES))('the example of %s is one', (_name, { schema, example }) => {
  const validate = ajv.compile(JSON.parse(JSON.stringify(schema)) as object);
  expect({ valid: validate(JSON.parse(JSON.stringify(example))), errors: validate.errors }).toEqual({
    valid: true,
    errors: null,
  });
});
