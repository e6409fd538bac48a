import type { EventType, OrderEvent } from '../../src/domain/events';
import type { OrderId } from '../../src/domain/ids';
import { EDGES, END_STATES, ORDER_STATUSES, STATES } from '../../src/domain/states';
import { EVENT_SOURCES } from '../../src/domain/events';
import { projectEvents } from '../../src/domain/projection';
import { readDocument, tableBelow } from './documents';

const read = () => readDocument('docs/technical.md');
const states = new Set<string>(STATES);
const statuses = new Set<string>(ORDER_STATUSES);

/** just as much as the projection looks at */
const DATA = {
  order: { customerId: 'C', currency: 'USD', totalAmount: 1, lines: [] },
  shipment: {},
  amount: 1,
  errors: [],
  unavailableItems: [],
  reason: 'because',
  first: true,
};

/** what an event tells where that makes a difference, the usual first */
const VARIANTS: Partial<Record<EventType, object[]>> = {
  'Decision Made': [{ choice: 'WAIT' }, { choice: 'CANCEL' }],
  'Payment Completed': [{}, { late: true }],
  'Payment Refunded': [{}, { cause: 'R1' }],
  'Attention Resolved': [{ status: 'PAID' }, { status: 'SHIPPED' }],
  'Backorder Ended': [{ status: 'SHIPPED' }, { status: 'CANCELLED' }],
  'Inventory Shortage Reported': [{}, { waits: true }],
};

const eventOf = (type: EventType, data: object): OrderEvent => {
  const orderId = 'ORD-1' as OrderId;
  const event = { type, data: { ...DATA, ...data }, orderId, sequence: 2, at: '2026-01-01T00:00:00.000Z', states: [] };
  return event as unknown as OrderEvent;
};

const AS_TOLD = 'as it says';
/** the event carries the status */
const TELLS_STATUS: ReadonlySet<EventType> = new Set<EventType>(['Attention Resolved', 'Backorder Ended']);
const alternatives = (cells: string[]) => [...new Set(cells)].join(' or ');

function expectedRow(type: EventType): string {
  const patches = (VARIANTS[type] ?? [{}]).map((data) => projectEvents([eventOf(type, data)]));
  const stateOf = ({ set, remove }: (typeof patches)[number]) =>
    remove.includes('currentState') ? '–' : (set.currentState ?? 'as it was');
  const told = alternatives(patches.map(({ set }) => set.status ?? 'as it was'));
  const status = TELLS_STATUS.has(type) ? AS_TOLD : told;
  return [`\`${type}\``, `\`${EVENT_SOURCES[type]}\``, status, alternatives(patches.map(stateOf))].join(' | ');
}

test('every event has its row: source, status and state as the projection has them', async () => {
  const rows = tableBelow(await read(), '| Event ');
  const told = rows.map(([event = '', source = '', , status, state]) => [event, source, status, state].join(' | '));
  const expected = (Object.keys(EVENT_SOURCES) as EventType[]).map(expectedRow);
  expect(told.toSorted()).toEqual(expected.toSorted());
  for (const [, , , status = '', state = ''] of rows) {
    for (const one of status.split(' or '))
      expect(statuses.has(one) || ['as it was', AS_TOLD].includes(one)).toBe(true);
    for (const one of state.split(' or ')) expect(states.has(one) || ['–', 'as it was'].includes(one)).toBe(true);
  }
});

/** The edges of a drawing, by the names of the states. */
function edgesOf(drawing: string): string[] {
  const names = new Map([...drawing.matchAll(/state "(.+)" as (\w+)/g)].map(([, name = '', id = '']) => [id, name]));
  return [...drawing.matchAll(/^ *(\S+) --> (\S+)$/gm)].map(([, from = '', to = '']) =>
    [from, to].map((id) => names.get(id) ?? id).join(' → '),
  );
}

test('the drawn state machines have the edges of the code, each once', async () => {
  const drawings = [...(await read()).matchAll(/```mermaid\nstateDiagram-v2\n([\s\S]*?)```/g)];
  const drawn = drawings.flatMap(([, drawing = '']) => edgesOf(drawing));
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
