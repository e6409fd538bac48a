import type { Backorder, BackorderChange } from '../../../src/domain/backorders';
import type { Books, LedgerEntry, OrderRecord, Posting } from '../../../src/activities/ports';
import type { NewEvent, OrderEvent } from '../../../src/domain/events';
import type { OrderId } from '../../../src/domain/ids';
import { createMemoryBooks, type Quantities } from '../memory/books';
import { EVENT_TYPES, eventOfEachType, numbered, sampleShipment, sampleValidOrder } from './events';
import { entryOf } from '../../../src/domain/backorders';
import { fold } from '../../../src/domain/projection';
import { keys } from '../../../src/domain/ids';
import { planReservation, type StockMove, stockMoves } from '../../../src/domain/inventory';
import { StepError } from '../../../src/domain/failures';
import { uniqueId, WAREHOUSES } from '../orders';

/** Books with what a test may look at and set up beside them. */
export interface BooksWorld {
  books: Books;
  setStock(stock: { productId: string; warehouseId: string; availableQuantity: number }[]): Promise<void>;
  total(productId: string): Promise<Quantities | undefined>;
  warehouse(productId: string, warehouseId: string): Promise<Quantities | undefined>;
  events(orderId: OrderId): Promise<OrderEvent[]>;
}

export const failureTypeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'no failure',
    (error: unknown) => (error instanceof StepError ? error.type : String(error)),
  );

/** The books in memory, as the contracts see them. */
export function memoryBooksWorld(): BooksWorld {
  const books = createMemoryBooks();
  return {
    books,
    setStock: async (stock) => books.setStock(stock),
    total: async (productId) => books.inventory.get(productId),
    warehouse: async (productId, warehouseId) => books.warehouseStock.get(`${productId}/${warehouseId}`),
    events: async (orderId) => books.events.get(orderId) ?? [],
  };
}

