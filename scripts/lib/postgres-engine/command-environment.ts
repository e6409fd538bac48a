import { join } from 'node:path';
import { localEngineEnvironment } from '../engine-access';
import type { PostgresEngine } from './postgres-engine';

/**
 * What points a command at the engine; nothing of another engine that the user may have is left in it. What `npm start`
 * keeps is forgotten with the engine: tables whose orders no engine knows would hold their stock for ever.
 */
export function environmentFor({ address }: Pick<PostgresEngine, 'address'>, home: string): NodeJS.ProcessEnv {
  const engine = { namespace: 'default', connection: { address } };
  const WAYBILL_HOME = join(home, 'waybill');
  return { ...localEngineEnvironment(engine, process.env), WAYBILL_TEST_ENGINE: address, WAYBILL_HOME };
}
