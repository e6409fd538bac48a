import { NOTIFICATION_KINDS, TOLD_EVENTS } from '../../src/domain/notifications';
import { readDocument, tableBelow } from './documents';

test('the table of what customers are told has every kind, and every event that they hear of, once', async () => {
  const rows = tableBelow(await readDocument('docs/technical.md'), '| Kind ');
  expect(rows.map(([kind]) => kind)).toEqual([...NOTIFICATION_KINDS]);
  const events = rows.flatMap(([, told = '']) => [...told.matchAll(/`([^`]+)`/g)].map(([, event = '']) => event));
  expect(events.toSorted()).toEqual([...TOLD_EVENTS].toSorted());
});
