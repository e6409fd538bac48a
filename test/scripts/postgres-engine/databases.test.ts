import { accessOf, newDatabaseNames } from '../../../scripts/lib/postgres-engine/databases';

test('an address is taken apart, what is escaped in it put right', () => {
  expect(accessOf('postgres://me:p%40ss%2Fword@db.example:6543')).toEqual({
    host: 'db.example',
    port: 6543,
    user: 'me',
    password: 'p@ss/word',
  });
  expect(accessOf('postgresql://me@localhost')).toMatchObject({ port: 5432, password: '' });
});

test.each(['nonsense', 'mysql://me:x@localhost', 'postgres://localhost:5432'])('%s is no such address', (url) => {
  expect(() => accessOf(url)).toThrow('WAYBILL_POSTGRES_URL is not an address like postgres://user:password@');
});

test('a wrong address is not repeated: there may be a password in it', () => {
  expect(() => accessOf('mysql://me:secret@localhost')).not.toThrow(/secret/);
});

test('names are new each time, and need no quotes', () => {
  const [one, other] = [newDatabaseNames(), newDatabaseNames()];
  expect(new Set([...Object.values(one), ...Object.values(other)]).size).toBe(4);
  for (const name of Object.values(one)) expect(name).toMatch(/^[a-z_][a-z0-9_]{0,62}$/);
});
