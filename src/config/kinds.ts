import { Type, type TString } from '@sinclair/typebox';

/** What the kinds add to a schema: how a value has to look, in words. */
export interface Expectation {
  expected: string;
}

const text = (pattern: string, expected: string) => (description: string) =>
  Type.String({ pattern, expected, description });

/** DynamoDB and EventBridge take an ARN wherever they take a name */
const NAME_OR_ARN = '^[\\w.:/-]{1,2048}$';

/** The name of a DynamoDB table. */
export const tableName = text(NAME_OR_ARN, "a table's name or ARN");

/** The name of an EventBridge bus. */
export const busName = text(NAME_OR_ARN, "an event bus's name or ARN");

/** The URL of an SQS queue. */
export const queueUrl = text(
  '^https?://[^/\\s]+/(\\S+/)?[\\w-]+(\\.fifo)?$',
  "a queue's URL, like https://sqs.us-east-1.amazonaws.com/123456789012/orders",
);

/** The ARN of an SNS topic. */
export const topicArn = text(
  '^arn:[\\w-]+:sns:[\\w-]+:\\d{12}:[\\w-]+(\\.fifo)?$',
  "a topic's ARN, like arn:aws:sns:us-east-1:123456789012:orders",
);

/** The ARN of something of EventBridge. */
export const eventsArn = text(
  '^arn:[\\w-]+:events:[\\w-]+:\\d{12}:(archive|rule)/[\\w./-]+$',
  "an ARN of EventBridge's, like arn:aws:events:us-east-1:123456789012:archive/orders",
);

/** An AWS region; unset, the AWS SDK looks for one. */
export const region = (description: string) =>
  Type.Optional(text('^[a-z]+(-[a-z]+)+-\\d+$', 'a region, like us-east-1')(description));

const DEGREES = '-?\\d{1,3}(\\.\\d+)?';
const WAREHOUSE = `[^:,]+:[A-Z]{2}:[^:,]+(:${DEGREES}:${DEGREES})?`;

/** What ships from where: `<id>:<country>:<city>`, perhaps with `:<latitude>:<longitude>`, separated by commas. */
export const warehouses = (description: string, usual: string): TString =>
  Type.String({
    pattern: `^${WAREHOUSE}(,${WAREHOUSE})*$`,
    expected:
      'warehouses as <id>:<country>:<city> or <id>:<country>:<city>:<latitude>:<longitude>, separated by commas',
    description,
    default: usual,
  });

/** Members with their values, separated by commas; none: everything is as usual. */
export const optionalMembers = (description: string) =>
  Type.Optional(text('^\\w+=\\w+(,\\w+=\\w+)*$', 'members as <name>=<value>, separated by commas')(description));

/** A text without blanks. */
export const word = (description: string, usual: string) =>
  Type.String({ pattern: '^\\S+$', expected: 'a text without blanks', description, default: usual });

/** Names of this server, separated by commas; none: there are no others. */
export const optionalHostNames = (description: string) =>
  Type.Optional(
    text('^[\\w.-]+(,[\\w.-]+)*$', 'names without ports, separated by commas, like shop.example.com')(description),
  );

/** The path of a file; none: there is another way. */
export const optionalPath = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, expected: 'the path of a file', description }));

/** The URL of a page or a server; none: there is none. */
export const optionalUrl = (description: string) =>
  Type.Optional(text('^https?://[^/\\s]\\S*$', 'a URL, like http://127.0.0.1:8233')(description));

/** An e-mail address; none: there is another way. */
export const optionalEmail = (description: string) =>
  Type.Optional(text('^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$', 'an e-mail address')(description));

/** A whole number within a range, both ends included. */
export const wholeNumber = (description: string, p: { minimum: number; maximum: number; usual: number }) =>
  Type.Integer({
    minimum: p.minimum,
    maximum: p.maximum,
    expected: `a whole number from ${p.minimum} to ${p.maximum}`,
    description,
    default: p.usual,
  });

/** A part of a whole. */
export const fraction = (description: string, usual: number) =>
  Type.Number({ minimum: 0, maximum: 1, expected: 'a number from 0 to 1', description, default: usual });

/** Seconds that a message of a queue is its reader's: as many as SQS allows, and enough to extend them. */
export const visibility = (description: string, usual: number) =>
  wholeNumber(description, { minimum: 3, maximum: 43_200, usual });

/** One of a few words. */
export const oneOf = (description: string, words: readonly string[], usual: string) =>
  Type.Union(
    words.map((each) => Type.Literal(each)),
    { expected: `one of ${words.join(', ')}`, description, default: usual },
  );
