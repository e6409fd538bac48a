import type { Check } from './checks';
import type { Finding } from './findings';

const ANSWER_MS = 5_000;

/** Worker and consumer of this machine, asked where `WORKER_HEALTH_PORT` and `CONSUMER_HEALTH_PORT` say: one that hangs runs too. */
export function readinessChecks(env: NodeJS.ProcessEnv): Check[] {
  const ports = { worker: env['WORKER_HEALTH_PORT'], consumer: env['CONSUMER_HEALTH_PORT'] };
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
