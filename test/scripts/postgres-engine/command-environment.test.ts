import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFor } from '../../../scripts/lib/postgres-engine/command-environment';
import { readEngineAccess } from '../../../src/config/engine-access';
import { temporaryDirectory } from '../support';

const temporary = temporaryDirectory();

test('a command on the engine knows nothing of the Temporal server that the user has elsewhere', () => {
  mkdirSync(join(temporary, 'temporalio'), { recursive: true });
  const profile = '[profile.default]\naddress = "elsewhere:7233"\nnamespace = "prod"\napi_key = "s3cret"\n';
  writeFileSync(join(temporary, 'temporalio', 'temporal.toml'), profile);
  const before = { ...process.env };
  Object.assign(process.env, { XDG_CONFIG_HOME: temporary, TEMPORAL_API_KEY: 's3cret', TEMPORAL_CONFIG_FILE: '' });
  const env = environmentFor({ address: '127.0.0.1:12345' }, temporary);
  process.env = before;
  expect(readEngineAccess(env)).toEqual({ namespace: 'default', connection: { address: '127.0.0.1:12345' } });
  expect(env).toMatchObject({ WAYBILL_HOME: join(temporary, 'waybill'), WAYBILL_TEST_ENGINE: '127.0.0.1:12345' });
});