/** What every implementation of `Books` does. */
export function describeBooks(name: string, createWorld: () => BooksWorld): void {
  describe(`${name} as Books`, () => {
    let world: BooksWorld;
    let books: Books;
    let orderId: OrderId;
    let productId: string;
    beforeEach(() => {
      world = createWorld();
      books = world.books;
      orderId = uniqueId();
      productId = uniqueId('PROD');
    });

    const recordOf = (changes: Partial<OrderRecord> = {}): OrderRecord => ({
      orderId,
      fingerprint: 'f',
      requestId: 'r',
      runId: 'run-1',
      status: 'VALIDATED',
      createdAt: '2025-07-09T10:30:00.000Z',
      order: sampleValidOrder({ orderId }),
      ...changes,
    });
    const created = (): NewEvent => ({ type: 'Order Created', data: { order: sampleValidOrder({ orderId }) } });
    const validated: NewEvent = { type: 'Order Validated', data: {} };
    const failed = (reason: string): NewEvent => ({ type: 'Payment Failed', data: { reason } });
    const eventsOf = (...events: NewEvent[]) => numbered(orderId, events);
    const reserve = (quantity: number, warehouseId = 'ICN'): StockMove[] => [
      { productId, warehouseId, available: -quantity, reserved: quantity },
    ];
    const effect = (result: Record<string, unknown> = { n: 1 }): LedgerEntry => ({
      key: keys.reserve(orderId),
      result,
    });
    const stock = (availableQuantity: number, warehouseId = 'ICN') =>
      world.setStock([{ productId, warehouseId, availableQuantity }]);
    const quantities = async () => [await world.total(productId), await world.warehouse(productId, 'ICN')];
    const post = (posting: Omit<Posting, 'orderId'>) => books.post({ orderId, ...posting });
    /** everything that the books hold of the order */
    const everything = async () => ({
      order: await books.readOrder(orderId),
      ledger: await books.readLedger(keys.reserve(orderId)),
      view: await books.readView(orderId),
      events: await world.events(orderId),
      quantities: await quantities(),
    });

    describe('a posting', () => {
      test('writes order, effect, stock, events and view together', async () => {
        await stock(5);
        const events = eventsOf(created(), validated);
        expect(await post({ order: recordOf(), ledger: effect(), stock: reserve(2), events })).toMatchObject({
          kind: 'posted',
        });
        const moved = { availableQuantity: 3, reservedQuantity: 2 };
        expect(await everything()).toMatchObject({
          order: recordOf(),
          ledger: { n: 1 },
          view: fold(events),
          events,
          quantities: [moved, moved],
        });
      });

      test('keeps the view the fold of its events, after each of them', async () => {
        const every = eventOfEachType(sampleValidOrder({ orderId }));
        const all: OrderEvent[] = [];
        for (const [i, type] of EVENT_TYPES.entries()) {
          const at = new Date(Date.parse('2025-07-09T10:30:00.000Z') + i).toISOString();
          const events = numbered(orderId, [every[type]], { firstSequence: i + 1, at });
          all.push(...events);
          await post({ events });
          expect(await books.readView(orderId)).toEqual(fold(all));
        }
        expect(await world.events(orderId)).toMatchObject(all);
      });

      test.each([
        ['in the order of their life', (events: NewEvent[]) => events],
        ['backwards', (events: NewEvent[]) => events.toReversed()],
      ])('keeps the view the fold of its events, whatever is appended together: %s', async (_name, ordered) => {
        const every = Object.values(eventOfEachType(sampleValidOrder({ orderId }))) as NewEvent[];
        const events = numbered(orderId, ordered(every));
        for (let from = 0; from < events.length; from += 7) {
          await post({ events: events.slice(from, from + 7) });
          expect(await books.readView(orderId)).toEqual(fold(events.slice(0, from + 7)));
        }
      });

      test('starts lists that most orders do not have, and takes away several things at once', async () => {
        const { 'Shipment Tracked': tracked, ...every } = eventOfEachType(sampleValidOrder({ orderId }));
        const first = eventsOf(
          created(),
          every['Order Delayed'],
          every['Payment Pending'],
          every['Payment Authorized'],
        );
        await post({ events: first.slice(0, 2) });
        expect(await books.readView(orderId)).toHaveProperty('delayed');
        await post({ events: first.slice(2) });
        const paid = [every['Payment Completed'], every['Shipment Created'], tracked, every['Order Closed']];
        await post({ events: numbered(orderId, paid, { firstSequence: 5 }) });
        const view = await books.readView(orderId);
        expect(view).toMatchObject({ sequence: 8, status: 'SHIPPED', tracking: [{ status: 'PICKED_UP' }] });
        for (const gone of ['delayed', 'pendingPayment', 'authorized', 'currentState', 'labels', 'returns'])
          expect(view).not.toHaveProperty(gone);
      });

      test('of the largest order, split over two warehouses, fits into one transaction', async () => {
        const products = Array.from({ length: 40 }, (_, i) => `${productId}-${i}`);
        await world.setStock(
          products.flatMap((id, i) =>
            WAREHOUSES.map(({ warehouseId }, w) => ({
              productId: id,
              warehouseId,
              availableQuantity: i % 2 === w ? 3 : 0,
            })),
          ),
        );
        const items = products.map((id) => ({ productId: id, quantity: 3, price: 1 }));
        const order = sampleValidOrder({ orderId, items, totalAmount: 120 });
        const plan = planReservation({ order, stock: await books.readStock(products), warehouses: WAREHOUSES });
        const moves = stockMoves('reserve', plan.shipments);
        expect(moves.length).toBe(40);
        expect(new Set(plan.shipments.map(({ warehouseId }) => warehouseId)).size).toBe(2);
        const reserved: NewEvent = { type: 'Inventory Reserved', data: { shipments: plan.shipments } };
        const events = eventsOf({ type: 'Order Created', data: { order } }, validated, reserved);
        const posting = { order: recordOf({ order }), ledger: effect({ ...plan }), stock: moves, events };
        expect(await post(posting)).toMatchObject({ kind: 'posted' });
      });
    });

    describe('the same posting again', () => {
      test('of an order answers with the order as it was stored first, and writes nothing', async () => {
        await stock(5);
        await post({ order: recordOf(), events: eventsOf(created()) });
        const before = await everything();
        const again = { order: recordOf({ runId: 'run-2', fingerprint: 'g' }), ledger: effect(), stock: reserve(1) };
        expect(await post({ ...again, events: eventsOf(created()) })).toEqual({
          kind: 'order-known',
          order: recordOf(),
        });
        expect(await post({ ...again, events: eventsOf(failed('x')) })).toEqual({
          kind: 'order-known',
          order: recordOf(),
        });
        expect(await everything()).toEqual(before);
      });

      test('of a step answers with the step’s first result, and moves no stock', async () => {
        await stock(5);
        await post({ ledger: effect({ n: 1 }), stock: reserve(2), events: eventsOf(created()) });
        const before = await everything();
        const again = { ledger: effect({ n: 2 }), stock: reserve(2), events: eventsOf(created()) };
        expect(await post(again)).toEqual({ kind: 'step-known', result: { n: 1 } });
        expect(await everything()).toEqual(before);
      });

      test('of a step answers so also when the stock would not hold it any more', async () => {
        await stock(2);
        await post({ ledger: effect(), stock: reserve(2), events: eventsOf(created()) });
        const again = { ledger: effect(), stock: reserve(2), events: eventsOf(created()) };
        expect(await post(again)).toEqual({ kind: 'step-known', result: { n: 1 } });
      });

      test('of a step answers so whatever comes with it, also at numbers that are free', async () => {
        await stock(5);
        await post({ ledger: effect(), stock: reserve(2), events: eventsOf(created()) });
        const before = await everything();
        const events = numbered(orderId, [failed('x'), validated], { firstSequence: 2 });
        const again = { ledger: effect({ n: 2 }), effects: [{ key: keys.release(orderId), result: {} }], events };
        expect(await post(again)).toEqual({ kind: 'step-known', result: { n: 1 } });
        expect(await post({ ledger: effect({ n: 3 }), events: [] })).toEqual({ kind: 'step-known', result: { n: 1 } });
        expect(await everything()).toEqual(before);
        expect(await books.readLedger(keys.release(orderId))).toBeUndefined();
      });

      test('of a step that only decides is known, too', async () => {
        expect(await post({ ledger: effect(), events: [] })).toEqual({ kind: 'posted' });
        expect(await post({ ledger: effect({ n: 2 }), events: [] })).toEqual({ kind: 'step-known', result: { n: 1 } });
        expect(await books.readView(orderId)).toBeUndefined();
      });

      test('of events alone finds their numbers taken, and leaves events and view as they were', async () => {
        await post({ events: eventsOf(created(), validated) });
        const before = await everything();
        const later = numbered(orderId, [created(), validated], { at: '2025-07-09T11:00:00.000Z' });
        expect(await post({ events: later })).toEqual({ kind: 'sequence-taken', lastSequence: 2 });
        expect(await everything()).toEqual(before);
      });

      test('tells of the order’s last number also when others came after it', async () => {
        await post({ events: eventsOf(created()) });
        await post({ events: numbered(orderId, [validated, failed('x')], { firstSequence: 2 }) });
        expect(await post({ events: eventsOf(created()) })).toEqual({ kind: 'sequence-taken', lastSequence: 3 });
        expect(await books.readView(orderId)).toMatchObject({ sequence: 3, status: 'PAYMENT_FAILED' });
      });
    });

    describe('events at a number that is taken', () => {
      test.each<[string, () => NewEvent[]]>([
        ['of another type', () => [validated]],
        ['of the same type with other data', () => [failed('two')]],
        ['after the same first one', () => [failed('one'), validated]],
        ['the same', () => [failed('one')]],
      ])('%s: sequence-taken, and nothing is written', async (_, events) => {
        await stock(5);
        await post({ events: eventsOf(failed('one')) });
        const before = await everything();
        const posting = { ledger: effect(), stock: reserve(1), events: eventsOf(...events()) };
        expect(await post(posting)).toEqual({ kind: 'sequence-taken', lastSequence: 1 });
        expect(await everything()).toEqual(before);
      });
    });

    describe('a view that is elsewhere', () => {
      test('VIEW_OUT_OF_STEP when events are missing before, and nothing is written', async () => {
        await stock(5);
        await post({ events: eventsOf(created()) });
        const before = await everything();
        const events = numbered(orderId, [validated], { firstSequence: 3 });
        expect(await failureTypeOf(post({ ledger: effect(), stock: reserve(1), events }))).toBe('VIEW_OUT_OF_STEP');
        expect(await everything()).toEqual(before);
      });

      test('VIEW_OUT_OF_STEP when there is no view yet', async () => {
        const events = numbered(orderId, [validated], { firstSequence: 2 });
        expect(await failureTypeOf(post({ events }))).toBe('VIEW_OUT_OF_STEP');
        expect(await books.readView(orderId)).toBeUndefined();
      });
    });

    describe('stock that does not hold a posting', () => {
      const nothing = { order: undefined, ledger: undefined, view: undefined, events: [] };

      test('stock-changed, and nothing at all is written', async () => {
        await stock(1);
        const other = uniqueId('PROD');
        await world.setStock([{ productId: other, warehouseId: 'ICN', availableQuantity: 9 }]);
        const moves = [{ productId: other, warehouseId: 'ICN', available: -1, reserved: 1 }, ...reserve(2)];
        const posting = { order: recordOf(), ledger: effect(), stock: moves, events: eventsOf(created()) };
        expect(await post(posting)).toEqual({ kind: 'stock-changed' });
        const untouched = { availableQuantity: 1, reservedQuantity: 0 };
        expect(await everything()).toMatchObject({ ...nothing, quantities: [untouched, untouched] });
        expect(await world.total(other)).toMatchObject({ availableQuantity: 9, reservedQuantity: 0 });
      });

      test('stock-changed when one warehouse is short, though the total would do', async () => {
        await world.setStock([
          { productId, warehouseId: 'ICN', availableQuantity: 1 },
          { productId, warehouseId: 'LAX', availableQuantity: 9 },
        ]);
        expect(await post({ stock: reserve(2), events: [] })).toEqual({ kind: 'stock-changed' });
      });

      test('stock-changed for a product that nobody knows', async () => {
        expect(await post({ ledger: effect(), stock: reserve(1), events: eventsOf(created()) })).toEqual({
          kind: 'stock-changed',
        });
        expect(await everything()).toMatchObject({ ...nothing, quantities: [undefined, undefined] });
      });

      test.each(['release', 'ship'] as const)('stock-changed when a %s is of more than is reserved', async (kind) => {
        await stock(5);
        await post({ stock: reserve(1), events: [] });
        const shipment = sampleShipment(orderId, { lines: [{ productId, quantity: 2 }] });
        expect(await post({ stock: stockMoves(kind, [shipment]), events: [] })).toEqual({ kind: 'stock-changed' });
        const untouched = { availableQuantity: 4, reservedQuantity: 1 };
        expect(await quantities()).toMatchObject([untouched, untouched]);
      });
    });

    test('reserving and releasing gives back, reserving and shipping takes away', async () => {
      await stock(5);
      const shipment = sampleShipment(orderId, { lines: [{ productId, quantity: 2 }] });
      const steps = [
        ['reserve', 3, 2],
        ['release', 5, 0],
        ['reserve', 3, 2],
        ['ship', 3, 0],
      ] as const;
      for (const [kind, availableQuantity, reservedQuantity] of steps) {
        expect(await post({ stock: stockMoves(kind, [shipment]), events: [] })).toMatchObject({ kind: 'posted' });
        const now = { availableQuantity, reservedQuantity };
        expect(await quantities()).toMatchObject([now, now]);
      }
    });

    describe('a warehouse that never had the product', () => {
      test('has what arrives there', async () => {
        await stock(5);
        const moves = [{ productId, warehouseId: 'LAX', available: 2, reserved: 1 }];
        expect(await books.postStock({ stock: moves })).toEqual({ kind: 'posted' });
        expect(await world.warehouse(productId, 'LAX')).toMatchObject({ availableQuantity: 2, reservedQuantity: 1 });
        expect(await world.total(productId)).toMatchObject({ availableQuantity: 7, reservedQuantity: 1 });
      });

      test('has none of it to give: stock-changed', async () => {
        await stock(5);
        expect(await books.postStock({ stock: reserve(1, 'LAX') })).toEqual({ kind: 'stock-changed' });
        expect(await world.warehouse(productId, 'LAX')).toBeUndefined();
      });

      test('gets nothing of a product that nobody knows: stock-changed', async () => {
        const moves = [{ productId, warehouseId: 'LAX', available: 2, reserved: 0 }];
        expect(await books.postStock({ stock: moves })).toEqual({ kind: 'stock-changed' });
        expect(await books.readStock([productId])).toEqual([]);
      });
    });

    describe('who waits', () => {
      const waiting = (n: number, changes: Partial<Backorder> = {}): Backorder => ({
        productId,
        entry: entryOf(new Date(Date.UTC(2025, 6, 9, 10, 0, n)).toISOString(), orderId),
        orderId,
        wanted: 5,
        allocated: [],
        country: 'KR',
        products: [productId],
        until: '2025-08-09T10:00:00.000Z',
        version: 1,
        ...changes,
      });
      const change = (kind: BackorderChange['kind'], backorder: Backorder) =>
        books.postStock({ backorders: [{ kind, backorder }] });

      test('is in the queue of the product, longest first, whatever came first', async () => {
        for (const n of [2, 10, 1]) await change('OPEN', waiting(n));
        await change('OPEN', waiting(3, { productId: uniqueId('PROD') }));
        expect(await books.readQueue(productId)).toEqual([waiting(1), waiting(2), waiting(10)]);
        expect(await books.readQueue(uniqueId('PROD'))).toEqual([]);
      });

      test('is found by product and entry, those that are there', async () => {
        const other = waiting(1, { productId: uniqueId('PROD') });
        for (const backorder of [waiting(1), waiting(2), other]) await change('OPEN', backorder);
        const found = await books.readBackorders([waiting(1), other, waiting(3)]);
        expect(found.toSorted((a, b) => (a.productId === productId ? -1 : b.productId === productId ? 1 : 0))).toEqual([
          waiting(1),
          other,
        ]);
        expect(await books.readBackorders([])).toEqual([]);
      });

      test('is opened once, and changed and removed only as it was read', async () => {
        const opened = waiting(1);
        const allocated = [{ warehouseId: 'ICN', quantity: 2 }];
        expect(await change('OPEN', opened)).toEqual({ kind: 'posted' });
        expect(await change('OPEN', opened)).toEqual({ kind: 'stock-changed' });
        expect(await change('SET', { ...opened, allocated })).toEqual({ kind: 'posted' });
        expect(await books.readQueue(productId)).toEqual([{ ...opened, allocated, version: 2 }]);
        for (const kind of ['SET', 'REMOVE'] as const)
          expect(await change(kind, opened)).toEqual({ kind: 'stock-changed' });
        expect(await change('REMOVE', { ...opened, version: 2 })).toEqual({ kind: 'posted' });
        expect(await books.readQueue(productId)).toEqual([]);
        for (const kind of ['SET', 'REMOVE'] as const)
          expect(await change(kind, { ...opened, version: 2 })).toEqual({ kind: 'stock-changed' });
      });

      test('changes together with the stock, the step and its events, or not at all', async () => {
        await stock(5);
        const open: BackorderChange[] = [{ kind: 'OPEN', backorder: waiting(1) }];
        const events = eventsOf(created());
        expect(await post({ ledger: effect(), stock: reserve(9), backorders: open, events })).toEqual({
          kind: 'stock-changed',
        });
        expect(await books.readQueue(productId)).toEqual([]);
        expect(await books.postStock({ stock: reserve(9), backorders: open })).toEqual({ kind: 'stock-changed' });
        expect(await books.readQueue(productId)).toEqual([]);

        expect(await post({ ledger: effect(), stock: reserve(2), backorders: open, events })).toEqual({
          kind: 'posted',
        });
        const before = await everything();
        const stale = {
          stock: reserve(1),
          backorders: [{ kind: 'SET' as const, backorder: waiting(1, { version: 7 }) }],
        };
        expect(await books.postStock(stale)).toEqual({ kind: 'stock-changed' });
        expect(await everything()).toEqual(before);
        expect(await books.readQueue(productId)).toEqual([waiting(1)]);
      });

      test('of many that change one entry at once, one does', async () => {
        await stock(50);
        await change('OPEN', waiting(1));
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, () =>
            books.postStock({ stock: reserve(1), backorders: [{ kind: 'SET', backorder: waiting(1) }] }),
          ),
        );
        expect(outcomes.filter(({ kind }) => kind === 'posted')).toHaveLength(1);
        expect(outcomes.filter(({ kind }) => kind === 'stock-changed')).toHaveLength(9);
        expect(await world.total(productId)).toMatchObject({ availableQuantity: 49, reservedQuantity: 1 });
      });
    });

    test('a step of stock alone is written once, and answers with its first result', async () => {
      await stock(5);
      const step = (result: Record<string, unknown>) =>
        books.postStock({ ledger: { key: keys.receive(orderId), result }, stock: reserve(1) });
      expect(await step({ n: 1 })).toEqual({ kind: 'posted' });
      expect(await step({ n: 2 })).toEqual({ kind: 'step-known', result: { n: 1 } });
      expect(await world.total(productId)).toMatchObject({ availableQuantity: 4, reservedQuantity: 1 });
    });

    describe('many at once', () => {
      test('of 30 orders for 3 units exactly 3 get one, and nothing falls below zero', async () => {
        await world.setStock([
          { productId, warehouseId: 'ICN', availableQuantity: 2 },
          { productId, warehouseId: 'LAX', availableQuantity: 1 },
        ]);
        const orders = Array.from({ length: 30 }, (_, i) => ({
          id: uniqueId(),
          warehouseId: i % 3 === 0 ? 'LAX' : 'ICN',
        }));
        const outcomes = await Promise.all(
          orders.map(({ id, warehouseId }) =>
            books.post({
              orderId: id,
              ledger: { key: keys.reserve(id), result: { warehouseId } },
              stock: reserve(1, warehouseId),
              events: numbered(id, [validated]),
            }),
          ),
        );
        const posted = orders.filter((_, i) => outcomes[i]!.kind === 'posted');
        expect(posted).toHaveLength(3);
        expect(outcomes.filter(({ kind }) => kind === 'stock-changed')).toHaveLength(27);
        const rows = [await world.warehouse(productId, 'ICN'), await world.warehouse(productId, 'LAX')];
        expect(rows).toMatchObject([
          { availableQuantity: 0, reservedQuantity: 2 },
          { availableQuantity: 0, reservedQuantity: 1 },
        ]);
        expect(await world.total(productId)).toMatchObject({ availableQuantity: 0, reservedQuantity: 3 });
        for (const { id } of orders)
          expect((await world.events(id)).length).toBe(posted.some((won) => won.id === id) ? 1 : 0);
      });

      test('of the same posting, one is written and all the others learn of it', async () => {
        await stock(50);
        const posting = { ledger: effect(), stock: reserve(1), events: eventsOf(created()) };
        const outcomes = await Promise.all(Array.from({ length: 20 }, () => post(posting)));
        expect(outcomes.filter(({ kind }) => kind === 'posted')).toHaveLength(1);
        expect(outcomes.filter(({ kind }) => kind === 'step-known')).toHaveLength(19);
        expect(await world.total(productId)).toMatchObject({ availableQuantity: 49, reservedQuantity: 1 });
      });

      test('of runs for one id, the first has it and the others see whose it is', async () => {
        const runs = Array.from({ length: 20 }, (_, i) => `run-${i}`);
        const outcomes = await Promise.all(
          runs.map((runId) => post({ order: recordOf({ runId }), events: eventsOf(created()) })),
        );
        const winner = runs[outcomes.findIndex(({ kind }) => kind === 'posted')];
        expect(outcomes.filter(({ kind }) => kind === 'posted')).toHaveLength(1);
        for (const outcome of outcomes) if (outcome.kind === 'order-known') expect(outcome.order.runId).toBe(winner);
        expect(await books.readOrder(orderId)).toMatchObject({ runId: winner });
      });
    });

    describe('reading', () => {
      test('what is not there is undefined', async () => {
        expect(await books.readOrder(orderId)).toBeUndefined();
        expect(await books.readView(orderId)).toBeUndefined();
        expect(await books.readLedger(keys.reserve(orderId))).toBeUndefined();
      });

      test('events by their numbers, both ends included, in order', async () => {
        const events = eventsOf(created(), validated, failed('x'), failed('y'));
        await post({ events });
        const sequences = async (from: number, to: number) =>
          (await books.readEvents({ orderId, from, to })).map(({ sequence }) => sequence);
        expect(await books.readEvents({ orderId, from: 1, to: 4 })).toMatchObject(events);
        expect(await sequences(2, 3)).toEqual([2, 3]);
        expect(await sequences(4, 4)).toEqual([4]);
        expect(await sequences(3, 9)).toEqual([3, 4]);
        expect(await sequences(5, 9)).toEqual([]);
        expect(await books.readEvents({ orderId: uniqueId(), from: 1, to: 9 })).toEqual([]);
      });

      test('stock: a row for each warehouse that has the product, none for what nobody knows', async () => {
        await world.setStock([
          { productId, warehouseId: 'ICN', availableQuantity: 2 },
          { productId, warehouseId: 'LAX', availableQuantity: 0 },
        ]);
        const rows = await books.readStock([productId, uniqueId('PROD')]);
        expect(rows.toSorted((a, b) => (a.warehouseId < b.warehouseId ? -1 : 1))).toMatchObject([
          { productId, warehouseId: 'ICN', availableQuantity: 2, reservedQuantity: 0 },
          { productId, warehouseId: 'LAX', availableQuantity: 0, reservedQuantity: 0 },
        ]);
        expect(await books.readStock([])).toEqual([]);
      });

      test('stock of more products than one request takes', async () => {
        const products = Array.from({ length: 60 }, (_, i) => `${productId}-${i}`);
        await world.setStock(
          products.flatMap((id) =>
            WAREHOUSES.map(({ warehouseId }) => ({ productId: id, warehouseId, availableQuantity: 1 })),
          ),
        );
        expect(await books.readStock(products)).toHaveLength(120);
      });
    });
  });
}
