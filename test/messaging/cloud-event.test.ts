import { fromCloudEvent } from '../../src/messaging/cloud-event';
import { sampleUpdate } from '../support/refused-events';

const data = sampleUpdate();
const cloudEvent = (changes: Record<string, unknown> = {}) => ({
  specversion: '1.0',
  id: 'ce-1',
  source: 'carrier.updates',
  type: 'Carrier Update',
  data,
  ...changes,
});
const reasonOf = (event: unknown) => {
  const read = fromCloudEvent(event);
  return read.kind === 'refused' ? read.reason : read.kind;
};

test('a CloudEvent comes out in the envelope of EventBridge', () => {
  const time = '2025-07-09T10:30:00Z';
  const optional = {
    time,
    subject: 'x',
    datacontenttype: 'application/json',
    dataschema: 'https://x',
    traceparent: 't',
  };
  const envelope = { id: 'ce-1', source: 'carrier.updates', 'detail-type': 'Carrier Update', detail: data };
  expect(fromCloudEvent(cloudEvent())).toEqual({ kind: 'envelope', envelope });
  expect(fromCloudEvent(cloudEvent(optional))).toEqual({
    kind: 'envelope',
    envelope: { ...envelope, time, traceparent: 't' },
  });
});

test.each(['application/json; charset=utf-8', 'application/vnd.carrier+json', 'Application/JSON'])(
  'data that is %s is JSON',
  (datacontenttype) => expect(reasonOf(cloudEvent({ datacontenttype }))).toBe('envelope'),
);

test.each([1, '1'])('the version of the data may be said: %j', (dataschemaversion) => {
  expect(reasonOf(cloudEvent({ dataschemaversion }))).toBe('envelope');
});

test.each<[string, unknown, string]>([
  ['a text', 'hello', 'expected a CloudEvent as a JSON object'],
  ['a list', [], 'expected a CloudEvent as a JSON object'],
  ['no id', cloudEvent({ id: undefined }), 'id: expected a text that is not empty, got nothing'],
  ['a number for id', cloudEvent({ id: 7 }), 'id: expected a text that is not empty, got 7'],
  ['no source', cloudEvent({ source: '' }), 'source: expected a text that is not empty, got ""'],
  ['no type', cloudEvent({ type: undefined }), 'type: expected a text that is not empty, got nothing'],
  ['an older version', cloudEvent({ specversion: '0.3' }), 'specversion: expected "1.0", got "0.3"'],
  [
    'nothing at all',
    {},
    'specversion: expected "1.0", got nothing; id: expected a text that is not empty, got nothing; ' +
      'source: expected a text that is not empty, got nothing; type: expected a text that is not empty, got nothing',
  ],
  [
    'data in XML',
    cloudEvent({ datacontenttype: 'application/xml' }),
    'datacontenttype: expected application/json, got "application/xml"',
  ],
  ['data in bytes', cloudEvent({ data_base64: 'e30=' }), 'data_base64: expected JSON in data'],
  ['a later schema', cloudEvent({ dataschemaversion: '2' }), 'dataschemaversion: expected 1, or none, got "2"'],
])('%s is refused with what was expected', (_, event, reason) => {
  expect(reasonOf(event)).toBe(reason);
});
