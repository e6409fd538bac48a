import type { EventAgain, OrderStatuses, ReplayRegister, ReplayWay } from './replay-ports';
import type { Replay, ReplayFate } from '../domain/replay';
import { createQueueReader, type Handled, type QueueReader, type QueueReaderDeps } from './queue-reader';
import { createPace } from './pace';
import { isFailedOrder } from '../domain/replay';
import { isOrderId } from '../domain/ids';
import { shown } from './reason';
import { StepError } from '../domain/failures';
import { isObject, parseObject } from './json';

export type ReplayForwarderDeps = Omit<QueueReaderDeps, 'name' | 'handle'> & {
  replays: ReplayRegister;
  way: ReplayWay;
  orders: OrderStatuses;
  /** events a second, so that those of now need not wait behind those of then */
  perSecond: number;
};

/** How long it is believed what is written down of a replay, in milliseconds. */
const KNOWN_MS = 1000;

/** An event as it comes out of the archive. */
interface ArchivedEvent extends Omit<EventAgain, 'detail'> {
  replayName: string;
  /** EventBridge's, of the event as it was first on the bus */
  eventId: string;
  detail: Record<string, unknown>;
}

/**
 * ReplayQueue: forwards what comes out of the archive, and that is wanted, either to the live consumers or to where it can
 * be looked at. Forwarded first and counted then: whoever dies in between leaves an event that is forwarded twice, which
 * changes nothing, and counted once.
 */
export function createReplayForwarder(p: ReplayForwarderDeps): QueueReader {
  const { replays, way, orders, perSecond, ...reader } = p;
  const pace = createPace(perSecond);
  let last: { replay: Replay; until: number } | undefined;

  /** Looked up again each second: a replay may have been cancelled. */
  async function known(name: string): Promise<Replay | undefined> {
    if (last?.replay.name === name && performance.now() < last.until) return last.replay;
    const replay = await replays.read(name);
    if (replay) last = { replay, until: performance.now() + KNOWN_MS };
    return replay;
  }

  async function wants({ failedOnly, state, cancelledBy }: Replay, { detail }: ArchivedEvent): Promise<boolean> {
    if (cancelledBy !== undefined || state === 'CANCELLED') return false;
    if (!failedOnly) return true;
    const orderId = orderIdOf(detail);
    return orderId !== undefined && isFailedOrder(await orders.statusOf(orderId));
  }

  async function forward({ destination }: Replay, event: ArchivedEvent, body: string): Promise<void> {
    await pace();
    const { replayName, eventId, detail, ...rest } = event;
    if (destination === 'SANDBOX') return way.toSandbox({ body, replayName });
    return way.toBus({ ...rest, detail: { ...detail, replay: { name: replayName, eventId } } });
  }

  return createQueueReader({
    ...reader,
    name: 'replay queue',
    async handle({ body }): Promise<Handled> {
      const event = parseArchived(body);
      if ('reason' in event) return { status: 'REJECTED', ...event };
      const { replayName: name, eventId } = event;
      const replay = await known(name);
      // somebody started it by hand, and the archive keeps the event
      if (!replay) return { status: 'DONE', log: { replay: name, eventId, outcome: 'no replay of ours: left out' } };
      const count = (fate: ReplayFate) => replays.count({ name, eventId, fate });
      if (!(await wants(replay, event))) {
        await count('SKIPPED');
        return { status: 'DONE' };
      }
      try {
        await forward(replay, event, body);
      } catch (error) {
        if (!(error instanceof StepError) || error.type !== 'REQUEST_REFUSED') throw error;
        await count('REFUSED');
        return { status: 'REJECTED', reason: error.message, errorType: error.type };
      }
      await count('FORWARDED');
      return { status: 'DONE' };
    },
  });
}

/** The order that an event is about, or that comes with a payment. */
function orderIdOf({ orderId, order }: Record<string, unknown>): string | undefined {
  const inner = isObject(order) ? order['orderId'] : undefined;
  return [orderId, inner].find(isOrderId);
}

/** An event out of the archive, or why it is none. */
function parseArchived(body: string): ArchivedEvent | { reason: string } {
  const event = parseObject(body);
  if (!event) return { reason: 'expected an EventBridge event as JSON' };
  const { id, source, time, detail, resources } = event;
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  const [replayName, eventId, detailType] = [text(event['replay-name']), text(id), text(event['detail-type'])];
  if (replayName === undefined || eventId === undefined) {
    const missing = replayName === undefined ? 'replay-name' : 'id';
    return {
      reason: `${missing}: expected a text, as an event out of an archive has it, got ${shown(event[missing])}`,
    };
  }
  if (detailType === undefined || text(source) === undefined)
    return { reason: 'expected source and detail-type of an event' };
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time)))
    return { reason: `time: expected ISO 8601, got ${shown(time)}` };
  if (!isObject(detail)) return { reason: `detail: expected an object, got ${shown(detail)}` };
  const named = Array.isArray(resources) ? resources.filter((one) => typeof one === 'string') : [];
  return { replayName, eventId, detailType, source: source as string, time, resources: named, detail };
}
