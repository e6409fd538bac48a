import { join } from 'node:path';
import type { EngineAccess } from '../../src/config/engine-access';
import { LOOPBACK } from './ports';
import { PROJECT_ROOT } from './paths';
import { engineAccess, type Settings } from './settings';

/** how long a server may take to answer one question */
const ANSWER_MS = 5_000;

/** it hides the user's own: what that says of a server elsewhere is not for one on this machine */
const LOCAL_PROFILE = join(PROJECT_ROOT, 'tools', 'temporal.toml');

/**
 * The environment with which processes reach the engine. The user's server is reached with all the user has set; one
 * that was started here with nothing of that, since no API key or certificate is meant for it; orders link to its page.
 */
export function engineEnvironment(settings: Settings, env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if ('engine' in settings.temporal) return env;
  const { uiPort } = settings.temporal;
  return { ...localEngineEnvironment(engineAccess(settings), env), TEMPORAL_UI_URL: `http://${LOOPBACK}:${uiPort}` };
}

/** The environment with which processes reach an engine on this machine. */
export function localEngineEnvironment(engine: EngineAccess, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TEMPORAL_'))),
    TEMPORAL_CONFIG_FILE: LOCAL_PROFILE,
    TEMPORAL_ADDRESS: engine.connection.address,
    TEMPORAL_NAMESPACE: engine.namespace,
  };
}

/** Why the engine cannot be used; undefined when it serves the namespace. */
export async function engineTrouble({ connection: options, namespace }: EngineAccess): Promise<string | undefined> {
  // loaded here only: a launcher that stops early needs no client
  const { Connection } = await import('@temporalio/client');
  // no repeating: what is wrong is to be said
  const connection = Connection.lazy({ ...options, interceptors: [] });
  try {
    const ask = () => connection.workflowService.describeNamespace({ namespace });
    await connection.withDeadline(Date.now() + ANSWER_MS, ask);
    return undefined;
  } catch (error) {
    return sayWhy(error);
  } finally {
    await connection.close();
  }
}

/** In words, where they are the client's own. */
function sayWhy(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('ECONNREFUSED')) return 'nothing answers there';
  return message.replace(/ Resolution note: $/, '');
}
