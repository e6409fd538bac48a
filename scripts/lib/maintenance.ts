import { setTimeout as sleep } from 'node:timers/promises';
import { userInfo } from 'node:os';
import { Trouble } from '../bootstrap/trouble.cjs';
import { createGateway, wordsOf } from './gateway';
import { LOOPBACK } from './ports';

/** The gateway of the system that `npm start` runs with the same environment, unless another one is named. */
export const gatewayUrl = ({ WAYBILL_URL, PORT }: NodeJS.ProcessEnv): string => {
  const url = WAYBILL_URL || `http://${LOOPBACK}:${PORT || 3000}`;
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new Trouble(`${url} is not an address like http://127.0.0.1:3000: set WAYBILL_URL, or PORT.`);
};

/** Who asks, where nobody says. */
export function whoAsks(env: NodeJS.ProcessEnv): string {
  try {
    return env['USER'] || userInfo().username;
  } catch {
    return 'operator';
  }
}

export type MaintenanceGateway = ReturnType<typeof createMaintenanceGateway>;

/** Runs of maintenance over HTTP; throws Trouble in one sentence. */
export function createMaintenanceGateway(url: string) {
  const { ask, find } = createGateway({ url });
  return {
    find,
    /** @returns whether there was one already */
    async start(path: string, body: object): Promise<{ joined: boolean }> {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
      if (answer.status === 202) return JSON.parse(answer.body) as { joined: boolean };
      throw new Trouble(`${url} answered POST ${path} with ${wordsOf(answer)}.`);
    },
    /** Looks until a run is over. @param p.onLook is told how it stands each time */
    async untilOver<T extends { state?: string }>(p: { path: string; onLook?: (run: T) => void }): Promise<T> {
      for (;;) {
        const run = await find<T>(p.path);
        if (run) p.onLook?.(run);
        if (run && run.state !== 'RUNNING') return run;
        await sleep(POLL_MS);
      }
    },
  };
}

const POLL_MS = 300;
