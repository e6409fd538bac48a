import type { Contract } from './contract';
import { type Channel, CHANNELS } from './channels';
import { CONTRACTS } from './catalogue';
import { type OtherMessage, OTHER_MESSAGES } from './messages';

const DESCRIPTION = `What Waybill says and hears: every event of an order on the bus, and the messages of its queues and topics.

Events come at least once and in no order: \`eventId\` is the same for the same event, \`sequence\` numbers those of an order
without gaps. \`correlationId\` is the same in all events of an order; \`causationId\` names what caused one. What is
published carries \`origin: "waybill"\`, and is never taken when it comes back.

Schemas are open: a member that is not listed may come with any release. What would break a reader or a sender gets
another version, under another name.`;

const REGION = { default: 'us-east-1', description: 'region of AWS' };

const aws = (service: string, protocol: string, description: string) => ({
  host: `${service}.{region}.amazonaws.com`,
  protocol,
  description,
  variables: { region: REGION },
});

const SERVERS = {
  bus: aws('events', 'https', 'EventBridge'),
  queue: aws('sqs', 'sqs', 'SQS'),
  topic: aws('sns', 'sns', 'SNS'),
  http: { host: '127.0.0.1:3000', protocol: 'http', description: 'The gateway' },
  webhook: {
    host: '{shop}',
    protocol: 'https',
    description: "A shop's own",
    variables: { shop: { default: 'shop.example.com', description: 'who subscribed' } },
  },
} satisfies Record<Channel['kind'], object>;

const BINDINGS = {
  queue: (address: string) => ({ sqs: { queue: { name: address, fifoQueue: false } } }),
  topic: (address: string) => ({ sns: { name: address } }),
} satisfies Partial<Record<Channel['kind'], unknown>>;

/** All events and messages as one AsyncAPI 3 document. */
export function asyncApiDocument() {
  const channels = Object.entries(CHANNELS);
  return {
    asyncapi: '3.0.0',
    id: 'urn:waybill',
    info: {
      title: 'Waybill',
      version: '1',
      description: DESCRIPTION,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      tags: [{ name: 'published' }, { name: 'accepted' }],
    },
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: Object.fromEntries(channels.map(([address, channel]) => [idOf(address), channelOf(address, channel)])),
    operations: Object.fromEntries(channels.flatMap(([address, channel]) => operationsOf(address, channel))),
    components: {
      messages: {
        ...Object.fromEntries(CONTRACTS.map((contract) => [contract.name, eventMessageOf(contract)])),
        ...Object.fromEntries(
          Object.entries(OTHER_MESSAGES).map(([name, message]) => [name, messageOf(name, message)]),
        ),
      },
      schemas: Object.fromEntries(CONTRACTS.map(({ name, schema }) => [name, withoutDialect(schema)])),
    },
  };
}

/** A key of a document: no slash. */
const idOf = (address: string) => address.replace('/', 'http-');

const messagesOf = ({ contracts, others = [] }: Channel) => [...contracts.map(({ name }) => name), ...others];

function channelOf(address: string, channel: Channel) {
  const { kind, says: description } = channel;
  const bindings = kind === 'queue' || kind === 'topic' ? { bindings: BINDINGS[kind](address) } : {};
  const messages = messagesOf(channel).map((name) => [name, { $ref: `#/components/messages/${name}` }]);
  return {
    // each shop says its own
    address: kind === 'webhook' ? null : address,
    description,
    servers: [{ $ref: `#/servers/${kind}` }],
    messages: Object.fromEntries(messages),
    ...bindings,
  };
}

function operationsOf(address: string, channel: Channel) {
  const id = idOf(address);
  const isBus = channel.kind === 'bus';
  return channel.does.map((action) => {
    // on the bus ours go out and those of others come in; elsewhere all go one way
    const direction = action === 'send' ? 'published' : 'accepted';
    const messages = isBus
      ? channel.contracts.filter((contract) => contract.direction === direction).map(({ name }) => name)
      : messagesOf(channel);
    const refs = messages.map((name) => ({ $ref: `#/channels/${id}/messages/${name}` }));
    return [
      `${action}.${id}`,
      { action, channel: { $ref: `#/channels/${id}` }, summary: channel.says, messages: refs },
    ];
  });
}

/** An event in the envelope of EventBridge, in which rules and queues pass it on. */
function eventMessageOf({ name, source, type, direction, example }: Contract) {
  const payload = {
    type: 'object',
    required: ['source', 'detail-type', 'detail'],
    properties: {
      version: { type: 'string' },
      id: { type: 'string', description: 'by the bus, or by who sent it; not the same when an event comes again' },
      source: { type: 'string', const: source },
      'detail-type': { type: 'string', const: type },
      account: { type: 'string' },
      time: { type: 'string', format: 'date-time' },
      region: { type: 'string' },
      resources: { type: 'array', items: { type: 'string' } },
      detail: { $ref: `#/components/schemas/${name}` },
    },
  };
  const envelope = { id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718', source, 'detail-type': type };
  return {
    name,
    title: type,
    summary: `${type} of ${source}`,
    contentType: 'application/json',
    tags: [{ name: direction }],
    ...(direction === 'published' && { correlationId: { location: '$message.payload#/detail/correlationId' } }),
    payload,
    examples: [{ name: 'sample', payload: { ...envelope, detail: example } }],
  };
}

const messageOf = (name: string, { title, says, schema, example }: OtherMessage) => ({
  name,
  title,
  summary: says,
  contentType: 'application/json',
  tags: [{ name: 'published' }],
  payload: schema,
  examples: [{ name: 'sample', payload: example }],
});

/** the document has its own words for it */
function withoutDialect({ $schema: _dialect, $id: _id, ...schema }: Contract['schema']) {
  return schema;
}
