import { searchOf } from '../../web/src/search';

test('days are those of the reader, whole; what is empty is not asked for', () => {
  const query = searchOf({ q: 'PROD-1', status: '', from: '2025-07-09', to: '2025-07-10' }, 'next');
  expect(Object.fromEntries(query)).toEqual({
    q: 'PROD-1',
    from: new Date(2025, 6, 9).toISOString(),
    to: new Date(2025, 6, 10, 23, 59, 59, 999).toISOString(),
    cursor: 'next',
  });
});

test('an address with a day that is none asks without it', () => {
  expect(searchOf({ by: 'kim', from: 'soon', to: '2025-13-45' }).toString()).toBe('by=kim');
});
