import type { FailureType } from '../../../src/domain/failures';
import type { MemoryWorld } from '../memory/ports';
import type { Schedule } from './schedule';
import { CircuitOpenError } from '../../../src/domain/breaker';
import { type Fault, withFaults } from '../faults';

/** Deterministic, so that a failing run can be had again from its seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Makes every port of a world fail now and then, before a call had its effect or after it. */
export function disturb(
  world: MemoryWorld,
  { seed, faultRate }: Pick<Schedule, 'seed' | 'faultRate'>,
  now: () => Promise<number>,
): void {
  const random = randomFrom(seed);
  const plan = (): Fault | undefined => {
    const roll = random();
    return roll < faultRate ? 'before' : roll < 2 * faultRate ? 'after' : undefined;
  };
  const { ports } = world;
  const disturbed = <T extends object>(port: T, type: FailureType) => withFaults(port, plan, type);
  const unanswered = random() < 0.5 ? 'OUTCOME_UNKNOWN' : 'PROVIDER_UNAVAILABLE';
  ports.books = disturbed(ports.books, 'SERVICE_UNAVAILABLE');
  ports.messenger = disturbed(ports.messenger, 'SERVICE_UNAVAILABLE');
  ports.payments = leftAlone(world, disturbed(ports.payments, unanswered), { company: 'payment', random, now });
  ports.carriers = leftAlone(world, disturbed(ports.carriers, unanswered), { company: 'carrier', random, now });
}

/** How long a company that was out of order is left alone. */
const LEFT_ALONE_MS = 30_000;

/** A breaker by the clock of the engine, whose time is skipped: of a company that is out of order every other call is kept. */
function leftAlone<T extends object>(
  { journal }: MemoryWorld,
  port: T,
  p: { company: 'payment' | 'carrier'; random: () => number; now: () => Promise<number> },
): T {
  return new Proxy(port, {
    get(target, property, receiver) {
      const member: unknown = Reflect.get(target, property, receiver);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]) => {
        const { available } = await journal.provider(p.company);
        if (!available && p.random() < 0.5)
          throw new CircuitOpenError(p.company, new Date((await p.now()) + LEFT_ALONE_MS).toISOString());
        return (member as (...args: unknown[]) => unknown).apply(target, args);
      };
    },
  });
}
