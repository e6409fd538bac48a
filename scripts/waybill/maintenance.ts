import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './desk';

const POLL_MS = 300;

/** Starts a run, or joins the one that goes on already and was asked for the same. */
export async function startMaintenance(
  { gateway, asJson, write }: Session,
  { path, body }: { path: string; body: object },
): Promise<void> {
  const { joined } = await gateway.post<{ joined: boolean }>(path, body);
  if (joined && !asJson) write('One goes on already: this follows it.');
}

/**
 * Looks until a run is over; it goes on also when nobody looks.
 *
 * @param p.inWords how far it is, shown on a terminal
 */
export async function untilOver<T extends { state?: string }>(
  { isLive, follow }: Session,
  p: { path: string; inWords?: (run: T) => string },
): Promise<T> {
  const draw = (text: string) => void (isLive && process.stdout.write(`\r\u001b[K${text}`));
  return follow(async (gateway) => {
    for (;;) {
      const run = await gateway.find<T>(p.path);
      if (run && run.state !== 'RUNNING') {
        draw('');
        return run;
      }
      if (run && p.inWords) draw(p.inWords(run));
      await sleep(POLL_MS);
    }
  }, '\nStopped watching; it goes on.');
}
