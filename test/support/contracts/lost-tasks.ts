import type { BookkeepingDeps, Posted, Step } from '../../../src/activities/step';
import type { BooksWorld } from './books';
import type { EventBatch, NewEvent, OrderEvent } from '../../../src/domain/events';
import type { Label } from '../../../src/domain/events';
import type { OrderId } from '../../../src/domain/ids';
import type { StatePassed } from '../../../src/domain/states';
import { asStep, post } from '../../../src/activities/step';
import { batchOf, runActivity } from './activities';
import { createFulfillmentActivities, type FulfillmentDeps } from '../../../src/activities/fulfillment';
import { fold } from '../../../src/domain/projection';
import { keys } from '../../../src/domain/ids';
import { sampleShipment, sampleValidOrder } from './events';
import { stockMoves } from '../../../src/domain/inventory';
import { uniqueId } from '../orders';

const AT = '2025-07-09T10:30:00.000Z';
const ROUNDS = 30;

/** What holds when a workflow task is lost: its local steps were written, and the workflow does not know it. */
export function describeLostTasks(name: string, createWorld: () => BooksWorld): void {
  describe(`a lost workflow task, over ${name}`, () => {
    let world: BooksWorld;
    let orderId: OrderId;
    let published: OrderEvent[];
    let clock: number;
    let deps: BookkeepingDeps;
    beforeEach(async () => {
      world = createWorld();
      orderId = uniqueId();
      published = [];
      clock = 0;
      deps = {
        books: world.books,
        publisher: { publish: (events) => void published.push(...events), flush: async () => undefined },
        now: () => new Date(Date.parse(AT) + ++clock * 1000).toISOString(),
      };
      await placeOrder();
    });

    /** An order of run-1 with two events. */
    async function placeOrder(): Promise<void> {
      const order = sampleValidOrder({ orderId });
      const record = { orderId, fingerprint: 'f', requestId: 'r', runId: 'run-1', createdAt: AT, order };
      const events: NewEvent[] = [
        { type: 'Order Created', data: { order } },
        { type: 'Order Validated', data: {} },
      ];
      const batch = batchOf(orderId, events);
      const numberedEvents = batch.events.map((event, i) => ({
        ...event,
        orderId,
        sequence: i + 1,
        at: AT,
        states: [],
      }));
      await world.books.post({ orderId, order: { ...record, status: 'VALIDATED' }, events: numberedEvents });
    }

    const paid = (): NewEvent => ({
      type: 'Payment Completed',
      data: { chargeKey: keys.charge(orderId, 1), paymentId: 'pay_1', amount: 5998, currency: 'USD' },
    });
    const refunded = (): NewEvent => ({
      type: 'Payment Refunded',
      data: { chargeKey: keys.charge(orderId, 1), amount: 5998, currency: 'USD' },
    });
    const labelOf = (n: number): Label => ({
      shipmentId: `${orderId}-S${n}`,
      carrier: 'Globe Parcel',
      trackingNumber: 'WB1',
    });
    const labelled = (n: number): NewEvent => ({ type: 'Shipping Label Generated', data: labelOf(n) });
    const allocated = (n = 1): NewEvent => ({
      type: 'Warehouse Allocated',
      data: { shipment: sampleShipment(orderId, { shipmentId: `${orderId}-S${n}` }) },
    });
    const passed = (state: StatePassed['name'], ordinal: number): StatePassed => ({
      name: state,
      ordinal,
      enteredAt: AT,
      exitedAt: AT,
      attempts: 1,
    });

    type Tried = Partial<EventBatch> & { key: string; result?: Step['result']; stock?: Step['stock'] };
    /** One attempt at a step, by a workflow that knows of two events unless it says otherwise. */
    function attempt({ key, result, stock, ...changes }: Tried): Promise<Posted> {
      const batch: EventBatch = { ...batchOf(orderId, [], 3), ...changes };
      const step: Step = { key, ...(result && { result }), ...(stock && { stock }) };
      return runActivity(
        asStep((input: EventBatch) => post(deps, input, step)),
        batch,
      );
    }
    const appendedOf = (posted: Posted) => (posted.kind === 'posted' ? posted.appended : undefined);
    const typesOf = async () => (await world.events(orderId)).slice(2).map(({ type }) => type);

    /** Whatever happened: gapless, view = fold, and nothing published that is not stored, nor twice. */
    async function expectSound(): Promise<void> {
      const events = await world.events(orderId);
      expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, i) => i + 1));
      expect(await world.books.readView(orderId)).toEqual(fold(events));
      const told = published.filter((event) => event.orderId === orderId).toSorted((a, b) => a.sequence - b.sequence);
      expect(events.slice(2)).toMatchObject(told);
    }
    afterEach(expectSound);

    describe('the same step again', () => {
      const key = () => keys.allocate(`${orderId}-S1`);

      test('is not written twice, and answers with its first number, time and result', async () => {
        const first = await attempt({ key: key(), events: [allocated()], result: { n: 1 } });
        const again = await attempt({ key: key(), events: [allocated()], result: { n: 2 } });
        expect(appendedOf(first)).toEqual({ sequence: 3, at: '2025-07-09T10:30:01.000Z' });
        expect(again).toEqual({
          kind: 'posted',
          appended: { ...appendedOf(first), leftover: { events: [], states: [] } },
          result: { n: 1, firstSequence: 3, sequence: 3, at: '2025-07-09T10:30:01.000Z' },
        });
        expect(await typesOf()).toEqual(['Warehouse Allocated']);
        expect(published).toHaveLength(1);
      });

      test('with more notes and states, those come back to be written with the next step', async () => {
        const [pay, label] = [passed('ProcessPayment', 1), passed('GenerateShippingLabel', 2)];
        await attempt({ key: key(), noted: [paid()], events: [allocated()], states: [pay] });
        const again = await attempt({
          key: key(),
          noted: [paid(), labelled(1)],
          events: [allocated()],
          states: [pay, label],
        });
        expect(appendedOf(again)).toMatchObject({ sequence: 4, leftover: { events: [labelled(1)], states: [label] } });
        expect(await typesOf()).toEqual(['Payment Completed', 'Warehouse Allocated']);

        const { events, states } = appendedOf(again)!.leftover!;
        await attempt({ key: keys.end(orderId), firstSequence: 5, noted: events, events: [refunded()], states });
        expect(await typesOf()).toEqual([
          'Payment Completed',
          'Warehouse Allocated',
          'Shipping Label Generated',
          'Payment Refunded',
        ]);
        expect((await world.books.readView(orderId))!.states).toEqual([pay, label]);
        expect(await world.books.readLedger(keys.label(`${orderId}-S1`))).toMatchObject(labelOf(1));
      });

      test('with fewer notes, nothing is missing and nothing comes back', async () => {
        await attempt({ key: key(), noted: [paid(), labelled(1)], events: [allocated()] });
        const again = await attempt({ key: key(), noted: [paid()], events: [allocated()] });
        expect(appendedOf(again)).toMatchObject({ sequence: 5, leftover: { events: [], states: [] } });
      });

      test('knows a note whatever order its members come in', async () => {
        await attempt({ key: key(), noted: [paid()], events: [allocated()] });
        const data = Object.fromEntries(Object.entries(paid().data).toReversed());
        const turned = { data, type: 'Payment Completed' } as unknown as NewEvent;
        const again = await attempt({ key: key(), noted: [turned], events: [allocated()] });
        expect(appendedOf(again)!.leftover).toEqual({ events: [], states: [] });
      });

      test('takes a note of the same type with other data for another', async () => {
        await attempt({ key: key(), noted: [labelled(1)], events: [allocated()] });
        const again = await attempt({ key: key(), noted: [labelled(1), labelled(2)], events: [allocated()] });
        expect(appendedOf(again)!.leftover).toMatchObject({ events: [labelled(2)] });
      });

      test('moves its stock once', async () => {
        const productId = uniqueId('PROD');
        await world.setStock([{ productId, warehouseId: 'ICN', availableQuantity: 5 }]);
        const shipment = sampleShipment(orderId, { lines: [{ productId, quantity: 2 }] });
        const step = { key: keys.reserve(orderId), stock: stockMoves('reserve', [shipment]), events: [allocated()] };
        for (let i = 0; i < 3; i++) await attempt(step);
        expect(await world.total(productId)).toMatchObject({ availableQuantity: 3, reservedQuantity: 2 });
      });

      test('of another run is not known to this one’s step', async () => {
        await attempt({ key: key(), events: [allocated()] });
        const other = attempt({ key: keys.end(orderId), runId: 'run-2', events: [refunded()] });
        await expect(other).rejects.toMatchObject({ type: 'SEQUENCE_TAKEN', nonRetryable: true });
        expect(await typesOf()).toEqual(['Warehouse Allocated']);
      });

      test('after the workflow learned of later steps is still known', async () => {
        await attempt({ key: keys.allocate(`${orderId}-S1`), events: [allocated(1)] });
        await attempt({ key: keys.allocate(`${orderId}-S2`), firstSequence: 4, events: [allocated(2)] });
        // the second time the branches come in another order
        const second = await attempt({ key: keys.allocate(`${orderId}-S2`), events: [allocated(2)] });
        expect(appendedOf(second)).toMatchObject({ sequence: 4 });
        const first = await attempt({ key: keys.allocate(`${orderId}-S1`), firstSequence: 5, events: [allocated(1)] });
        expect(appendedOf(first)).toMatchObject({ sequence: 3, leftover: { events: [], states: [] } });
        expect(await typesOf()).toEqual(['Warehouse Allocated', 'Warehouse Allocated']);
      });
    });

    describe('another step that wrote ahead at our number', () => {
      test('of the same run: ours takes the next numbers', async () => {
        await attempt({ key: keys.allocate(`${orderId}-S1`), events: [allocated(1), labelled(1)] });
        const ours = await attempt({ key: keys.release(orderId), events: [refunded()] });
        expect(appendedOf(ours)).toEqual({ sequence: 5, at: expect.any(String) as string });
        expect(await world.books.readLedger(keys.release(orderId))).toMatchObject({ firstSequence: 5, sequence: 5 });
        expect(await typesOf()).toEqual(['Warehouse Allocated', 'Shipping Label Generated', 'Payment Refunded']);
      });

      test('of the same run, with our notes: they are told once, and money is counted once', async () => {
        const pay = passed('ProcessPayment', 1);
        await attempt({ key: keys.allocate(`${orderId}-S1`), noted: [paid()], events: [allocated()], states: [pay] });
        // somebody cancelled meanwhile: instead of allocating, the workflow gives back
        const undo = passed('StartFulfillment', 2);
        await attempt({
          key: keys.release(orderId),
          noted: [paid(), refunded()],
          events: [{ type: 'Inventory Released', data: { shipments: [] } }],
          states: [pay, undo],
        });
        expect(await typesOf()).toEqual([
          'Payment Completed',
          'Warehouse Allocated',
          'Payment Refunded',
          'Inventory Released',
        ]);
        const view = (await world.books.readView(orderId))!;
        expect([view.charged, view.refunded]).toEqual([5998, 5998]);
        expect(view.states).toEqual([pay, undo]);
      });

      test('and ours lost again: what either told comes back to nobody', async () => {
        await attempt({ key: keys.allocate(`${orderId}-S1`), noted: [paid()], events: [allocated()] });
        const ours = { key: keys.release(orderId), noted: [paid(), refunded()], events: [labelled(1)] };
        const first = appendedOf(await attempt(ours))!;
        const again = appendedOf(await attempt(ours))!;
        expect(again).toEqual({ ...first, leftover: { events: [], states: [] }, orderStatus: 'PAID' });
        expect((await world.books.readView(orderId))!.charged).toBe(5998);
      });

      test('of the same run: a state that only shares its number with one that was told is kept', async () => {
        const other = passed('AllocateWarehouse', 2);
        const [pay, undo] = [passed('ProcessPayment', 1), passed('RollbackTransaction', 2)];
        await attempt({ key: keys.allocate(`${orderId}-S1`), events: [allocated()], states: [pay, other] });
        await attempt({ key: keys.release(orderId), events: [refunded()], states: [pay, undo] });
        expect((await world.books.readView(orderId))!.states).toEqual([pay, other, undo]);
      });

      test('several times over: each takes what is free when it comes', async () => {
        const steps = Array.from({ length: 8 }, (_, i) => ({
          key: keys.allocate(`${orderId}-S${i}`),
          events: [allocated(i)],
        }));
        const all = await Promise.all(steps.map((step) => attempt(step)));
        const sequences = all.map((one) => appendedOf(one)!.sequence);
        expect(sequences.toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10]);
      });

      test('of another run: SEQUENCE_TAKEN, and nothing is written', async () => {
        await attempt({ key: keys.allocate(`${orderId}-S1`), events: [allocated()] });
        const productId = uniqueId('PROD');
        await world.setStock([{ productId, warehouseId: 'ICN', availableQuantity: 5 }]);
        const stock = stockMoves('reserve', [sampleShipment(orderId, { lines: [{ productId, quantity: 2 }] })]);
        const other = attempt({
          key: keys.reserve(orderId),
          runId: 'run-2',
          stock,
          noted: [paid()],
          events: [refunded()],
        });
        await expect(other).rejects.toMatchObject({ type: 'SEQUENCE_TAKEN', nonRetryable: true });
        expect(await typesOf()).toEqual(['Warehouse Allocated']);
        expect(await world.books.readLedger(keys.reserve(orderId))).toBeUndefined();
        expect(await world.books.readLedger(keys.charge(orderId, 1))).toBeUndefined();
        expect(await world.total(productId)).toMatchObject({ availableQuantity: 5, reservedQuantity: 0 });
      });
    });

    describe('shipping or giving back', () => {
      let productId: string;
      beforeEach(async () => {
        productId = uniqueId('PROD');
        await world.setStock([{ productId, warehouseId: 'ICN', availableQuantity: 2 * ROUNDS }]);
      });

      const activities = () => createFulfillmentActivities(deps as FulfillmentDeps);
      const shipmentOf = (id: OrderId) => sampleShipment(id, { lines: [{ productId, quantity: 2 }] });
      const reserve = (id = orderId) =>
        world.books.post({ orderId: id, stock: stockMoves('reserve', [shipmentOf(id)]), events: [] });
      const decide = (id = orderId) => runActivity(activities().decideToGiveBack, { orderId: id });
      function commit(id = orderId, firstSequence = 3) {
        const shipment = shipmentOf(id);
        const labels = [{ ...labelOf(1), shipmentId: shipment.shipmentId }];
        const batch = batchOf(id, [{ type: 'Shipment Created', data: { ...labels[0]!, shipment } }], firstSequence);
        return runActivity(activities().commitTransaction, { batch, shipments: [shipment], labels });
      }
      const quantities = async () => [await world.total(productId), await world.warehouse(productId, 'ICN')];

      test('commit first: who would give back learns what was shipped, and the stock has left once', async () => {
        await reserve();
        expect(await commit()).toMatchObject({ sequence: 3 });
        const shipped = { shipments: [shipmentOf(orderId)], labels: [labelOf(1)] };
        expect(await decide()).toMatchObject(shipped);
        expect(await decide()).toMatchObject(shipped);
        const again = await commit();
        expect(again).toMatchObject({ sequence: 3, leftover: { events: [], states: [] } });
        const row = { availableQuantity: 2 * ROUNDS - 2, reservedQuantity: 0 };
        expect(await quantities()).toMatchObject([row, row]);
        expect(await typesOf()).toEqual(['Shipment Created']);
      });

      test('give-back first: the commit is GIVEN_BACK, and no stock leaves', async () => {
        await reserve();
        expect(await decide()).toBeUndefined();
        expect(await decide()).toBeUndefined();
        await expect(commit()).rejects.toMatchObject({ type: 'GIVEN_BACK', nonRetryable: true });
        await expect(commit(orderId, 7)).rejects.toMatchObject({ type: 'GIVEN_BACK' });
        const row = { availableQuantity: 2 * ROUNDS - 2, reservedQuantity: 2 };
        expect(await quantities()).toMatchObject([row, row]);
        expect(await typesOf()).toEqual([]);
        expect(await world.books.readLedger(keys.decision(orderId))).toEqual({ givenBack: true });
      });

      test('stock that does not hold the commit decides nothing', async () => {
        await expect(commit()).rejects.toMatchObject({ type: 'STOCK_INCONSISTENT', nonRetryable: false });
        expect(await decide()).toBeUndefined();
      });

      test(`both at once, ${ROUNDS} times: exactly one wins, and the stock leaves exactly when the commit did`, async () => {
        const ids = Array.from({ length: ROUNDS }, () => uniqueId());
        for (const id of ids) await reserve(id);
        const ends = await Promise.all(
          ids.map(async (id, i) => {
            const committing = () =>
              commit(id, 1).then(
                () => 'shipped',
                (error: { type: string }) => error.type,
              );
            const deciding = () => decide(id);
            // who is asked first takes turns
            const [committed, decided] =
              i % 2 === 0
                ? await Promise.all([committing(), deciding()])
                : (await Promise.all([deciding(), committing()])).toReversed();
            return { id, committed, decided };
          }),
        );
        for (const { id, committed, decided } of ends) {
          const shipped = committed === 'shipped';
          expect(committed).toBe(shipped ? 'shipped' : 'GIVEN_BACK');
          expect(decided !== undefined).toBe(shipped);
          expect(await world.events(id)).toHaveLength(shipped ? 1 : 0);
          expect('shipments' in (await world.books.readLedger(keys.decision(id)))!).toBe(shipped);
        }
        const won = ends.filter(({ committed }) => committed === 'shipped').length;
        const row = { availableQuantity: 0, reservedQuantity: 2 * (ROUNDS - won) };
        expect(await quantities()).toMatchObject([row, row]);
      });
    });
  });
}
