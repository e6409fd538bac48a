import type { Session } from './desk';
import type { OrderStory } from '../../src/gateway/story-schemas';
import { eventsOf } from './streams';
import { printable } from '../lib/printable';
import { wordsOf } from './story';

/**
 * Tells everything that happens to an order, as it happens, until it is closed. A stream that is cut is taken up again
 * after the last event that came.
 *
 * @returns the exit code: 1 when the order needs somebody or failed for good
 */
export async function watchOrder(session: Session, orderId: string): Promise<number> {
  const { asJson, write, paint } = session;
  const path = `/orders/${encodeURIComponent(orderId)}`;
  return session.follow(async (gateway, signal) => {
    let told = 0;
    const tellNews = async () => {
      const { timeline, stuck } = await gateway.get<OrderStory>(`${path}/story`);
      for (const { at, sequence, ...what } of timeline.filter((one) => one.sequence > told)) {
        write(`${paint('dim', clock(at))}  ${printable(wordsOf(what))}`);
        told = Math.max(told, sequence);
      }
      if (stuck && stuck.sentence !== lastStuck)
        write(`${paint('dim', clock(new Date().toISOString()))}  ${paint('yellow', printable(stuck.sentence))}`);
      lastStuck = stuck?.sentence;
    };
    let lastStuck: string | undefined;
    for await (const { data } of eventsOf(gateway, { path: `${path}/events`, signal, goesOn: 'the order goes on' })) {
      if (asJson) write(data);
      else if ((JSON.parse(data) as { sequence: number }).sequence > told)
        // a gateway that is away for a moment: it is told with what comes next
        await tellNews().catch(() => signal.throwIfAborted());
    }
    if (!asJson) await tellNews();
    const { status } = await gateway.get<{ status: string }>(path);
    return /FAILED|NEEDS_ATTENTION|UNAVAILABLE/.test(status) ? 1 : 0;
  }, 'Stopped watching; the order goes on.');
}

/** to the second, in the user's zone */
const clock = (at: string) => new Date(at).toTimeString().slice(0, 8);
