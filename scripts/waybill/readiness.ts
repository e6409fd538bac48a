import type { Check } from './checks';
import type { Finding } from './findings';
import type { State } from '../lib/state';
import { isRunning } from '../bootstrap/process-identity.cjs';

const ANSWER_MS = 5_000;

/**
 * Worker and consumer of this machine, asked where `WORKER_HEALTH_PORT` and `CONSUMER_HEALTH_PORT` say, or else where
 * `npm start` put them: one that hangs runs too.
 *
 * @param state what `npm start` wrote down
 */
export function readinessChecks(env: NodeJS.ProcessEnv, state?: State): Check[] {
  const put = (name: 'worker' | 'consumer') => {
    const known = state?.processes.find((one) => one.name === name);
    return known && isRunning(known) ? state?.healthPorts?.[name] : undefined;
  };
  const ports = {
    worker: env['WORKER_HEALTH_PORT'] || put('worker'),
    consumer: env['CONSUMER_HEALTH_PORT'] || put('consumer'),
  };
  return Object.entries(ports).flatMap(([name, port]) =>
    Number(port) > 0 ? [{ name, look: () => readinessOf(name, `http://127.0.0.1:${port}/readyz`) }] : [],
  );
}

async function readinessOf(name: string, url: string): Promise<Finding> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
  if (answer?.status === 200) return { state: 'ok', detail: `ready at ${url}` };
  return answer
    ? { state: 'failed', detail: `not ready at ${url}: ${await answer.text()}`, remedy: 'bring back what is down' }
    : {
        state: 'failed',
        detail: `nothing answers at ${url}`,
        remedy: `see the ${name}'s log; start it again if it hangs`,
      };
}
