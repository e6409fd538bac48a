import { causedBy, causeOf, traceparentOf } from '../../src/domain/cause';
import { MAX_TEXT } from '../../src/domain/order';

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test.each([TRACEPARENT, '01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'])('%s is a traceparent', (sent) => {
  expect(traceparentOf(sent)).toBe(sent);
});

test.each([
  ['no text', 17],
  ['nothing', undefined],
  ['empty', ''],
  ['junk', 'not-a-trace'],
  ['upper case', TRACEPARENT.toUpperCase()],
  ['a version that is none', TRACEPARENT.replace('00-', 'ff-')],
  ['a trace of zeros', TRACEPARENT.replace('4bf92f3577b34da6a3ce929d0e0e4736', '0'.repeat(32))],
  ['a parent of zeros', TRACEPARENT.replace('00f067aa0ba902b7', '0'.repeat(16))],
  ['too short', TRACEPARENT.slice(0, -1)],
  ['too long', `${TRACEPARENT}-more`],
  ['something around it', ` ${TRACEPARENT}\n`],
  ['a list', [TRACEPARENT]],
])('%s is none, and ignored', (_, sent) => {
  expect(traceparentOf(sent)).toBeUndefined();
  expect(causeOf({ id: 'event-1', traceparent: sent })).toEqual({ causationId: 'event-1' });
});

test('a cause is an id, with its trace', () => {
  expect(causeOf({ id: 'event-1', traceparent: TRACEPARENT })).toEqual({
    causationId: 'event-1',
    traceparent: TRACEPARENT,
  });
});

test.each([undefined, 17, '', 'x'.repeat(MAX_TEXT + 1), 'a\u0000b', 'a\nb'])('%j is no id to carry on', (id) => {
  expect(causeOf({ id, traceparent: TRACEPARENT })).toBeUndefined();
});

test('as a member it is there, or not at all', () => {
  expect(causedBy({ causationId: 'a' })).toEqual({ cause: { causationId: 'a' } });
  expect(causedBy(undefined)).toEqual({});
});
