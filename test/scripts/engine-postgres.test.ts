import { readdirSync } from 'node:fs';
import { runScript } from '../support/run-script';
import { temporaryDirectory } from './support';

const temporary = temporaryDirectory();

test('a wrong address of PostgreSQL is said in one line, and nothing is left behind', async () => {
  const env = { TMPDIR: temporary, WAYBILL_POSTGRES_URL: 'mysql://me:secret@127.0.0.1' };
  const { code, stdout, stderr } = await runScript('scripts/engine-postgres.cjs', { env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^WAYBILL_POSTGRES_URL is not an address like .*\n$/);
  expect(readdirSync(temporary).filter((name) => name.startsWith('waybill'))).toEqual([]);
});
