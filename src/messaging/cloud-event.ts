import { isObject } from './json';
import { type Refused, refused } from './detail';
import { SCHEMA_VERSION } from '../domain/events';
import { listed, shown } from './reason';

/** The version of CloudEvents that is read. */
const SPEC_VERSION = '1.0';

/** Texts that every CloudEvent has. */
const REQUIRED = ['id', 'source', 'type'] as const;

/** What JSON may call itself. */
const JSON_TYPE = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i;

/**
 * A CloudEvent (1.0, in its JSON format) in the envelope of EventBridge: `type` is the detail-type, `data` the detail.
 * Ours and not the SDK's: that one makes up an id and a time where a sender left them out, by which no repetition would
 * be known, and refuses a whole batch for one event of it.
 */
export function fromCloudEvent(event: unknown): { kind: 'envelope'; envelope: Record<string, unknown> } | Refused {
  if (!isObject(event)) return refused('expected a CloudEvent as a JSON object');
  const problems = problemsOf(event);
  if (problems.length > 0) return refused(listed(problems));
  const { id, source, type, time, data, traceparent } = event;
  const envelope = {
    id,
    source,
    'detail-type': type,
    ...(time !== undefined && { time }),
    // the extension of distributed tracing
    ...(traceparent !== undefined && { traceparent }),
    detail: data,
  };
  return { kind: 'envelope', envelope };
}

function problemsOf(event: Record<string, unknown>): string[] {
  const { specversion, datacontenttype, data_base64: bytes, dataschemaversion: version } = event;
  const missing = REQUIRED.filter((name) => typeof event[name] !== 'string' || event[name] === '');
  return [
    ...(specversion === SPEC_VERSION ? [] : [`specversion: expected "${SPEC_VERSION}", got ${shown(specversion)}`]),
    ...missing.map((name) => `${name}: expected a text that is not empty, got ${shown(event[name])}`),
    ...(isJson(datacontenttype) ? [] : [`datacontenttype: expected application/json, got ${shown(datacontenttype)}`]),
    ...(bytes === undefined ? [] : ['data_base64: expected JSON in data']),
    // an extension; `schemaVersion` inside of data says the same
    ...(version === undefined || [SCHEMA_VERSION, `${SCHEMA_VERSION}`].includes(version as number | string)
      ? []
      : [`dataschemaversion: expected ${SCHEMA_VERSION}, or none, got ${shown(version)}`]),
  ];
}

const isJson = (type: unknown): boolean => type === undefined || (typeof type === 'string' && JSON_TYPE.test(type));
