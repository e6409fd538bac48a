import Ajv, { type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { CONTRACTS } from '../../../src/contracts/catalogue';
import { EVENT_SOURCES, type EventType } from '../../../src/domain/events';
import { OTHER_MESSAGES, type OtherMessageName } from '../../../src/contracts/messages';
import { WEBHOOK_MESSAGE } from '../../../src/contracts/webhook';

/** A schema that takes no member that it does not name, at any depth. */
export function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const members = Object.entries(schema).map(([name, value]) => [name, closed(value)] as const);
  const isObject = 'properties' in schema && 'type' in schema && schema.type === 'object';
  return { ...Object.fromEntries(members), ...(isObject && { additionalProperties: false }) };
}

const ajv = addFormats(new Ajv({ strict: true, allErrors: true }));
const webhookMessage = ajv.compile(WEBHOOK_MESSAGE.schema);
const validators = new Map<string, ValidateFunction>();

function validatorOf(source: string, type: string): ValidateFunction | undefined {
  const key = `${source} ${type}`;
  const contract = CONTRACTS.find((one) => one.direction === 'published' && one.source === source && one.type === type);
  if (contract && !validators.has(key)) validators.set(key, ajv.compile(closed(contract.schema) as object));
  return validators.get(key);
}

/** Why an event on the bus is not what its schema says; `undefined` when it is, to the last member. */
export function misfitOf(event: { source: string; 'detail-type': string; detail: object }): string | undefined {
  const validate = validatorOf(event.source, event['detail-type']);
  if (!validate) return `${event.source} ${event['detail-type']}: there is no schema of it`;
  if (validate(event.detail)) return undefined;
  return `${event['detail-type']}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(event.detail)}`;
}

/** Why a message is not what the document says of it; `undefined` when it is, to the last member. */
export function messageMisfitOf(name: OtherMessageName, message: unknown): string | undefined {
  const validate = ajv.compile(closed(OTHER_MESSAGES[name].schema) as object);
  return validate(message) ? undefined : `${name}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(message)}`;
}

/** The same of what is posted to a webhook: what is around an event, and the event. */
export function webhookMisfitOf(body: { type: string; timestamp: string; data: object }): string | undefined {
  const { type, data } = body;
  if (!webhookMessage(body))
    return `webhook message: ${ajv.errorsText(webhookMessage.errors)}: ${JSON.stringify(body)}`;
  return misfitOf({ source: EVENT_SOURCES[type as EventType], 'detail-type': type, detail: data });
}
