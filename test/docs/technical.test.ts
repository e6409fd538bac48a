import type { EventType, OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { EDGES, END_STATES, ORDER_STATUSES, STATES } from '../../src/domain/states';
import { EVENT_SOURCES } from '../../src/domain/events';
import { projectEvents } from '../../src/domain/projection';
import { readDocument, tableBelow } from './documents';

const read = () => readDocument('docs/technical.md');
const states = new Set<string>(STATES);
const statuses = new Set<string>(ORDER_STATUSES);

/** an event of a type, with just as much in it as the projection looks at */
const eventOf = (type: EventType): OrderEvent => {
  const order = { customerId: 'C', currency: 'USD', totalAmount: 1, lines: [] };
  const data = { order, shipment: {}, amount: 1, errors: [], unavailableItems: [], reason: 'because' };
  const orderId = 'ORD-1' as OrderId;
  return { type, data, orderId, sequence: 2, at: '2026-01-01T00:00:00.000Z', states: [] } as unknown as OrderEvent;
};

test('every event has its row: source, status and state as the projection has them', async () => {
  const rows = tableBelow(await read(), '| Event ');
  const told = rows.map(([event = '', source = '', , status, state]) => [event, source, status, state].join(' | '));
  const expected = Object.entries(EVENT_SOURCES).map(([type, source]) => {
    const { set, remove } = projectEvents([eventOf(type as EventType)]);
    const state = remove.includes('currentState') ? '–' : (set.currentState ?? 'as it was');
    return [`\`${type}\``, `\`${source}\``, set.status ?? 'as it was', state].join(' | ');
  });
  expect(told.toSorted()).toEqual(expected.toSorted());
  for (const [, , , status = '', state = ''] of rows) {
    expect(statuses.has(status) || status === 'as it was').toBe(true);
    expect(states.has(state) || ['–', 'as it was'].includes(state)).toBe(true);
  }
});

test('the drawn state machine has the edges of the code', async () => {
  const [, drawing = ''] = /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(await read()) ?? [];
  const names = new Map([...drawing.matchAll(/state "(.+)" as (\w+)/g)].map(([, name = '', id = '']) => [id, name]));
  const drawn = [...drawing.matchAll(/^ *(\S+) --> (\S+)$/gm)].map(([, from = '', to = '']) =>
    [from, to].map((id) => names.get(id) ?? id).join(' → '),
  );
  const isParallel = (name: string) => ['AllocateWarehouse', 'GenerateShippingLabel'].includes(name);
  const expected = [
    '[*] → ValidateOrder',
    // what runs side by side has no order, and between it and the customer there is always the commit
    ...EDGES.filter(([from, to]) => !(isParallel(from) && (isParallel(to) || to === 'NotifyCustomer'))).map((edge) =>
      edge.join(' → '),
    ),
    ...END_STATES.map((end) => `${end} → [*]`),
  ];
  expect(drawn.toSorted()).toEqual(expected.toSorted());
});

test('no drawing loses text behind a #, which starts a comment', async () => {
  const drawings = [...(await read()).matchAll(/```mermaid\n([\s\S]*?)```/g)].map(([, drawing = '']) => drawing);
  expect(drawings.length).toBeGreaterThan(3);
  expect(drawings.filter((drawing) => drawing.includes('#'))).toEqual([]);
});
