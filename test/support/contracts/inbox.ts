import type { EventIdentity } from '../../../src/messaging/event-identity';
import type { EventInbox } from '../../../src/messaging/ports';
import type { OrderId } from '../../../src/domain/ids';
import { uniqueId } from '../orders';

const at = (second: number) => new Date(Date.UTC(2025, 6, 9, 10, 30, second)).toISOString();

/** What every inbox does. */
export function describeInbox(name: string, createInbox: () => EventInbox): void {
  describe(`${name} as EventInbox`, () => {
    let inbox: EventInbox;
    let event: EventIdentity;
    let orderId: OrderId;
    beforeEach(() => {
      inbox = createInbox();
      orderId = uniqueId();
      event = { source: 'payment.service', eventId: uniqueId('event'), fingerprint: 'f1' };
    });
    const park = (parked = event, second = 0) =>
      inbox.park(parked, {
        orderId,
        body: `body of ${parked.eventId}`,
        parkedAt: at(second),
        tryAgainAt: at(second + 1),
      });
    const parkedNow = async () => (await inbox.parkedFor(orderId))[0]!;
    const taken = { outcome: 'ACCEPTED', orderId: 'ORD-1' as OrderId };

    test('an event is open until it is taken, and then taken for ever', async () => {
      expect(await inbox.claim(event)).toEqual({ kind: 'OPEN' });
      // whoever was at it may be gone
      expect(await inbox.claim(event)).toEqual({ kind: 'OPEN' });
      await inbox.settle(event, taken);
      expect(await inbox.claim(event)).toEqual({ kind: 'TAKEN' });
      await inbox.settle(event, taken);
      await inbox.forget(event);
      await park();
      expect(await inbox.claim(event)).toEqual({ kind: 'TAKEN' });
      expect(await inbox.parkedFor(orderId)).toEqual([]);
    });

    test('whoever comes first decides what an id stands for, whatever becomes of it', async () => {
      const other = { ...event, fingerprint: 'f2' };
      await inbox.claim(event);
      expect(await inbox.claim(other)).toEqual({ kind: 'OTHER' });
      await inbox.forget(other);
      await inbox.settle(other, taken);
      expect(await inbox.claim(event)).toEqual({ kind: 'OPEN' });
      await park();
      expect(await inbox.claim(other)).toEqual({ kind: 'OTHER' });
      await inbox.settle(event, taken);
      expect(await inbox.claim(other)).toEqual({ kind: 'OTHER' });
    });

    test('an id is of its source, and one that was forgotten is free', async () => {
      await inbox.claim(event);
      expect(await inbox.claim({ ...event, source: 'carrier.updates', fingerprint: 'f2' })).toEqual({ kind: 'OPEN' });
      await inbox.forget(event);
      expect(await inbox.claim({ ...event, fingerprint: 'f2' })).toEqual({ kind: 'OPEN' });
    });

    test('twenty that claim it at once with two contents: one of the contents has it', async () => {
      const prints = Array.from({ length: 20 }, (_, i) => `f${i % 2}`);
      const claims = await Promise.all(prints.map((fingerprint) => inbox.claim({ ...event, fingerprint })));
      const winners = new Set(prints.filter((_, i) => claims[i]!.kind === 'OPEN'));
      expect(winners.size).toBe(1);
      expect(claims.filter(({ kind }) => kind === 'OTHER')).toHaveLength(10);
    });

    test('a parked event is there as it came, longest parked first, and counted', async () => {
      const second = { ...event, eventId: uniqueId('event') };
      await inbox.claim(event);
      await park(second, 20);
      await inbox.park(event, {
        orderId,
        body: 'as it came',
        attributes: { deadLetterId: 'D1' },
        parkedAt: at(0),
        tryAgainAt: at(1),
      });
      expect(await inbox.claim(event)).toEqual({ kind: 'PARKED' });
      // it keeps its place
      await park(event, 40);
      const [first, last, ...others] = await inbox.parkedFor(orderId);
      expect(first).toMatchObject({
        identity: event,
        orderId,
        body: 'as it came',
        attributes: { deadLetterId: 'D1' },
        parkedAt: at(0),
        tryAgainAt: at(1),
        tries: 0,
      });
      expect(last?.identity).toEqual(second);
      expect(others).toEqual([]);
      expect(await inbox.countParked(orderId)).toBe(2);
      expect(await inbox.countParked(uniqueId())).toBe(0);
    });

    test('an event without an id is parked under what it says', async () => {
      const { eventId: _, ...unnamed } = { ...event, fingerprint: uniqueId('print') };
      await park(unnamed);
      await park(unnamed, 5);
      expect((await inbox.parkedFor(orderId)).map(({ identity }) => identity)).toEqual([unnamed]);
      await inbox.forget(unnamed);
      expect(await inbox.parkedFor(orderId)).toEqual([]);
    });

    test('a turn is whoever’s who puts it off; what waits no longer has none', async () => {
      await park();
      const seen = await parkedNow();
      const won = await Promise.all(Array.from({ length: 10 }, (_, i) => inbox.putOff(seen, at(50 + i))));
      expect(won.filter(Boolean)).toHaveLength(1);
      const next = await parkedNow();
      expect(next).toMatchObject({ tries: 1, parkedAt: at(0) });
      expect(await inbox.putOff(seen, at(59))).toBe(false);
      await inbox.settle(event, taken);
      expect(await inbox.putOff(next, at(59))).toBe(false);
      expect(await inbox.parkedFor(orderId)).toEqual([]);
      expect(await inbox.countParked(orderId)).toBe(0);
    });

    test('orders are due when the turn of one of their events came', async () => {
      await park(event, 10);
      await park({ ...event, eventId: uniqueId('event') }, 10);
      const due = async (before: string) =>
        (await inbox.ordersDue({ before, limit: 100 })).filter((one) => one === orderId);
      expect(await due(at(10))).toEqual([]);
      expect(await due(at(11))).toEqual([orderId]);
    });
  });
}
