import type { Case } from '../../../src/gateway/story/waits';
import type { EventType, NewEvent, OrderEvent } from '../../../src/domain/events';
import type { Look } from '../../../src/gateway/progress-desk';
import type { OrderId } from '../../../src/domain/ids';
import type { Progress } from '../../../src/gateway/progress-ports';
import { eventOfEachType, numbered, sampleValidOrder } from '../../support/contracts/events';
import { fold } from '../../../src/domain/projection';

export const ORDER = 'ORD-1' as OrderId;
const order = sampleValidOrder({ orderId: ORDER });
export const SAMPLES = eventOfEachType(order);

const START = Date.UTC(2025, 6, 9, 10, 30);
export const second = (n: number): string => new Date(START + n * 1000).toISOString();

/** Events of the sample order, one a second. */
export const lived = (...types: (EventType | NewEvent)[]): OrderEvent[] =>
  types.flatMap((type, i) => {
    const event = typeof type === 'string' ? SAMPLES[type] : type;
    return numbered(ORDER, [event], { firstSequence: i + 1, at: second(i) }).map((one) => ({ ...one, states: [] }));
  });

/** @param p.idleS seconds since its last event */
export function caseOf(types: (EventType | NewEvent)[], p: { idleS?: number; breakers?: Case['breakers'] } = {}): Case {
  const events = lived(...types);
  const { idleS = 20, breakers = [] } = p;
  return { view: fold(events)!, events, breakers, now: START + (events.length - 1 + idleS) * 1000 };
}

/** What the engine says. */
export const described = (progress: Partial<Progress> = {}): Look => ({
  kind: 'described',
  at: second(10),
  progress: { state: 'RUNNING', startedAt: second(0), activities: [], ...progress },
});
