import { ADDED_EDGES, type Edge, EDGES, type StateName } from '../../../src/domain/states';

/** Where each state is drawn: the way of a good order runs down the middle, what waits is left, what fails is right. */
const PLACES: Record<StateName, readonly [column: 0 | 1 | 2, row: number]> = {
  ValidateOrder: [1, 0],
  OrderValidationFailed: [2, 0],
  CheckInventory: [1, 1],
  InventoryNotAvailable: [0, 2],
  'InventoryAvailable?': [1, 2],
  HandlePartialInventory: [2, 2],
  AwaitStock: [0, 3],
  ProcessPayment: [1, 3],
  'PaymentSuccessful?': [1, 4],
  PaymentFailed: [2, 4],
  StartFulfillment: [1, 5],
  AllocateWarehouse: [1, 6],
  GenerateShippingLabel: [1, 7],
  RollbackTransaction: [2, 7],
  CapturePayment: [1, 8],
  CommitTransaction: [1, 9],
  NeedsAttention: [2, 9],
  CompensateShipment: [0, 10],
  NotifyCustomer: [1, 10],
  HandleReturn: [0, 11],
  AwaitDelivery: [1, 11],
};

export const BOX = { width: 132, height: 40 };
const GAP = { x: 40, y: 26 };
/** on the right there is room for what runs past the boxes */
const MARGIN = { left: 10, right: 48, y: 8 };

export const MAP = {
  width: MARGIN.left + MARGIN.right + 3 * BOX.width + 2 * GAP.x,
  height: 2 * MARGIN.y + 12 * BOX.height + 11 * GAP.y,
};

interface Point {
  x: number;
  y: number;
}

/** The middle of a state's box. */
export function middleOf(state: StateName): Point {
  const [column, row] = PLACES[state];
  return {
    x: MARGIN.left + column * (BOX.width + GAP.x) + BOX.width / 2,
    y: MARGIN.y + row * (BOX.height + GAP.y) + BOX.height / 2,
  };
}

const keyOf = ([from, to]: Edge): string => `${from} ${to}`;
const ALL = new Set(EDGES.map(keyOf));
const ADDED = new Set(ADDED_EDGES.map(keyOf));

/** The ways that are always drawn: with those that only some orders need, nobody would see the machine. */
export const isMainWay = (edge: Edge): boolean => !ADDED.has(keyOf(edge)) || MAIN.has(keyOf(edge));

const MAIN = new Set(
  (
    [
      ['AllocateWarehouse', 'GenerateShippingLabel'],
      ['GenerateShippingLabel', 'CommitTransaction'],
      ['CommitTransaction', 'NotifyCustomer'],
      ['NotifyCustomer', 'AwaitDelivery'],
      ['InventoryNotAvailable', 'AwaitStock'],
      ['AwaitStock', 'ProcessPayment'],
      ['GenerateShippingLabel', 'RollbackTransaction'],
      ['RollbackTransaction', 'NeedsAttention'],
      ['AwaitDelivery', 'HandleReturn'],
      ['AwaitDelivery', 'CompensateShipment'],
    ] as const
  ).map(keyOf),
);

export interface Drawn {
  /** of an SVG path */
  path: string;
  /** where a number can stand */
  label: Point;
}

/** The line of an edge, from border to border. */
export function drawEdge(edge: Edge): Drawn {
  const [from, to] = edge;
  const [a, b] = [middleOf(from), middleOf(to)];
  if (from === to) return loopAt(a);
  // the way there and the way back lie side by side
  const aside = ALL.has(keyOf([to, from])) ? 8 : 0;
  const [fromColumn, fromRow] = PLACES[from];
  const [toColumn, toRow] = PLACES[to];
  if (fromColumn !== toColumn) return across({ a, b, aside });
  if (Math.abs(fromRow - toRow) === 1) return straight({ a, b, aside });
  return around({ a, b, rows: Math.abs(fromRow - toRow) });
}

type Ends = { a: Point; b: Point };

function loopAt({ x, y }: Point): Drawn {
  const right = x + BOX.width / 2;
  return { path: `M${right} ${y - 9}c26 -14 26 32 0 18`, label: { x: right + 26, y } };
}

function straight({ a, b, aside }: Ends & { aside: number }): Drawn {
  const down = Math.sign(b.y - a.y);
  const x = a.x - down * aside;
  const [from, to] = [a.y + (down * BOX.height) / 2, b.y - (down * BOX.height) / 2];
  return { path: `M${x} ${from}L${x} ${to}`, label: { x: x + 12, y: (from + to) / 2 } };
}

/** past the boxes between: downwards on the right, upwards on the left */
function around({ a, b, rows }: Ends & { rows: number }): Drawn {
  const side = Math.sign(b.y - a.y);
  const x = a.x + (side * BOX.width) / 2;
  const bow = x + side * Math.min(GAP.x + 4, 14 + rows * 7);
  return {
    path: `M${x} ${a.y + side * 6}C${bow} ${a.y + side * 6} ${bow} ${b.y - side * 6} ${x} ${b.y - side * 6}`,
    label: { x: bow, y: (a.y + b.y) / 2 },
  };
}

function across({ a, b, aside }: Ends & { aside: number }): Drawn {
  const side = Math.sign(b.x - a.x);
  const from = { x: a.x + (side * BOX.width) / 2, y: a.y - side * aside };
  const to = { x: b.x - (side * BOX.width) / 2, y: b.y - side * aside };
  const bend = side * (GAP.x * 0.8);
  return {
    path: `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`,
    label: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 - 6 },
  };
}

/** The name of a state in one line, or two. */
export function linesOf(state: StateName): string[] {
  const words = state.replace(/([a-z])([A-Z])/g, '$1 $2').split(' ');
  if (words.join(' ').length <= 16) return [words.join(' ')];
  const first = words.length > 2 ? words.slice(0, 2) : words.slice(0, 1);
  return [first.join(' '), words.slice(first.length).join(' ')];
}
