import { BOX, drawEdge, isMainWay, linesOf, MAP, middleOf } from '../../web/src/order/map-layout';
import { EDGES, STATES } from '../../src/domain/states';

/** The drawn state machine: nothing lies over anything else, and nothing leaves the paper. */
const boxes = STATES.map((state) => ({ state, ...middleOf(state) }));

test('every state has a box of its own, on the paper', () => {
  for (const { x, y } of boxes) {
    expect(x - BOX.width / 2).toBeGreaterThan(0);
    expect(x + BOX.width / 2).toBeLessThan(MAP.width);
    expect(y - BOX.height / 2).toBeGreaterThan(0);
    expect(y + BOX.height / 2).toBeLessThan(MAP.height);
  }
  const overlapping = boxes.flatMap((a, at) =>
    boxes
      .slice(at + 1)
      .filter((b) => Math.abs(a.x - b.x) < BOX.width && Math.abs(a.y - b.y) < BOX.height)
      .map((b) => `${a.state} ${b.state}`),
  );
  expect(overlapping).toEqual([]);
});

test('every way there is can be drawn, from border to border, on the paper', () => {
  for (const edge of EDGES) {
    const numbers = [...drawEdge(edge).path.matchAll(/-?[\d.]+/g)].map(Number);
    expect(numbers.length).toBeGreaterThan(3);
    expect(numbers.every(Number.isFinite)).toBe(true);
    const { label } = drawEdge(edge);
    expect(label.x).toBeGreaterThan(0);
    expect(label.x).toBeLessThan(MAP.width);
  }
});

test('no two ways are the same line', () => {
  const lines = EDGES.map((edge) => drawEdge(edge).path);
  expect(new Set(lines).size).toBe(lines.length);
});

test('the ways that are always drawn lead to every state', () => {
  const main = EDGES.filter(isMainWay);
  const reached = new Set(main.flat());
  // what only money that is held first comes to
  expect(STATES.filter((state) => !reached.has(state))).toEqual(['CapturePayment']);
  expect(main.length).toBeLessThan(EDGES.length / 2);
});

test('no name is wider than its box', () => {
  const lines = STATES.flatMap(linesOf);
  expect(lines.filter((line) => line.length > 18)).toEqual([]);
  expect(linesOf('GenerateShippingLabel')).toEqual(['Generate Shipping', 'Label']);
});
