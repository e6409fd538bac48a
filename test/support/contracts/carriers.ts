import type { CarrierProvider, LabelRequest } from '../../../src/activities/ports';
import type { OrderId } from '../../../src/domain/ids';
import { AS_USUAL, type SandboxJournal } from '../../../src/adapters/sandbox/journal';
import { createSandboxCarriers } from '../../../src/adapters/sandbox/carrier';
import { failureTypeOf } from './books';
import { keys } from '../../../src/domain/ids';
import { sampleShipment } from './events';
import { uniqueId, WAREHOUSES } from '../orders';

/** What the carrier sandbox does over any journal. */
export function describeSandboxCarriers(name: string, p: { createJournal(): SandboxJournal; timeoutMs: number }): void {
  describe(`the carrier sandbox on ${name}`, () => {
    let journal: SandboxJournal;
    let carriers: CarrierProvider;
    let orderId: OrderId;
    beforeEach(() => {
      journal = p.createJournal();
      carriers = createSandboxCarriers({ journal, timeoutMs: p.timeoutMs, warehouses: WAREHOUSES });
      orderId = uniqueId();
    });

    function requestOf({ zipCode = '12345', country = 'KR', n = 1 } = {}): LabelRequest {
      const shipment = sampleShipment(orderId, { shipmentId: `${orderId}-S${n}` });
      const address = { street: '123 Main St', city: 'City', country, zipCode };
      return { key: keys.label(shipment.shipmentId), orderId, shipment, address };
    }
    const book = (options: Parameters<typeof requestOf>[0] = {}) => carriers.bookLabel(requestOf(options));
    const cancel = (n = 1) => carriers.cancelLabel({ key: requestOf({ n }).key, orderId });
    const calls = async () =>
      (await journal.entries(orderId)).map(({ operation, outcome }) => `${operation} ${outcome}`);

    describe('bookLabel', () => {
      test('selects a carrier and gives a tracking number, and writes it down', async () => {
        expect(await book()).toMatchObject({
          carrier: 'Peninsula Express',
          trackingNumber: expect.stringMatching(/^WB\d{12}$/) as string,
        });
        expect(await journal.entries(orderId)).toMatchObject([
          { provider: 'carrier', operation: 'label', key: requestOf().key, outcome: 'succeeded' },
        ]);
      });

      test.each([
        ['KR', 'Peninsula Express'],
        ['US', 'Prairie Freight'],
        ['JP', 'Island Courier'],
        ['DE', 'Globe Parcel'],
        ['constructor', 'Globe Parcel'],
      ])('to %s goes %s', async (country, carrier) => {
        expect((await book({ country })).carrier).toBe(carrier);
      });

      test('books once per key, and replays the answer', async () => {
        const first = await book();
        expect(await book()).toEqual(first);
        expect(await calls()).toEqual(['label succeeded', 'label replayed']);
      });

      test('books once per key, of many at once', async () => {
        const labels = await Promise.all(Array.from({ length: 20 }, () => book()));
        expect(new Set(labels.map(({ trackingNumber }) => trackingNumber)).size).toBe(1);
        expect((await calls()).filter((call) => call === 'label succeeded')).toHaveLength(1);
      });

      test('gives each shipment a number of its own', async () => {
        const [first, second] = [await book({ n: 1 }), await book({ n: 2 })];
        expect(first.trackingNumber).not.toBe(second.trackingNumber);
      });

      test.each([
        ['00000', 'NO_CARRIER'],
        ['99999', 'LABEL_REFUSED'],
      ])('zip code %s is refused for good: %s, each time', async (zipCode, type) => {
        expect(await failureTypeOf(book({ zipCode }))).toBe(type);
        expect(await failureTypeOf(book({ zipCode }))).toBe(type);
        const told = await calls();
        expect(told.at(-1)).toBe('label replayed');
        expect(new Set(told.slice(0, -1))).toEqual(new Set(['label refused']));
      });

      const asked = async () =>
        (await journal.entries(orderId)).map(({ carrier, outcome }) => `${carrier ?? 'the broker'}: ${outcome}`);

      test('zip code 66666: the first refuses, the next one takes it, also when asked again', async () => {
        const first = await book({ zipCode: '66666' });
        expect(first.carrier).toBe('Globe Parcel');
        expect(await book({ zipCode: '66666' })).toEqual(first);
        expect(await asked()).toEqual([
          'Peninsula Express: refused',
          'Globe Parcel: succeeded',
          'the broker: replayed',
        ]);
      });

      test('zip code 66666: books once, of many at once', async () => {
        const labels = await Promise.all(Array.from({ length: 10 }, () => book({ zipCode: '66666' })));
        expect(new Set(labels.map(({ trackingNumber }) => trackingNumber)).size).toBe(1);
        expect((await calls()).filter((call) => call === 'label succeeded')).toHaveLength(1);
      });

      test('zip code 99999: each one who serves the destination refuses', async () => {
        await expect(book({ zipCode: '99999' })).rejects.toThrow('refused by Peninsula Express, Globe Parcel');
        expect(await asked()).toEqual([
          'Peninsula Express: refused',
          'Globe Parcel: refused',
          'Meridian Air: refused',
          'Harbour Lines: refused',
        ]);
      });

      test('zip code 00000: nobody is asked', async () => {
        await book({ zipCode: '00000' }).catch(() => undefined);
        expect(await asked()).toEqual(['the broker: refused']);
      });

      test('what is too heavy for one goes with another', async () => {
        expect((await carriers.bookLabel({ ...requestOf(), weight: 31_000 })).carrier).toBe('Globe Parcel');
      });

      test('without a weight, the units weigh the usual', async () => {
        const { shipment, ...request } = requestOf();
        const lines = [{ productId: 'PROD-12345', quantity: 61 }];
        expect((await carriers.bookLabel({ ...request, shipment: { ...shipment, lines } })).carrier).toBe(
          'Globe Parcel',
        );
      });

      test('what is promised soon goes with who is fast enough', async () => {
        const promisedBy = new Date(Date.now() + 50 * 3_600_000).toISOString();
        const abroad = requestOf({ country: 'DE' });
        expect((await carriers.bookLabel({ ...abroad, promisedBy })).carrier).toBe('Meridian Air');
      });

      test.each([
        ['ICN', 'Peninsula Express'],
        ['LAX', 'Island Courier'],
        ['unknown', 'Island Courier'],
      ])('to Korea from %s goes %s: the warehouse says where it comes from', async (warehouseId, carrier) => {
        const { shipment, ...request } = requestOf();
        expect((await carriers.bookLabel({ ...request, shipment: { ...shipment, warehouseId } })).carrier).toBe(
          carrier,
        );
      });

      test('switched off, the broker answers with an error, and books nothing', async () => {
        const off = createSandboxCarriers({
          journal: { ...journal, provider: async () => ({ ...AS_USUAL, available: false }) },
          timeoutMs: p.timeoutMs,
          warehouses: WAREHOUSES,
        });
        expect(await failureTypeOf(off.bookLabel(requestOf()))).toBe('PROVIDER_UNAVAILABLE');
        expect(await failureTypeOf(off.cancelLabel({ key: requestOf().key, orderId }))).toBe('PROVIDER_UNAVAILABLE');
        expect(await calls()).toEqual(['label error', 'cancel-label error']);
        expect((await book()).carrier).toBe('Peninsula Express');
      });

      test('zip code 77777: books without an answer, and answers when asked again', async () => {
        expect(await failureTypeOf(book({ zipCode: '77777' }))).toBe('OUTCOME_UNKNOWN');
        expect(await calls()).toEqual(['label succeeded']);
        expect((await book({ zipCode: '77777' })).trackingNumber).toMatch(/^WB/);
        expect(await calls()).toEqual(['label succeeded', 'label replayed']);
      });
    });

    describe('cancelLabel', () => {
      test('cancels a booked label once', async () => {
        await book();
        await cancel();
        await cancel();
        expect(await calls()).toEqual(['label succeeded', 'cancel-label succeeded', 'cancel-label replayed']);
      });

      test('cancels a label whose answer never came', async () => {
        await book({ zipCode: '77777' }).catch(() => undefined);
        await cancel();
        expect(await calls()).toEqual(['label succeeded', 'cancel-label succeeded']);
      });

      test.each(['12345', '77777'])('before the booking makes sure that none to %s is ever booked', async (zipCode) => {
        await cancel();
        expect(await failureTypeOf(book({ zipCode }))).toBe('LABEL_REFUSED');
        expect(await calls()).toEqual(['cancel-label nothing-to-cancel', 'label refused']);
      });

      test('after cancelling, the label is not booked again', async () => {
        await book();
        await cancel();
        expect(await failureTypeOf(book())).toBe('LABEL_REFUSED');
      });

      test('has nothing to cancel when the label was refused', async () => {
        await book({ zipCode: '00000' }).catch(() => undefined);
        await cancel();
        expect(await calls()).toEqual(['label refused', 'cancel-label nothing-to-cancel']);
      });

      test('of one shipment leaves the others alone', async () => {
        await book({ n: 1 });
        await book({ n: 2 });
        await cancel(1);
        expect((await book({ n: 2 })).trackingNumber).toMatch(/^WB/);
      });

      test('racing the booking leaves no label behind', async () => {
        for (let n = 1; n <= 50; n++) {
          const both = [() => book({ n }), () => cancel(n)];
          await Promise.allSettled((n % 2 ? both : both.toReversed()).map((call) => call()));
          // an answer that was lost is asked for again
          await cancel(n);
          expect(await failureTypeOf(book({ n }))).toBe('LABEL_REFUSED');
          const done = (await journal.entries(orderId)).filter(
            ({ key, outcome }) => key === requestOf({ n }).key && outcome === 'succeeded',
          );
          expect([[], ['label', 'cancel-label']]).toContainEqual(done.map(({ operation }) => operation));
        }
      });
    });
  });
}
