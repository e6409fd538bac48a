import { freePort, isFree, LOOPBACK } from './ports';
import type { Progress } from '../bootstrap/progress.cjs';
import { type Settings, wantedPorts } from './settings';

/** Where they say that they are well, and what they count; 0 is nowhere. */
export interface HealthPorts {
  worker: number;
  consumer: number;
}

/**
 * The ports that were asked for, or else the usual ones; where somebody else has a usual one, any that is free, which is
 * told.
 */
export async function chooseHealthPorts(settings: Settings, { line }: Pick<Progress, 'line'>): Promise<HealthPorts> {
  const given = new Set(wantedPorts(settings).map(({ port }) => port));
  const choose = async (name: keyof HealthPorts): Promise<number> => {
    const { port, isAsked } = settings.healthPorts[name];
    if (isAsked || (!given.has(port) && (await isFree(port)))) return port;
    const other = await freePort();
    line(`Port ${port} is taken: the ${name} says at http://${LOOPBACK}:${other}/readyz that it is well.`);
    return other;
  };
  return { worker: await choose('worker'), consumer: await choose('consumer') };
}
