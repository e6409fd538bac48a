import fc from 'fast-check';
import { type Carrier, CARRIERS, type Parcel, rankCarriers } from '../../src/domain/carriers';

const AT = '2025-07-09T10:30:00.000Z';
const hoursLater = (hours: number) => new Date(Date.parse(AT) + hours * 3_600_000).toISOString();
const parcel = (changes: Partial<Parcel> = {}): Parcel => ({
  destination: 'KR',
  origin: 'KR',
  weight: 1000,
  at: AT,
  ...changes,
});
const names = (changes: Partial<Parcel> = {}) => rankCarriers(parcel(changes)).map(({ carrier }) => carrier);

test.each<[string, Partial<Parcel>, string]>([
  ['within Korea', {}, 'Peninsula Express'],
  ['within the United States', { origin: 'US', destination: 'US' }, 'Prairie Freight'],
  ['within Japan', { origin: 'JP', destination: 'JP' }, 'Island Courier'],
  ['to Japan', { destination: 'JP' }, 'Island Courier'],
  ['to Korea from abroad', { origin: 'US' }, 'Island Courier'],
  ['to Germany', { destination: 'DE' }, 'Globe Parcel'],
  ['to a country that is none', { destination: 'constructor' }, 'Globe Parcel'],
  ['within a country that is none', { origin: 'here', destination: 'here' }, 'Globe Parcel'],
  ['more than a van carries', { weight: 70_001 }, 'Harbour Lines'],
])('%s the cheapest who serves it is first', (_, changes, first) => {
  expect(names(changes)[0]).toBe(first);
});

test('who does not deliver there, or not from there, is not among them', () => {
  expect(names({ destination: 'DE' })).toEqual(['Globe Parcel', 'Meridian Air', 'Harbour Lines']);
  expect(names()).not.toContain('Island Courier');
});

test('an origin that nobody knows is abroad', () => {
  const { origin: _, ...unknown } = parcel();
  expect(rankCarriers(unknown)).toEqual(rankCarriers(parcel({ origin: 'US' })));
});

test.each([
  [1, 360],
  [1000, 360],
  [1001, 420],
  [30_000, 2100],
])('%d g cost %d cents: so much, and so much for each started step', (weight, price) => {
  expect(rankCarriers(parcel({ weight }))[0]).toMatchObject({ carrier: 'Peninsula Express', price });
});

test('weighs up to the limit, and not above it', () => {
  expect(names({ weight: 30_000 })).toContain('Peninsula Express');
  expect(names({ weight: 30_001 })).not.toContain('Peninsula Express');
});

test('who can make the promise comes first, though dearer', () => {
  expect(names({ destination: 'DE', promisedBy: hoursLater(48) })[0]).toBe('Meridian Air');
  expect(names({ destination: 'DE', promisedBy: hoursLater(47) })[0]).toBe('Globe Parcel');
  expect(rankCarriers(parcel({ promisedBy: hoursLater(1) })).map(({ keepsPromise }) => keepsPromise)).not.toContain(
    true,
  );
});

test('nobody is asked when nobody serves it', () => {
  const local: Carrier = {
    name: 'Local',
    maxWeight: 1,
    step: 1,
    domestic: { countries: ['KR'], base: 1, perStep: 1, hours: 1 },
  };
  expect(rankCarriers(parcel({ weight: 2 }), [local])).toEqual([]);
  expect(rankCarriers(parcel({ weight: 1, origin: 'US' }), [local])).toEqual([]);
});

test('of equal price the faster, then by name: the order never depends on that of the table', () => {
  const of = (name: string, hours: number): Carrier => ({
    name,
    maxWeight: 1000,
    step: 1000,
    domestic: { countries: 'anywhere', base: 1, perStep: 1, hours },
  });
  const carriers = [of('B', 2), of('A', 2), of('C', 1)];
  for (const table of [carriers, carriers.toReversed()])
    expect(rankCarriers(parcel(), table).map(({ carrier }) => carrier)).toEqual(['C', 'A', 'B']);
});

test('whatever the parcel: somebody takes it, keepers of the promise first, each group by price', () => {
  const country = fc.constantFrom('KR', 'US', 'CA', 'JP', 'DE', '');
  const anyParcel = fc.record({
    destination: country,
    origin: country,
    weight: fc.integer({ min: 0, max: 1e12 }),
    promisedBy: fc.integer({ min: 0, max: 800 }).map(hoursLater),
    at: fc.constant(AT),
  });
  fc.assert(
    fc.property(anyParcel, (any) => {
      const offers = rankCarriers(any);
      expect(offers.length).toBeGreaterThan(0);
      expect(new Set(offers.map(({ carrier }) => carrier)).size).toBe(offers.length);
      for (const [i, { keepsPromise, price, carrier }] of offers.entries()) {
        const next = offers[i + 1] ?? { keepsPromise: false, price: Infinity };
        expect(keepsPromise === next.keepsPromise ? price <= next.price : keepsPromise).toBe(true);
        expect(any.weight).toBeLessThanOrEqual(CARRIERS.find(({ name }) => name === carrier)!.maxWeight);
      }
    }),
  );
});
